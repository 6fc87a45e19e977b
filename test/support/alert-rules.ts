/** The alerts that are installed, and the series with which they are tried: both from their YAML. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "js-yaml";

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What promtool reads; the PrometheusRule's spec is the same. */
export interface RuleFile {
  readonly groups: readonly { readonly rules: readonly AlertRule[] }[];
}

/** What promtool reads, as far as our own tests look into it. */
export interface AlertTrials {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts?: readonly unknown[];
    }[];
  }[];
}

const root = join(import.meta.dirname, "../..");

export async function readRules(): Promise<RuleFile> {
  const text = await readFile(join(root, "config/alerting/prometheus-rule.yaml"), "utf8");
  // Its shape is checked by promtool, which reads it too.
  return (load(text) as { readonly spec: RuleFile }).spec;
}

export async function readTrials(): Promise<AlertTrials> {
  const text = await readFile(join(root, "test/cluster/testdata/alerting.yaml"), "utf8");
  // Likewise.
  return load(text) as AlertTrials;
}
