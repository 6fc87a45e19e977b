/** What happens, in numbers: counts it, and keeps its series at zero from the start, and no longer than what they count. */
import { type Counter, collectDefaultMetrics, type Gauge, Registry } from "prom-client";
import type { RollbackResult } from "../drift/input.ts";
import { type DriftType, verdictStatuses } from "../drift/verdict.ts";
import { createInstruments, labelsOf, type MetricsOptions, type PolicyLabels } from "./instruments.ts";

export interface KindLabels {
  readonly group: string;
  readonly kind: string;
}

export type RollbackLabel = "Succeeded" | Exclude<RollbackResult, "Written">;

export interface DriftLabels extends KindLabels {
  readonly type: DriftType;
  readonly latencySeconds: number;
  /** Not known where no manager left a time. */
  readonly ageSeconds?: number;
}

/** Nothing is counted of a policy before it is seen, nor after it is gone. */
export interface Metrics {
  readonly registry: Registry;
  policySeen(policy: PolicyLabels): void;
  policyGone(policy: PolicyLabels): void;
  /** To be told before anything of these kinds is judged. */
  policyDeclares(policy: PolicyLabels, kinds: Iterable<KindLabels>): void;
  policyJudged(
    policy: PolicyLabels,
    state: { ready: boolean; objects: Readonly<Record<string, number>>; excused: number },
  ): void;
  driftDetected(policy: PolicyLabels, drift: DriftLabels): void;
  driftResolved(policy: PolicyLabels, resolution: string): void;
  rollbackEnded(policy: PolicyLabels, result: RollbackLabel): void;
  ownershipWiped(policy: PolicyLabels): void;
  sourceFetched(policy: PolicyLabels, result: "Succeeded" | "Failed"): void;
  /** All kinds that are to be watched; those of before are forgotten. */
  watchesWanted(kinds: Iterable<KindLabels>): void;
  watchInterrupted(watch: KindLabels & { reason: string }): void;
  watchState(watch: KindLabels, isBroken: boolean): void;
  reconciled(controller: string, seconds: number): void;
}

// What a label may say; all of it is there, as zero, before it happens.
const driftTypes: readonly DriftType[] = ["Modified", "Missing", "Unexpected"];
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
/** `Doubtful` objects are Unknown ones that are counted apart. */
const objectStatuses = [...verdictStatuses, "Doubtful"];
const fetchResults = ["Succeeded", "Failed"];
const watchFailures = [
  "Unreachable",
  "Unauthorized",
  "Forbidden",
  "Expired",
  "Invalid",
  "TooManyRequests",
  "Other",
];
const controllers = ["source", "drift", "record", "status"];

export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = createInstruments(registry, options);
  const { objects, excused, ready, detected, resolved, rollbacks, wiped, fetches, restarts, broken } =
    metrics;
  const perPolicy = [objects, excused, ready, detected, resolved, rollbacks, wiped, fetches];
  const policies = new Set<string>();
  const watched = new Map<string, KindLabels>();
  const isKnown = (policy: PolicyLabels) => policies.has(policyName(policy));
  const isWatched = (kind: KindLabels) => watched.has(kindName(kind));
  for (const controller of controllers) metrics.reconcile.zero({ controller });

  return {
    registry,
    policySeen(policy) {
      policies.add(policyName(policy));
      const labels = labelsOf(policy);
      ready.inc(labels, 0);
      for (const status of objectStatuses) objects.inc({ ...labels, status }, 0);
      excused.inc(labels, 0);
      for (const result of rollbackResults) rollbacks.inc({ ...labels, result }, 0);
      for (const resolution of resolutions) resolved.inc({ ...labels, resolution }, 0);
      for (const result of fetchResults) fetches.inc({ ...labels, result }, 0);
      wiped.inc(labels, 0);
    },
    policyGone(policy) {
      policies.delete(policyName(policy));
      for (const metric of perPolicy) removeSeries(metric, labelsOf(policy));
    },
    policyDeclares(policy, kinds) {
      if (!isKnown(policy)) return;
      for (const { group, kind } of kinds)
        for (const type of driftTypes) detected.inc({ ...labelsOf(policy), group, kind, type }, 0);
    },
    policyJudged(policy, state) {
      if (!isKnown(policy)) return;
      ready.set(labelsOf(policy), state.ready ? 1 : 0);
      for (const status of objectStatuses)
        objects.set({ ...labelsOf(policy), status }, state.objects[status] ?? 0);
      excused.set(labelsOf(policy), state.excused);
    },
    driftDetected(policy, { group, kind, type, latencySeconds, ageSeconds }) {
      if (isKnown(policy)) detected.inc({ ...labelsOf(policy), group, kind, type });
      metrics.latency.observe(latencySeconds);
      if (ageSeconds !== undefined) metrics.age.observe(ageSeconds);
    },
    driftResolved(policy, resolution) {
      if (isKnown(policy)) resolved.inc({ ...labelsOf(policy), resolution });
    },
    rollbackEnded(policy, result) {
      if (isKnown(policy)) rollbacks.inc({ ...labelsOf(policy), result });
    },
    ownershipWiped(policy) {
      if (isKnown(policy)) wiped.inc(labelsOf(policy));
    },
    sourceFetched(policy, result) {
      if (isKnown(policy)) fetches.inc({ ...labelsOf(policy), result });
    },
    watchesWanted(kinds) {
      const wanted = new Map(
        [...kinds].map(({ group, kind }) => [kindName({ group, kind }), { group, kind }]),
      );
      for (const [name, labels] of watched) {
        if (wanted.has(name)) continue;
        watched.delete(name);
        for (const metric of [restarts, broken]) removeSeries(metric, { ...labels });
      }
      for (const [name, labels] of wanted) {
        watched.set(name, labels);
        broken.inc({ ...labels }, 0);
        for (const reason of watchFailures) restarts.inc({ ...labels, reason }, 0);
      }
    },
    watchInterrupted({ group, kind, reason }) {
      if (isWatched({ group, kind })) restarts.inc({ group, kind, reason });
    },
    watchState({ group, kind }, isBroken) {
      if (isWatched({ group, kind })) broken.set({ group, kind }, isBroken ? 1 : 0);
    },
    reconciled: (controller, seconds) => metrics.reconcile.observe({ controller }, seconds),
  };
}

function kindName({ group, kind }: KindLabels): string {
  return `${kind}.${group}`;
}

function policyName({ namespace, name }: PolicyLabels): string {
  return `${namespace}/${name}`;
}

/** Series of what is gone must not linger as its last word. */
function removeSeries(metric: Gauge | Counter, labels: Readonly<Record<string, string>>): void {
  // `hashMap` is how prom-client keeps its series; it has no other way to list them.
  const { hashMap } = metric as unknown as { hashMap: Record<string, { labels: Record<string, string> }> };
  for (const { labels: series } of Object.values(hashMap)) {
    if (Object.entries(labels).every(([name, value]) => series[name] === value)) metric.remove(series);
  }
}
