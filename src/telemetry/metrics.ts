/** Every metric that Holdfast exposes. No label holds an object's name: series are bounded by policies and kinds. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { verdictStatuses } from "../drift/verdict.ts";

export interface PolicyLabels {
  readonly namespace: string;
  readonly name: string;
}

export type RollbackLabel = "Succeeded" | "Conflict" | "Forbidden" | "Immutable" | "Failed";

export interface SourceFreshness {
  readonly policy: PolicyLabels;
  readonly ageSeconds: number;
  readonly intervalSeconds: number;
}

export interface MetricsOptions {
  readonly version: string;
  /** How many keys wait in each queue, read when somebody scrapes. */
  readonly queueDepths: () => Readonly<Record<string, number>>;
  /** How fresh each policy's remote head is, read when somebody scrapes; none of policies whose head was never read. */
  readonly sources: () => Iterable<SourceFreshness>;
}

export interface Metrics {
  readonly registry: Registry;
  policySeen(policy: PolicyLabels): void;
  policyGone(policy: PolicyLabels): void;
  policyJudged(
    policy: PolicyLabels,
    state: { ready: boolean; objects: Readonly<Record<string, number>> },
  ): void;
  driftDetected(
    policy: PolicyLabels,
    drift: { kind: string; type: string; latencySeconds: number; ageSeconds?: number },
  ): void;
  driftResolved(policy: PolicyLabels, resolution: string): void;
  rollbackEnded(policy: PolicyLabels, result: RollbackLabel): void;
  sourceFetched(policy: PolicyLabels, result: "Succeeded" | "Failed"): void;
  watchInterrupted(watch: { group: string; kind: string; reason: string }): void;
  watchState(watch: { group: string; kind: string }, isBroken: boolean): void;
  reconciled(controller: string, seconds: number): void;
}

