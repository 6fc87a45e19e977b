/** One live object that Git does not declare: who accounts for it, and if nobody does, that it is unexpected. */
import { assess } from "../drift/assess.ts";
import type { LiveState } from "../drift/input.ts";
import { type KindName, kindNameOf } from "../drift/makers.ts";
import { undeclaredInput } from "../drift/undeclared-input.ts";
import { type Account, accountFor, terminatingMs, type Unaccounted } from "../drift/unexpected.ts";
import { parseResourceKey, type ResourceKey, type ResourceRef } from "../resource/resource.ts";
import { bodyOfSight, type LiveSight } from "../resource/sight.ts";
import type { DesiredStore } from "./desired-store.ts";
import type { DriftStore, Resolution } from "./drift-store.ts";
import { createOwnerLookup, type OwnerDeps } from "./owner-lookup.ts";
import type { PolicyKey } from "./policy-key.ts";
import type { PolicyStore } from "./policy-store.ts";
import type { Report } from "./report.ts";
import type { SourceStore } from "./source-store.ts";
import { whoMayDeclare } from "./who-may-declare.ts";

export interface UnexpectedDeps extends OwnerDeps {
  readonly policies: PolicyStore;
  readonly sources: SourceStore;
  readonly desired: DesiredStore;
  readonly drifts: DriftStore;
  readonly operatorNamespace: string;
  readonly now: () => number;
  /** Whether every policy that there is has been seen. */
  arePoliciesKnown(): boolean;
  report: Report["report"];
  forget: Report["forget"];
  /** Has the policy's remote head read, and then this object judged again. */
  awaitHead(policy: PolicyKey, key: ResourceKey): void;
  again(key: ResourceKey, afterMs: number): void;
}

export interface UnexpectedReconciler {
  reconcile(key: ResourceKey, signal: AbortSignal): Promise<void>;
  /** Git has just stopped to declare these objects: whoever delivers them has a while to take them away. */
  undeclared(keys: Iterable<ResourceKey>): void;
  /** What could not be judged before the watch of this kind has caught up, or before this is known; once. */
  takeWaiting(on: WaitedFor): Iterable<ResourceKey>;
}

/** A kind, or what all the policies declare. */
export type WaitedFor = KindName;
export const thePolicies: WaitedFor = "the policies";

/** As many owners as one judgement looks at. */
const mostReads = 64;
/** How long who accounts for an object may take to show up: nobody else would come back for it. */
const graceMs: Readonly<Record<Unaccounted, number>> = {
  NoOwner: 0,
  Tangled: 0,
  // Events of two kinds come in any order, and the garbage collector takes its time.
  Dangling: 60_000,
  // A list is written a moment after what it lists.
  Unlisted: 60_000,
  // Or when all that is delivered is ready: five minutes, if a Helm release is not given more.
  Delivering: 600_000,
};
/** How soon, and how late, what others say of an object is looked at again. */
const soonestMs = 600_000;
const latestMs = 86_400_000;
/** How long a deliverer may take to remove what Git declares no more. */
const pruneMs = 600_000;

