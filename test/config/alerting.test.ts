/** That the alerts speak of metrics and labels that exist, and that each is tried both ways with promtool. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { type AlertRule, readRules, readTrials } from "../support/alert-rules.ts";

const rules: readonly AlertRule[] = (await readRules()).groups.flatMap((group) => group.rules);
const trials = (await readTrials()).tests.flatMap((trial) => trial.alert_rule_test);
/** The labels of each metric, with the values that they have from the start. */
const known = new Map<string, Map<string, Set<string>>>();

beforeAll(async () => {
  const policy = { namespace: "shop", name: "main" };
  const metrics = createMetrics({
    version: "1.2.3",
    ledger: () => ({ size: 0, isWritable: true }),
    queueDepths: () => ({}),
    sources: () => [{ policy, ageSeconds: 1, intervalSeconds: 60 }],
  });
  metrics.policySeen(policy);
  metrics.watchesWanted([{ group: "apps", kind: "Deployment" }]);
  for (const { name, values } of await metrics.registry.getMetricsAsJSON()) {
    const labels = new Map<string, Set<string>>();
    for (const series of values)
      for (const [label, value] of Object.entries(series.labels))
        labels.set(label, (labels.get(label) ?? new Set()).add(String(value)));
    known.set(name, labels);
  }
});

describe.each(rules)("the alert $alert", ({ alert, expr, annotations }) => {
  it("asks for metrics, labels and values that Holdfast exposes", () => {
    const asked = [...expr.matchAll(/(holdfast_\w+)(?:\{([^}]*)\})?/g)];
    expect(asked).not.toEqual([]);
    for (const [, name = "", matchers = ""] of asked) {
      expect([...known.keys()]).toContain(name);
      for (const [, label = "", values = ""] of matchers.matchAll(/(\w+)=~?"([^"]*)"/g))
        for (const value of values.split("|"))
          expect([...(known.get(name)?.get(label) ?? [])]).toContain(value);
    }
  });

  it("tells of labels that its metric has", () => {
    const labels = known.get(/holdfast_\w+/.exec(expr)?.[0] ?? "");
    const told = [
      ...Object.values(annotations)
        .join(" ")
        .matchAll(/\$labels\.(\w+)/g),
    ];
    expect(told.map(([, label]) => label).filter((label) => labels?.has(label ?? "") !== true)).toEqual([]);
  });

  it("is seen to fire, and not to fire", () => {
    const fires = trials
      .filter(({ alertname }) => alertname === alert)
      .map((trial) => trial.exp_alerts !== undefined);
    expect(new Set(fires)).toEqual(new Set([true, false]));
  });
});
