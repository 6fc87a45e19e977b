/** The alerts and the metrics in Prometheus' own hands: promtool, which is built from Go modules the first time. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { usefulQueries } from "../../dev/generate/metrics-page.ts";
import { promtool } from "../../dev/tools/promtool.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { readRules, readTrials } from "../support/alert-rules.ts";

const coldBuildMs = 900_000;
const trials = await readTrials();
let directory: string;
let program: string;

beforeAll(async () => {
  program = await promtool();
  directory = await mkdtemp(join(tmpdir(), "holdfast-alerting-test-"));
  // promtool knows the file that Prometheus reads, not the custom resource that brings it there.
  await writeFile(join(directory, "rules.yaml"), JSON.stringify(await readRules()));
}, coldBuildMs);

afterAll(() => rm(directory, { recursive: true, force: true }));

async function run(args: readonly string[], input = ""): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, { cwd: directory });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  child.stdin.end(input);
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, output: `${out}${errors}` };
}

describe("the alerts", () => {
  it("are rules that Prometheus takes, without anything that its linter would say", async () => {
    const { code, output } = await run(["check", "rules", "--lint=all", "--lint-fatal", "rules.yaml"]);
    expect([code, output]).toEqual([0, expect.stringContaining("SUCCESS: 7 rules found")]);
  });

  it.each(trials.tests)("$name", async (trial) => {
    const file = { ...trials, rule_files: ["rules.yaml"], tests: [trial] };
    await writeFile(join(directory, "trial.yaml"), JSON.stringify(file));
    const { code, output } = await run(["test", "rules", "trial.yaml"]);
    expect([code, output]).toEqual([0, expect.stringContaining("SUCCESS")]);
  });
});

describe("the queries of docs/metrics.md", () => {
  it("are PromQL", async () => {
    const rules = usefulQueries.map(([, expr], i) => ({ record: `query:number:${i}`, expr }));
    await writeFile(
      join(directory, "queries.yaml"),
      JSON.stringify({ groups: [{ name: "queries", rules }] }),
    );
    const { code, output } = await run(["check", "rules", "queries.yaml"]);
    expect([code, output]).toEqual([0, expect.stringContaining(`SUCCESS: ${rules.length} rules found`)]);
  });
});

describe("the metrics", () => {
  it("are named and described as Prometheus wants them", async () => {
    const policy = { namespace: "shop", name: "main" };
    const metrics = createMetrics({
      version: "1.2.3",
      ledger: () => ({ size: 0, isWritable: true }),
      queueDepths: () => ({ drift: 0 }),
      sources: () => [{ policy, ageSeconds: 1, intervalSeconds: 60 }],
    });
    metrics.policySeen(policy);
    metrics.policyDeclares(policy, [{ group: "apps", kind: "Deployment" }]);
    metrics.watchesWanted([{ group: "apps", kind: "Deployment" }]);
    const exposed = await metrics.registry.metrics();
    const { code, output } = await run(["check", "metrics"], exposed);
    // Node's own metrics are named by prom-client.
    const ours = output.split("\n").filter((line) => !line.startsWith("nodejs_") && line !== "");
    expect(ours).toEqual([]);
    // 3: it read everything, and the linter had something to say.
    expect([0, 3]).toContain(code);
  });
});