const policyLabels = ["policy_namespace", "policy"] as const;
const rollbackResults: readonly RollbackLabel[] = [
  "Succeeded",
  "Conflict",
  "Forbidden",
  "Immutable",
  "Failed",
];
const resolutions = [
  "RolledBack",
  "RevertedByDeliverer",
  "RevertedByOther",
  "AdoptedInGit",
  "RuleChanged",
  "PolicyDeleted",
  "ObjectGone",
];
const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics({ version, queueDepths, sources }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const objects = new Gauge({
    name: "holdfast_objects",
    help: "Declared objects by verdict.",
    labelNames: [...policyLabels, "status"],
    registers,
  });
  const ready = new Gauge({
    name: "holdfast_policy_ready",
    help: "1 if the policy's Ready condition is True.",
    labelNames: policyLabels,
    registers,
  });
  const detected = new Counter({
    name: "holdfast_drift_detected_total",
    help: "Drifts seen for the first time.",
    labelNames: [...policyLabels, "kind", "type"],
    registers,
  });
  const resolved = new Counter({
    name: "holdfast_drift_resolved_total",
    help: "Drifts that ended, by how.",
    labelNames: [...policyLabels, "resolution"],
    registers,
  });
  const latency = new Histogram({
    name: "holdfast_detection_latency_seconds",
    help: "From the watch event's arrival to the drift being known.",
    buckets: latencyBuckets,
    registers,
  });
  const age = new Histogram({
    name: "holdfast_change_age_seconds",
    help: "From the time in managedFields (whole seconds, the API server's clock) to the drift being known.",
    buckets: [1, 2, 5, 10, 30, 60, 300, 3_600, 86_400],
    registers,
  });
  const rollbacks = new Counter({
    name: "holdfast_rollbacks_total",
    help: "Rollbacks by observed result.",
    labelNames: [...policyLabels, "result"],
    registers,
  });
  const fetches = new Counter({
    name: "holdfast_source_fetches_total",
    help: "Fetches of a new revision, and readings of the remote head that failed.",
    labelNames: [...policyLabels, "result"],
    registers,
  });
  const restarts = new Counter({
    name: "holdfast_watch_restarts_total",
    help: "Watches that broke and were taken up again.",
    labelNames: ["group", "kind", "reason"],
    registers,
  });
  const broken = new Gauge({
    name: "holdfast_watch_broken",
    help: "1 while a kind cannot be watched.",
    labelNames: ["group", "kind"],
    registers,
  });
  const reconcile = new Histogram({
    name: "holdfast_reconcile_seconds",
    help: "Duration of one reconcile.",
    labelNames: ["controller"],
    buckets: latencyBuckets,
    registers,
  });
  new Gauge({
    name: "holdfast_build_info",
    help: "Always 1; the version is in the label.",
    labelNames: ["version"],
    registers,
  }).set({ version }, 1);
  const depth = new Gauge({
    name: "holdfast_queue_depth",
    help: "Keys that wait for a worker.",
    labelNames: ["queue"],
    registers,
    collect: () => {
      for (const [queue, length] of Object.entries(queueDepths())) depth.set({ queue }, length);
    },
  });
  const sourceAge = new Gauge({
    name: "holdfast_source_age_seconds",
    help: "Since the remote head was last read.",
    labelNames: policyLabels,
    registers,
    collect: () => {
      sourceAge.reset();
      for (const { policy, ageSeconds } of sources()) sourceAge.set(labels(policy), ageSeconds);
    },
  });
  const sourceInterval = new Gauge({
    name: "holdfast_source_interval_seconds",
    help: "How often the policy asks for the remote head to be read.",
    labelNames: policyLabels,
    registers,
    collect: () => {
      sourceInterval.reset();
      for (const { policy, intervalSeconds } of sources())
        sourceInterval.set(labels(policy), intervalSeconds);
    },
  });
  const perPolicy = [objects, ready, detected, resolved, rollbacks, fetches];

  return {
    registry,
    policySeen(policy) {
      for (const status of verdictStatuses) objects.inc({ ...labels(policy), status }, 0);
      for (const result of rollbackResults) rollbacks.inc({ ...labels(policy), result }, 0);
      for (const resolution of resolutions) resolved.inc({ ...labels(policy), resolution }, 0);
      for (const result of ["Succeeded", "Failed"]) fetches.inc({ ...labels(policy), result }, 0);
      ready.inc(labels(policy), 0);
    },
    policyGone(policy) {
      for (const metric of perPolicy) removeSeries(metric, policy);
    },
    policyJudged(policy, state) {
      ready.set(labels(policy), state.ready ? 1 : 0);
      for (const status of verdictStatuses)
        objects.set({ ...labels(policy), status }, state.objects[status] ?? 0);
    },
    driftDetected(policy, { kind, type, latencySeconds, ageSeconds }) {
      detected.inc({ ...labels(policy), kind, type });
      latency.observe(latencySeconds);
      if (ageSeconds !== undefined) age.observe(ageSeconds);
    },
    driftResolved: (policy, resolution) => resolved.inc({ ...labels(policy), resolution }),
    rollbackEnded: (policy, result) => rollbacks.inc({ ...labels(policy), result }),
    sourceFetched: (policy, result) => fetches.inc({ ...labels(policy), result }),
    watchInterrupted: (watch) => restarts.inc(watch),
    watchState: (watch, isBroken) => broken.set(watch, isBroken ? 1 : 0),
    reconciled: (controller, seconds) => reconcile.observe({ controller }, seconds),
  };
}

function labels({ namespace, name }: PolicyLabels): { policy_namespace: string; policy: string } {
  return { policy_namespace: namespace, policy: name };
}

/** Series of a policy that is gone must not linger as its last word. */
function removeSeries(metric: Gauge | Counter, { namespace, name }: PolicyLabels): void {
  // `hashMap` is how prom-client keeps its series; it has no other way to list them.
  const { hashMap } = metric as unknown as { hashMap: Record<string, { labels: Record<string, string> }> };
  for (const { labels: series } of Object.values(hashMap)) {
    if (series["policy_namespace"] === namespace && series["policy"] === name) metric.remove(series);
  }
}
