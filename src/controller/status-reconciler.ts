/** Verdicts → the policy's conditions and counts. */
import { type Condition, formatTime, type NewCondition, settleConditions } from "../api/condition.ts";
import type { PolicyStatus } from "../api/git-repo-policy.ts";
import { type ConditionReason, needsUser } from "../api/reasons.ts";
import { changePath } from "../api/record.ts";
import { type HoldReason, holdReasons } from "../drift/action.ts";
import type { UnknownFields } from "../drift/source-faults.ts";
import type { UnknownReason } from "../drift/verdict.ts";
import { formatRef, isJsonObject, type Json, parseResourceKey } from "../resource/resource.ts";
import type { Declaration, DesiredStore } from "./desired-store.ts";
import type { DriftEntry, DriftStore, VerdictCounts } from "./drift-store.ts";
import type { PolicyKey } from "./policy-key.ts";
import type { PolicyEntry, PolicyStore } from "./policy-store.ts";
import type { SourceStatus, SourceStore } from "./source-store.ts";

export interface StatusDeps {
  readonly policies: PolicyStore;
  readonly sources: SourceStore;
  readonly desired: DesiredStore;
  readonly drifts: DriftStore;
  readonly now: () => number;
  /** What keeps the policy's kinds from being watched; undefined if nothing does. */
  watchTrouble(policy: PolicyKey): string | undefined;
  /** What is awaited before it can be said that nothing is unexpected; undefined if nothing is. */
  awaited(policy: PolicyKey): string | undefined;
  /** Kinds in which nothing unexpected can be seen, since they may not be watched. */
  unseen(policy: PolicyKey): readonly string[];
  /** `deploy/web.yaml:14: Deployment shop/web: spec.template.spec.contaners`. */
  describeField(declaration: Declaration, field: UnknownFields[number], signal: AbortSignal): Promise<string>;
  writeStatus(policy: PolicyKey, status: PolicyStatus, signal: AbortSignal): Promise<void>;
  again(policy: PolicyKey, afterMs: number): void;
  /** For metrics and readiness: what was made known. */
  published(
    policy: PolicyKey,
    summary: { readonly ready: boolean; readonly settled: boolean; readonly counts: VerdictCounts },
  ): void;
}

/** Status that says nothing new but for times is written no more often than this. */
const quietWriteMs = 600_000;
/** Status whose conditions are the same is written no more often than this: a burst of drifts changes its counts alone. */
const sameConditionsWriteMs = 1_000;
/** Rules that the status lists. */
const maxUnmatched = 32;
/** Objects that one condition names. */
const maxNamed = 3;

interface Written {
  /** Without what changes by the mere passing of time. */
  readonly text: string;
  readonly atMs: number;
  readonly conditions: readonly Condition[];
}

/**
 * Writes a policy's status when a condition changes, once a second while anything else in it does, and else every ten
 * minutes.
 */
