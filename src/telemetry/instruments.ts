/** Every metric of Holdfast, declared. No label holds an object's name: series are bounded by policies and kinds. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

export interface PolicyLabels {
  readonly namespace: string;
  readonly name: string;
}

export interface SourceFreshness {
  readonly policy: PolicyLabels;
  readonly ageSeconds: number;
  readonly intervalSeconds: number;
}

/** What is read when somebody scrapes. */
export interface MetricsOptions {
  readonly version: string;
  /** How many keys wait in each queue. */
  readonly queueDepths: () => Readonly<Record<string, number>>;
  /** How fresh each policy's remote head is; none of policies whose head was never read. */
  readonly sources: () => Iterable<SourceFreshness>;
  readonly ledger: () => { readonly size: number; readonly isWritable: boolean };
}

export type Instruments = ReturnType<typeof createInstruments>;

const policyLabels = ["policy_namespace", "policy"] as const;
const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Those that are written where something happens; the others register themselves. */
export function createInstruments(registry: Registry, options: MetricsOptions) {
  const registers = [registry];
  registerReadings(registry, options);
  const objects = new Gauge({
    name: "holdfast_objects",
    help: "Objects by verdict: those that Git declares, and what is unexpected beside them.",
    labelNames: [...policyLabels, "status"],
    registers,
  });
  const excused = new Gauge({
    name: "holdfast_excused_findings",
    help: "Findings that are no drift, since a controller, a deliverer's mark or a rule answers for them.",
    labelNames: policyLabels,
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
    labelNames: [...policyLabels, "group", "kind", "type"],
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
  const wiped = new Counter({
    name: "holdfast_ownership_wiped_total",
    help: "Objects whose managedFields somebody took away.",
    labelNames: policyLabels,
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
  return {
    objects,
    excused,
    ready,
    detected,
    resolved,
    latency,
    age,
    rollbacks,
    wiped,
    fetches,
    restarts,
    broken,
    reconcile,
  };
}

function registerReadings(
  registry: Registry,
  { version, queueDepths, sources, ledger }: MetricsOptions,
): void {
  const registers = [registry];
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
  const size: Gauge = new Gauge({
    name: "holdfast_ledger_size",
    help: "Entries of the ledger.",
    registers,
    collect: () => size.set(ledger().size),
  });
  const writable: Gauge = new Gauge({
    name: "holdfast_ledger_writable",
    help: "1, or 0 while the ledger cannot be written and nothing is rolled back.",
    registers,
    collect: () => writable.set(ledger().isWritable ? 1 : 0),
  });
  const sourceAge = new Gauge({
    name: "holdfast_source_age_seconds",
    help: "Time since the remote head was last read.",
    labelNames: policyLabels,
    registers,
    collect: () => {
      sourceAge.reset();
      for (const { policy, ageSeconds } of sources()) sourceAge.set(labelsOf(policy), ageSeconds);
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
        sourceInterval.set(labelsOf(policy), intervalSeconds);
    },
  });
}

export function labelsOf({ namespace, name }: PolicyLabels): { policy_namespace: string; policy: string } {
  return { policy_namespace: namespace, policy: name };
}