export function createUnexpectedReconciler(deps: UnexpectedDeps): UnexpectedReconciler {
  const lookup = createOwnerLookup(deps);
  const waiting = new Map<WaitedFor, Set<ResourceKey>>();
  const openSinceMs = new Map<ResourceKey, number>();
  const undeclaredSinceMs = new Map<ResourceKey, number>();

  return {
    reconcile,
    undeclared(keys) {
      for (const key of keys) undeclaredSinceMs.set(key, deps.now());
    },
    takeWaiting(on) {
      const keys = waiting.get(on) ?? [];
      waiting.delete(on);
      return keys;
    },
  };

  async function reconcile(key: ResourceKey, signal: AbortSignal): Promise<void> {
    const place = parseResourceKey(key);
    for (let reads = 0; reads < mostReads; reads++) {
      const unread = judge(key, place);
      if (unread === undefined) return;
      await lookup.read(unread, signal);
    }
    // The API server takes longer to answer than answers are kept.
    deps.again(key, 1_000);
  }

  /** In one turn of the event loop. An owner that has to be read first is handed back. */
  function judge(key: ResourceKey, place: Omit<ResourceRef, "version">) {
    const coverage = deps.coverage();
    const reporter = deps.desired.isAnsweredFor(key) ? undefined : coverage.reporterOf(place);
    for (const holder of holdersOf(key)) {
      if (holder !== reporter)
        endFor(holder, key, deps.desired.isAnsweredFor(key) ? "AdoptedInGit" : "RuleChanged");
    }
    const version = coverage.versionOf(place);
    if (reporter === undefined || version === undefined) return settle(key);
    const ref = { ...place, version };
    const sight = deps.sight(ref) ?? { type: "Unsynced" as const };
    switch (sight.type) {
      case "Present":
        return judgePresent({ key, ref, reporter, sight });
      case "Absent":
        settle(key);
        return end(reporter, key, "ObjectGone");
      case "Unsynced":
        return wait(key, kindNameOf(ref));
      // What cannot be looked at any more is not over.
      case "Forbidden":
      case "NotServed":
        return;
    }
  }

  function judgePresent(object: Present) {
    const { key, ref, reporter, sight } = object;
    const account: Account = deps.coverage().isGenerated(ref)
      ? { type: "Owned", by: "generateName in Git" }
      : accountFor({ ref, ...sight }, lookup);
    switch (account.type) {
      case "LeftAlone":
        settle(key);
        return end(reporter, key, "RuleChanged");
      case "Owned":
        settle(key);
        return end(reporter, key, "RevertedByOther");
      case "Wait":
        return wait(key, account.kind);
      case "Read":
        return account.owner;
      case "Unknown":
        lookLater(key);
        return unaccounted(object, { type: "Unknown", reason: account.reason, message: account.message });
      case "Unaccounted":
        if (isInGrace(object, account.why)) return undefined;
        if (account.why === "Unlisted" || account.why === "Delivering") lookLater(key);
        return unaccounted(object);
    }
  }

  /** Whether the object, or its owner, is likely to come or to go by itself. Looks again when that is over. */
  function isInGrace({ key, sight, reporter }: Present, why: Unaccounted): boolean {
    const nowMs = deps.now();
    const openMs = graceMs[why];
    if (openMs === 0) openSinceMs.delete(key);
    else if (!openSinceMs.has(key)) openSinceMs.set(key, nowMs);
    const ends = [
      (openSinceMs.get(key) ?? -openMs) + openMs,
      (undeclaredSinceMs.get(key) ?? -pruneMs) + pruneMs,
      (sight.terminatingSinceMs ?? -terminatingMs) + terminatingMs,
    ];
    const untilMs = Math.max(...ends);
    if (untilMs <= nowMs) return false;
    // What was reported before it began to go stays reported until it is gone.
    if (deps.drifts.get(reporter, key) === undefined || sight.terminatingSinceMs === undefined)
      deps.again(key, untilMs - nowMs);
    return true;
  }

  /** What others say may change without an event of the object's own; the longer it has not, the less likely it is. */
  function lookLater(key: ResourceKey): void {
    const nowMs = deps.now();
    const sinceMs = openSinceMs.get(key) ?? nowMs;
    openSinceMs.set(key, sinceMs);
    deps.again(key, Math.min(Math.max(nowMs - sinceMs, soonestMs), latestMs));
  }

  /** Nobody accounts for it, as far as is known; with `live`, why that cannot be said. */
  function unaccounted(object: Present, live?: Extract<LiveState, { type: "Unknown" }>): undefined {
    const { key, ref, reporter, sight } = object;
    const entry = deps.policies.get(reporter);
    const source = deps.sources.get(reporter);
    if (entry?.type !== "Valid" || source === undefined || !deps.arePoliciesKnown())
      return wait(key, thePolicies);
    const others = whoMayDeclare(ref, deps);
    if (others.type === "Wait") return wait(key, thePolicies);
    const stale = deps
      .coverage()
      .policiesIn(ref.namespace)
      .filter((policy) => !isReadSince(policy, sight));
    for (const policy of stale) deps.awaitHead(policy, key);
    // It may be a delivery of a revision that is not known yet: not even said before Git was asked.
    if (stale.length > 0) return undefined;
    // What was waited for is not the time that it took to see it.
    const arrivedAtMs = hadGrace(object) ? deps.now() : sight.arrivedAtMs;
    const present: LiveState = { type: "Present", body: bodyOfSight(ref, sight), arrivedAtMs };
    const known = others.type === "Unknown" ? others : (live ?? present);
    const revision = revisionOf(object);
    const input = undeclaredInput({ resource: ref, revision, live: known, source, nowMs: deps.now() });
    const declaration = { policy: reporter, key, ref };
    deps.report({
      policy: entry.policy,
      declaration,
      input,
      verdict: assess(input),
      action: { type: "Record" },
    });
    return undefined;
  }

  function hadGrace({ key, sight }: Present): boolean {
    return openSinceMs.has(key) || undeclaredSinceMs.has(key) || sight.terminatingSinceMs !== undefined;
  }

  function isReadSince(policy: PolicyKey, { firstSeenAtMs }: { readonly firstSeenAtMs: number }): boolean {
    const { headReadAtMs = 0, headFailedAtMs = 0 } = deps.sources.get(policy) ?? {};
    return Math.max(headReadAtMs, headFailedAtMs) >= firstSeenAtMs;
  }

  /** At first sight the newest; that a newer one does not declare the object either is no news. */
  function revisionOf({ key, reporter }: Present): string {
    const before = deps.drifts.get(reporter, key)?.episode ?? deps.drifts.restored(reporter).get(key);
    return before?.revision ?? deps.desired.get(reporter)?.revision ?? "";
  }

  /** Policies that have said something of the object while it was not declared. */
  function holdersOf(key: ResourceKey): readonly PolicyKey[] {
    return [...deps.policies.keys()].filter(
      (policy) =>
        deps.drifts.get(policy, key)?.undeclared === true ||
        deps.drifts.restored(policy).get(key)?.type === "Unexpected",
    );
  }

  /** For a policy that declares the object by now, its own judgement says what has become of it. */
  function endFor(policy: PolicyKey, key: ResourceKey, resolution: Resolution): void {
    if (deps.desired.get(policy)?.declarations.has(key) !== true) end(policy, key, resolution);
  }

  function end(policy: PolicyKey, key: ResourceKey, resolution: Resolution): undefined {
    const isKnown = deps.drifts.get(policy, key) !== undefined || deps.drifts.restored(policy).has(key);
    if (isKnown) deps.forget(policy, [key], resolution);
    return undefined;
  }

  function settle(key: ResourceKey): undefined {
    openSinceMs.delete(key);
    undeclaredSinceMs.delete(key);
    return undefined;
  }

  function wait(key: ResourceKey, on: WaitedFor): undefined {
    waiting.set(on, (waiting.get(on) ?? new Set()).add(key));
    return undefined;
  }
}

interface Present {
  readonly key: ResourceKey;
  readonly ref: ResourceRef;
  readonly reporter: PolicyKey;
  readonly sight: Extract<LiveSight, { type: "Present" }>;
}