export function createStatusReconciler(deps: StatusDeps) {
  const written = new Map<PolicyKey, Written>();

  return async function reconcileStatus(key: PolicyKey, signal: AbortSignal): Promise<void> {
    const entry = deps.policies.get(key);
    if (entry === undefined) {
      written.delete(key);
      return;
    }
    const counts = deps.drifts.counts(key);
    const conditions = conditionsOf(key, entry, { counts, faults: await sourceFaults(key, signal) });
    const status = statusOf(key, entry, { counts, conditions });
    const ready = conditions.find(({ type }) => type === "Ready");
    deps.published(key, {
      ready: ready?.status === "True",
      settled: ready?.status === "True" || ready?.reason !== "Progressing",
      counts,
    });
    const text = withoutTimes(status);
    const last = written.get(key);
    const nowMs = deps.now();
    const sinceMs = last === undefined ? Number.POSITIVE_INFINITY : nowMs - last.atMs;
    if (last?.text === text && sinceMs < quietWriteMs) return;
    if (last !== undefined && sinceMs < sameConditionsWriteMs && sameStates(last.conditions, conditions))
      return deps.again(key, sameConditionsWriteMs - sinceMs);
    await deps.writeStatus(key, status, signal);
    written.set(key, { text, atMs: nowMs, conditions });
  };

  function conditionsOf(
    key: PolicyKey,
    entry: PolicyEntry,
    { counts, faults }: { readonly counts: VerdictCounts; readonly faults: string | undefined },
  ): readonly Condition[] {
    const ready = readyCondition(key, entry, counts);
    const isStalled = ready.status === "False" && needsUser(ready.reason);
    const conditions: NewCondition[] = [
      ready,
      inSyncCondition(counts, ready, whyUnknown(key)),
      ...(ready.reason === "Progressing" ? [{ ...ready, type: "Reconciling", status: "True" } as const] : []),
      ...(isStalled ? [{ ...ready, type: "Stalled", status: "True" } as const] : []),
      ...rollbackHeld(deps.drifts.drifting(key)),
      ...(faults === undefined
        ? []
        : [{ type: "SourceFaulty", status: "True", reason: "UnknownField", message: faults } as const]),
    ];
    // What we wrote last may not have come back on the watch yet.
    const before = written.get(key)?.conditions ?? conditionsBefore(entry.status);
    return settleConditions(conditions, before, {
      nowMs: deps.now(),
      generation: entry.generation,
    });
  }

  /** What cannot be judged is said with its reason: how many of each, and the objects, three at most. */
  function whyUnknown(key: PolicyKey): string {
    const counts = new Map<UnknownReason, number>();
    const objects: string[] = [];
    for (const [resource, { reason, message }] of deps.drifts.unknown(key)) {
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
      // What refuses the revision as a whole is said by `Ready`.
      if (objects.length < maxNamed && reason !== "SourceFailed")
        objects.push(`${formatRef(parseResourceKey(resource))} (${message})`);
    }
    const reasons = [...counts].map(([reason, count]) => `${reason}: ${count}`).sort();
    return reasons.length === 0 ? "" : `; ${[reasons.join(", "), ...objects].join("; ")}`;
  }

  /** Whether Holdfast can judge; never about drift. */
  function readyCondition(key: PolicyKey, entry: PolicyEntry, counts: VerdictCounts): NewCondition {
    if (entry.type === "Invalid") return notReady("InvalidSpec", entry.message);
    const source = deps.sources.get(key);
    if (source === undefined) return notReady("Progressing", "reading the repository");
    const { fault, revision } = source;
    if (fault !== undefined && (revision === undefined || source.refused || fault.reason !== "Unreachable")) {
      return notReady(fault.reason, fault.message);
    }
    const trouble = deps.watchTrouble(key);
    if (trouble !== undefined) return notReady("WatchFailed", trouble);
    const total = deps.desired.get(key)?.declarations.size ?? 0;
    const judged = counts.total - counts.undeclared;
    if (judged < total) return notReady("Progressing", `judged ${judged} of ${total} objects`);
    const awaited = deps.awaited(key);
    if (awaited !== undefined) return notReady("Progressing", awaited);
    const unseen = deps.unseen(key);
    const blind =
      unseen.length === 0
        ? ""
        : `; what is unexpected is not seen of kinds that may not be watched: ${unseen.join(", ")}`;
    const stale = fault === undefined ? "" : `; the remote cannot be reached: ${fault.message}`;
    return {
      type: "Ready",
      status: "True",
      reason: fault === undefined ? "Watching" : "SourceStale",
      message: `${total} objects of ${revision?.revision ?? "no revision"}${stale}${blind}`,
    };
  }

  /** Fields that the API server does not know: how many, and three of them with file and line. */
  async function sourceFaults(key: PolicyKey, signal: AbortSignal): Promise<string | undefined> {
    const faulty = deps.drifts.unknownFields(key);
    const all = [...faulty].flatMap(([resource, fields]) => fields.map((field) => ({ resource, field })));
    if (all.length === 0) return undefined;
    const named: string[] = [];
    for (const { resource, field } of all.slice(0, maxNamed)) {
      const declaration = deps.desired.get(key)?.declarations.get(resource);
      if (declaration === undefined) continue;
      named.push(await deps.describeField(declaration, field, signal));
    }
    const count = all.length === 1 ? "a field" : `${all.length} fields`;
    return `${count} in Git that the API server does not know and drops: ${named.join("; ")}; correct or remove them`;
  }

  /** Once everything is judged, the policy's own rules that excuse nothing. */
  function unmatchedRules(key: PolicyKey, entry: PolicyEntry): string[] {
    if (entry.type === "Invalid") return [];
    const { ignore, trust } = entry.policy.detection;
    const uses = deps.drifts.ruleUses(key);
    const names = [...ignore, ...trust].map(({ name }) => name);
    return names.filter((name) => (uses.get(name) ?? 0) === 0).slice(0, maxUnmatched);
  }

  function statusOf(
    key: PolicyKey,
    entry: PolicyEntry,
    { counts, conditions }: { counts: VerdictCounts; conditions: readonly Condition[] },
  ): PolicyStatus {
    const source = deps.sources.get(key);
    const ready = conditions.find(({ type }) => type === "Ready");
    const { total, inSync, drifted, missing, unexpected, pending, unknown, doubtful, excused } = counts;
    const unmatched = ready?.status === "True" ? unmatchedRules(key, entry) : [];
    return {
      observedGeneration: entry.generation,
      conditions: [...conditions],
      ...(source === undefined ? {} : { source: sourceOf(source) }),
      objects: { total, inSync, drifted, missing, unexpected, pending, unknown, doubtful, excused },
      ...(unmatched.length === 0 ? {} : { unmatchedRules: unmatched }),
      drifts: oldestDrifts(deps.drifts.drifting(key)),
    };
  }
}

