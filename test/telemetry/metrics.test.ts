import { beforeEach, describe, expect, it } from "@jest/globals";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.ts";

const shop = { namespace: "shop", name: "main" };
let metrics: Metrics;

beforeEach(() => {
  metrics = createMetrics({
    version: "1.2.3",
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
    expect(await series("holdfast_objects")).toHaveLength(5);
  });

  it("leaves no series behind when it is gone, and others keep theirs", async () => {
    metrics.policySeen(shop);
    metrics.policySeen({ namespace: "other", name: "main" });
    metrics.driftDetected(shop, { kind: "Deployment", type: "Modified", latencySeconds: 0.01 });
    metrics.policyGone(shop);
    expect((await series("holdfast_")).filter((line) => line.includes('"shop"'))).toEqual([
      'holdfast_source_age_seconds{policy_namespace="shop",policy="main"} 12.5',
      'holdfast_source_interval_seconds{policy_namespace="shop",policy="main"} 60',
    ]);
    expect((await series("holdfast_objects")).length).toBe(5);
  });
});

describe("what happens", () => {
  it("is counted", async () => {
    metrics.driftDetected(shop, {
      kind: "Deployment",
      type: "Modified",
      latencySeconds: 0.004,
      ageSeconds: 3,
    });
    metrics.rollbackEnded(shop, "Succeeded");
    metrics.driftResolved(shop, "RolledBack");
    expect(await series("holdfast_drift_detected_total")).toEqual([
      'holdfast_drift_detected_total{policy_namespace="shop",policy="main",kind="Deployment",type="Modified"} 1',
    ]);
    expect(await series('holdfast_detection_latency_seconds_bucket{le="0.005"}')).toEqual([
      'holdfast_detection_latency_seconds_bucket{le="0.005"} 1',
    ]);
    expect(await series("holdfast_rollbacks_total")).toHaveLength(1);
  });

  it("is read when somebody looks: queues, and how old the source is", async () => {
    expect(await series("holdfast_queue_depth{")).toEqual(['holdfast_queue_depth{queue="drift"} 7']);
    expect(await series("holdfast_source_age_seconds{")).toHaveLength(1);
    expect(await series("holdfast_build_info{")).toEqual(['holdfast_build_info{version="1.2.3"} 1']);
  });

  it("has no label that could hold an object's name", async () => {
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
