/** What is exposed, as text, and that no series is born with its first event or outlives what it is about. */
import { beforeEach, describe, expect, it } from "@jest/globals";
import { resolutions, rollbackResults } from "../../src/api/reasons.ts";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.ts";

const shop = { namespace: "shop", name: "main" };
const deployment = { group: "apps", kind: "Deployment" };
let metrics: Metrics;

beforeEach(() => {
  metrics = createMetrics({
    version: "1.2.3",
    ledger: () => ({ size: 0, isWritable: true }),
    queueDepths: () => ({ drift: 7 }),
    sources: () => [{ policy: shop, ageSeconds: 12.5, intervalSeconds: 60 }],
  });
});

async function series(start: string): Promise<readonly string[]> {
  const text = await metrics.registry.metrics();
  return text.split("\n").filter((line) => line.startsWith(start));
}

describe("a policy that is seen", () => {
  it("has its counters at zero, so that the first drift is a rise and not a birth", async () => {
    metrics.policySeen(shop);
    expect(await series("holdfast_rollbacks_total")).toContain(
      'holdfast_rollbacks_total{policy_namespace="shop",policy="main",result="Failed"} 0',
    );
    expect(await series("holdfast_objects")).toHaveLength(6);
  });

  it("leaves no series behind when it is gone, and others keep theirs", async () => {
    metrics.policySeen(shop);
    metrics.policySeen({ namespace: "other", name: "main" });
    metrics.policyDeclares(shop, [deployment]);
    metrics.driftDetected(shop, { ...deployment, type: "Modified", latencySeconds: 0.01 });
    metrics.policyGone(shop);
    // What was under way when the policy went ends later.
    metrics.policyDeclares(shop, [deployment]);
    metrics.policyJudged(shop, { ready: true, objects: {}, excused: 2 });
    metrics.driftDetected(shop, { ...deployment, type: "Modified", latencySeconds: 0.01 });
    metrics.driftResolved(shop, "PolicyDeleted");
    metrics.rollbackEnded(shop, "Failed");
    metrics.sourceFetched(shop, "Failed");
    expect((await series("holdfast_")).filter((line) => line.includes('"shop"'))).toEqual([
      'holdfast_source_age_seconds{policy_namespace="shop",policy="main"} 12.5',
      'holdfast_source_interval_seconds{policy_namespace="shop",policy="main"} 60',
    ]);
    expect((await series("holdfast_objects")).length).toBe(6);
  });

  it("counts drift of each kind that it declares from zero, and tells kinds of one name apart", async () => {
    metrics.policySeen(shop);
    metrics.policyDeclares(shop, [
      { group: "", kind: "Service" },
      { group: "serving.knative.dev", kind: "Service" },
    ]);
    expect(await series("holdfast_drift_detected_total")).toHaveLength(6);
    expect(await series("holdfast_drift_detected_total")).toContain(
      'holdfast_drift_detected_total{policy_namespace="shop",policy="main",group="",kind="Service",type="Missing"} 0',
    );
  });
});

describe("a kind that is watched", () => {
  it("is whole until it is broken, and its restarts count from zero", async () => {
    metrics.watchesWanted([deployment]);
    expect(await series("holdfast_watch_broken{")).toEqual([
      'holdfast_watch_broken{group="apps",kind="Deployment"} 0',
    ]);
    expect(await series("holdfast_watch_restarts_total")).toContain(
      'holdfast_watch_restarts_total{group="apps",kind="Deployment",reason="Unreachable"} 0',
    );
  });

  it("stays broken while what is watched beside it changes", async () => {
    metrics.watchesWanted([deployment]);
    metrics.watchState(deployment, true);
    metrics.watchesWanted([deployment, { group: "", kind: "Service" }]);
    expect(await series("holdfast_watch_broken{")).toContain(
      'holdfast_watch_broken{group="apps",kind="Deployment"} 1',
    );
  });

  it("and that no policy declares any more alerts nobody for ever", async () => {
    metrics.watchesWanted([deployment]);
    metrics.watchState(deployment, true);
    metrics.watchInterrupted({ ...deployment, reason: "Unreachable" });
    metrics.watchesWanted([]);
    // The watch that was stopped has a last word.
    metrics.watchState(deployment, false);
    expect(await series("holdfast_watch_broken{")).toEqual([]);
    expect(await series("holdfast_watch_restarts_total{")).toEqual([]);
  });
});

describe("what a label may say", () => {
  beforeEach(() => metrics.policySeen(shop));

  it.each([
    ["holdfast_drift_resolved_total", "resolution", Object.keys(resolutions)],
    // `Written` is no result that was observed.
    [
      "holdfast_rollbacks_total",
      "result",
      ["Succeeded", ...Object.keys(rollbackResults).filter((result) => result !== "Written")],
    ],
  ])("is there from the start: %s", async (name, label, words) => {
    const found = (await series(`${name}{`)).map((line) => new RegExp(`${label}="(\\w+)"`).exec(line)?.[1]);
    expect(new Set(found)).toEqual(new Set(words));
  });
});

describe("what happens", () => {
  it("is counted", async () => {
    metrics.policySeen(shop);
    metrics.driftDetected(shop, {
      group: "apps",
      kind: "Deployment",
      type: "Modified",
      latencySeconds: 0.004,
      ageSeconds: 3,
    });
    metrics.rollbackEnded(shop, "Succeeded");
    metrics.driftResolved(shop, "RolledBack");
    expect(await series("holdfast_drift_detected_total")).toEqual([
      'holdfast_drift_detected_total{policy_namespace="shop",policy="main",group="apps",kind="Deployment",type="Modified"} 1',
    ]);
    expect(await series('holdfast_detection_latency_seconds_bucket{le="0.005"}')).toEqual([
      'holdfast_detection_latency_seconds_bucket{le="0.005"} 1',
    ]);
    expect(await series("holdfast_rollbacks_total")).toContain(
      'holdfast_rollbacks_total{policy_namespace="shop",policy="main",result="Succeeded"} 1',
    );
  });

  it("is read when somebody looks: queues, and how old the source is", async () => {
    expect(await series("holdfast_queue_depth{")).toEqual(['holdfast_queue_depth{queue="drift"} 7']);
    expect(await series("holdfast_source_age_seconds{")).toHaveLength(1);
    expect(await series("holdfast_build_info{")).toEqual(['holdfast_build_info{version="1.2.3"} 1']);
  });

  it("has no label that could hold an object's name", async () => {
    metrics.policySeen(shop);
    metrics.policyDeclares(shop, [deployment]);
    metrics.watchesWanted([deployment]);
    const labels = new Set<string>();
    for (const metric of await metrics.registry.getMetricsAsJSON()) {
      if (!metric.name.startsWith("holdfast_")) continue;
      for (const { labels: found } of metric.values)
        for (const label of Object.keys(found)) labels.add(label);
    }
    const allowed = [
      "policy_namespace",
      "policy",
      "status",
      "kind",
      "type",
      "resolution",
      "result",
      "group",
      "reason",
      "queue",
      "controller",
      "version",
      "le",
    ];
    expect([...labels].filter((label) => !allowed.includes(label))).toEqual([]);
  });
});