function sameStates(before: readonly Condition[], now: readonly Condition[]): boolean {
  const states = (conditions: readonly Condition[]) =>
    conditions.map(({ type, status, reason }) => `${type} ${status} ${reason}`).join("\n");
  return states(before) === states(now);
}

function notReady(reason: ConditionReason, message: string): NewCondition {
  return { type: "Ready", status: "False", reason, message };
}

function inSyncCondition(counts: VerdictCounts, ready: NewCondition, why: string): NewCondition {
  const { drifted, missing, unexpected, unknown, doubtful, pending, total } = counts;
  const beside = unexpected === 0 ? "" : `, ${unexpected} unexpected`;
  const doubt = doubtful === 0 ? "" : `, ${doubtful} doubtful`;
  const what = `${drifted} drifted (${missing} missing${beside}), ${pending} pending, ${unknown} unknown${doubt} of ${total} objects${why}`;
  if (drifted > 0) return { type: "InSync", status: "False", reason: "Drifted", message: what };
  if (unknown + doubtful > 0)
    return { type: "InSync", status: "Unknown", reason: "NotJudged", message: what };
  if (ready.status !== "True" || total === 0) {
    return { type: "InSync", status: "Unknown", reason: "NotJudged", message: ready.message };
  }
  if (pending > 0) return { type: "InSync", status: "Unknown", reason: "Pending", message: what };
  return { type: "InSync", status: "True", reason: "InSync", message: what };
}

/** The most severe reason, the counts of each, and at most three objects. */
function rollbackHeld(drifting: ReadonlyMap<string, DriftEntry>): readonly NewCondition[] {
  const byReason = new Map<HoldReason, DriftEntry[]>();
  for (const entry of drifting.values()) {
    if (entry.hold === undefined) continue;
    const entries = byReason.get(entry.hold.reason) ?? [];
    entries.push(entry);
    byReason.set(entry.hold.reason, entries);
  }
  const reason = holdReasons.find((one) => byReason.has(one));
  if (reason === undefined) return [];
  const counts = holdReasons.flatMap((one) =>
    byReason.has(one) ? [`${one}: ${byReason.get(one)?.length}`] : [],
  );
  const objects = (byReason.get(reason) ?? []).slice(0, maxNamed).flatMap(({ episode, hold }) => {
    return episode === undefined ? [] : [`${formatRef(episode.resource)} (${hold?.message})`];
  });
  const message = `${counts.join(", ")}; ${objects.join("; ")}`;
  return [{ type: "RollbackHeld", status: "True", reason, message }];
}

function oldestDrifts(drifting: ReadonlyMap<string, DriftEntry>): PolicyStatus["drifts"] {
  const episodes = [...drifting.values()].flatMap(({ episode }) => (episode === undefined ? [] : [episode]));
  episodes.sort((a, b) => a.firstSeenAt.getTime() - b.firstSeenAt.getTime());
  return episodes.slice(0, 20).map((episode) => {
    const [first] = episode.verdict?.changes ?? [];
    const manager = first === undefined || first.type === "Removed" ? undefined : first.managers[0]?.name;
    return {
      name: episode.recordName,
      object: formatRef(episode.resource).slice(0, 512),
      type: episode.type,
      firstSeenTime: formatTime(episode.firstSeenAt.getTime()),
      changes: episode.verdict?.changes.length ?? 0,
      ...(first === undefined ? {} : { firstPath: changePath(first) }),
      ...(manager === undefined ? {} : { manager: manager.slice(0, 128) }),
    };
  });
}

function sourceOf({ revision, fetchedAt, headReadAtMs }: SourceStatus): NonNullable<PolicyStatus["source"]> {
  return {
    ...(revision === undefined
      ? {}
      : {
          revision: revision.revision,
          commitTime: formatTime(revision.committedAt.getTime()),
          claimedAuthor: revision.claimedAuthor.slice(0, 256),
        }),
    ...(fetchedAt === undefined ? {} : { fetchTime: formatTime(fetchedAt.getTime()) }),
    ...(headReadAtMs === 0 ? {} : { headReadTime: formatTime(headReadAtMs) }),
  };
}

/** Without what changes by the mere passing of time. */
function withoutTimes(status: PolicyStatus): string {
  const { source, ...rest } = status;
  const { headReadTime: _, ...lasting } = source ?? {};
  return JSON.stringify({ ...rest, source: lasting });
}

function conditionsBefore(status: Json | undefined): readonly Condition[] {
  const conditions = isJsonObject(status) ? status["conditions"] : undefined;
  // Written by us, and checked by the CRD's schema.
  return Array.isArray(conditions) ? conditions : [];
}
