/** The one place where a verdict becomes known: DriftStore, delivered marks, metrics, Events, and the queues behind. */

import { allocatedValues } from "../drift/allocated.ts";
import { isLastWriter, isTracked, lastWrittenAtMs, mayBeDelivery } from "../drift/deliverer.ts";
import { dependencies } from "../drift/doubt.ts";
import { isCompleted } from "../drift/expected.ts";
import type { DriftInput, RollbackAttempt } from "../drift/input.ts";
import { sameVerdict } from "../drift/same-verdict.ts";
import type { UnknownFields } from "../drift/source-faults.ts";
import type { DoubtfulChange, Drifted, Findings } from "../drift/verdict.ts";
import type { ResourceKey, ResourceRef } from "../resource/resource.ts";
import type { Declaration, DesiredStore } from "./desired-store.ts";
import { createDoubtNotes } from "./doubt-notes.ts";
import type { Finding } from "./drift-reconciler.ts";
import type { DriftEntry, DriftStore, Episode, Resolution } from "./drift-store.ts";
import type { PolicyKey } from "./policy-key.ts";

/** What happened, in the words of metrics, logs and Events. */
export interface Announcements {
  driftDetected(
    episode: Episode,
    latency: { readonly sinceArrivalMs: number; readonly sinceWriteMs?: number },
  ): void;
  driftChanged(episode: Episode): void;
  /** A finding that may be our own fault, for the first time in a while. */
  doubtful(policy: PolicyKey, ref: ResourceRef, finding: DoubtfulChange): void;
  /** Somebody took away the record of who owns which field; it changes no verdict. */
  ownershipWiped(policy: PolicyKey, ref: ResourceRef): void;
  /** Git states fields of an object that the API server does not know. */
  unknownFields(policy: PolicyKey, ref: ResourceRef, paths: UnknownFields): void;
  driftResolved(episode: Episode, resolution: Resolution): void;
  /** A rollback is about to be written, as this account; whether that is on record, so that it may be. */
  rollbackBegun(episode: Episode, as: string): boolean;
  rollbackEnded(episode: Episode, result: "Succeeded" | Exclude<RollbackAttempt["result"], "Written">): void;
}

export interface ReportDeps {
  readonly desired: DesiredStore;
  readonly drifts: DriftStore;
  readonly announce: Announcements;
  readonly now: () => number;
  /** The name under which our own writes stand in managedFields. */
  readonly fieldManager: string;
  recordName(episode: Pick<Episode, "policy" | "resource" | "firstSeenAt">): string;
  storeMark(policyUid: string, key: ResourceKey, mark: NonNullable<Declaration["delivered"]>): void;
  /** The episode's DriftRecord must be written. */
  recordChanged(episode: Episode): void;
  /** The policy's status must be written. */
  statusChanged(policy: PolicyKey): void;
}

/** A judgement on an object that Git may not declare. */
export type Reported = Omit<Finding, "declaration"> & {
  readonly declaration: Pick<Declaration, "policy" | "key" | "ref"> & Partial<Declaration>;
};

export interface Report {
  report(finding: Reported): void;
  /** Says what is doubtful, once for a kind and a field. */
  reportDoubts(finding: Finding): void;
  /** Before a rollback: whether it is on record that it will be made, as this account. */
  reportRollback(finding: Finding, as: string): boolean;
  reportAttempt(finding: Finding, attempt: RollbackAttempt): void;
  /** Ends whatever is open about objects that a policy does not declare any more. */
  forget(policy: PolicyKey, keys: Iterable<ResourceKey>, resolution: Resolution): void;
}

/** Only transitions are reported: judging the same state again writes nothing and says nothing. */
export function createReport(deps: ReportDeps): Report {
  const doubtNews = createDoubtNotes(deps.now);

  return { report, reportDoubts, reportRollback, reportAttempt, forget };

  function report(judged: Reported): void {
    // What is excused is told when somebody asks; here it is only counted.
    const { excused = [], ...verdict } = judged.verdict;
    const finding: Reported = { ...judged, verdict };
    const { declaration, input, action } = finding;
    const { policy, key } = declaration;
    noteWiped(finding);
    noteDelivered(finding);
    const previous = deps.drifts.get(policy, key);
    const open = openEpisode(previous, declaration);
    const episode = nextEpisode(finding, open);
    const hold = action.type === "Hold" ? action : undefined;
    const isSame =
      previous !== undefined &&
      sameVerdict(previous.verdict, verdict) &&
      previous.excused.count === excused.length &&
      previous.hold?.reason === hold?.reason &&
      open === episode;
    const undeclared = input.desired.type === "Undeclared" ? true : undefined;
    const { unknownFields = [] } = finding;
    const isSource = previous !== undefined && sameFields(previous.unknownFields ?? [], unknownFields);
    if (!isSource && unknownFields.length > 0)
      deps.announce.unknownFields(policy, declaration.ref, unknownFields);
    if (
      isSame &&
      isSource &&
      previous.schema === input.schema &&
      previous.checked === declaration.bytes &&
      previous.undeclared === undeclared
    )
      return;
    deps.drifts.set(policy, key, {
      verdict,
      ...(undeclared === undefined ? {} : { undeclared }),
      excused: excusedSummary(excused),
      schema: input.schema,
      ...(declaration.bytes === undefined ? {} : { checked: declaration.bytes }),
      ...(unknownFields.length === 0 ? {} : { unknownFields }),
      ...(hold === undefined ? {} : { hold }),
      ...(episode === undefined ? {} : { episode }),
      ...(previous?.attempt === undefined ? {} : { attempt: previous.attempt }),
    });
    if (!isSame || !isSource) deps.statusChanged(policy);
  }

  function reportDoubts({ declaration, verdict }: Finding): void {
    const { policy, ref } = declaration;
    for (const news of doubtNews(policy, ref.kind, verdict.doubtful ?? []))
      deps.announce.doubtful(policy, ref, news);
  }

  function openEpisode(
    previous: DriftEntry | undefined,
    { policy, key }: Reported["declaration"],
  ): Episode | undefined {
    return previous === undefined ? deps.drifts.takeRestored(policy, key) : previous.episode;
  }

  /** The episode that is open after this verdict; ends the one before it where it is another or none. */
  function nextEpisode(finding: Reported, open: Episode | undefined): Episode | undefined {
    const { verdict } = finding;
    switch (verdict.status) {
      case "Drifted":
        if (open === undefined) return begin(finding, verdict);
        if (open.type === verdict.type) return goOn(finding, { open, verdict });
        end(open, endOfType(open, verdict));
        return begin(finding, verdict);
      case "InSync":
      case "Pending":
        if (open !== undefined)
          end(open, resolutionOf(finding, { episode: open, fieldManager: deps.fieldManager }));
        return undefined;
      // What cannot be judged now is not over.
      case "Unknown":
        return open;
    }
  }

  function begin({ declaration, input }: Reported, verdict: Drifted): Episode {
    const firstSeenAt = new Date(deps.now());
    const { policy, ref: resource, origin } = declaration;
    const uid = uidOf(input);
    const episode: Episode = {
      recordName: deps.recordName({ policy, resource, firstSeenAt }),
      policy,
      resource,
      ...(uid === undefined ? {} : { uid }),
      type: verdict.type,
      ...(origin === undefined ? {} : { origin }),
      revision: input.revision,
      ...(verdict.against === input.revision ? {} : { deliveredRevision: verdict.against }),
      firstSeenAt,
      lastSeenAt: firstSeenAt,
      verdict,
      resourceVersion: resourceVersionOf(input),
    };
    const sinceWriteMs = sinceWrite(input, firstSeenAt.getTime());
    deps.announce.driftDetected(episode, {
      sinceArrivalMs: Math.max(0, firstSeenAt.getTime() - arrivedAtMs(input)),
      ...(sinceWriteMs === undefined ? {} : { sinceWriteMs }),
    });
    deps.recordChanged(episode);
    return episode;
  }

  function goOn(
    { input, declaration }: Reported,
    { open, verdict }: { open: Episode; verdict: Drifted },
  ): Episode {
    if (open.verdict !== undefined && sameVerdict(open.verdict, verdict)) return open;
    const { attempt: _, ...rest } = open;
    const episode: Episode = {
      ...rest,
      ...(declaration.origin === undefined ? {} : { origin: declaration.origin }),
      verdict,
      lastSeenAt: new Date(deps.now()),
      resourceVersion: resourceVersionOf(input),
    };
    // An episode read back after a restart is not news.
    if (open.verdict !== undefined) deps.announce.driftChanged(episode);
    deps.recordChanged(episode);
    return episode;
  }

  function end(episode: Episode, type: Resolution): void {
    if (type === "RolledBack") deps.announce.rollbackEnded(episode, "Succeeded");
    deps.announce.driftResolved(episode, type);
    deps.recordChanged({ ...episode, resolution: { type, at: new Date(deps.now()) } });
  }

  function reportRollback({ declaration: { policy, key } }: Finding, as: string): boolean {
    const episode = deps.drifts.get(policy, key)?.episode;
    return episode !== undefined && deps.announce.rollbackBegun(episode, as);
  }

  function reportAttempt({ declaration }: Finding, attempt: RollbackAttempt): void {
    const { policy, key } = declaration;
    const entry = deps.drifts.get(policy, key);
    if (entry === undefined) return;
    const episode = entry.episode === undefined ? undefined : { ...entry.episode, attempt };
    deps.drifts.set(policy, key, { ...entry, attempt, ...(episode === undefined ? {} : { episode }) });
    if (episode === undefined) return;
    // Success is not what we wrote but what the watch shows; it is announced when the drift is seen to be over.
    if (attempt.result !== "Written") deps.announce.rollbackEnded(episode, attempt.result);
    deps.recordChanged(episode);
    deps.statusChanged(policy);
  }

  function forget(policy: PolicyKey, keys: Iterable<ResourceKey>, resolution: Resolution): void {
    for (const key of keys) {
      const entry = deps.drifts.get(policy, key);
      const episode = entry === undefined ? deps.drifts.takeRestored(policy, key) : entry.episode;
      if (episode !== undefined) end(episode, resolution);
      deps.drifts.delete(policy, key);
    }
    deps.statusChanged(policy);
  }

  /** Said once: what is said is noted with the mark, which outlives a restart. */
  function noteWiped({ policy, declaration, input }: Reported): void {
    const { delivered } = declaration;
    if (delivered?.tracked !== true || input.live.type !== "Present") return;
    if (input.live.body.metadata.uid !== delivered.uid || isTracked(input.live.body)) return;
    deps.announce.ownershipWiped(declaration.policy, declaration.ref);
    const mark = { ...delivered, tracked: false };
    deps.desired.amendDelivered(declaration.policy, declaration.key, mark);
    deps.storeMark(policy.uid, declaration.key, mark);
  }

  function noteDelivered({ policy, declaration, input, verdict }: Reported): void {
    if (verdict.status !== "InSync" || input.live.type !== "Present") return;
    const { uid = "", resourceVersion = "" } = input.live.body.metadata;
    const { delivered } = declaration;
    const allocated =
      input.desired.type === "Stated"
        ? allocatedValues(
            { desired: input.desired.body, live: input.live.body },
            input.schema,
            delivered?.uid === uid ? delivered.allocated : undefined,
          )
        : undefined;
    const mark = {
      uid,
      resourceVersion,
      revision: input.revision,
      policyGeneration: policy.generation,
      completed: isCompleted(input.live.body),
      dependencies: dependencies(input),
      tracked: isTracked(input.live.body),
      ...(allocated === undefined ? {} : { allocated }),
    };
    const isSame =
      delivered !== undefined &&
      declaration.deliveredBytes === undefined &&
      delivered.uid === mark.uid &&
      delivered.resourceVersion === mark.resourceVersion &&
      delivered.revision === mark.revision &&
      delivered.policyGeneration === mark.policyGeneration &&
      delivered.completed === mark.completed &&
      delivered.dependencies === mark.dependencies &&
      delivered.tracked === mark.tracked &&
      JSON.stringify(delivered.allocated) === JSON.stringify(allocated);
    if (isSame) return;
    deps.desired.markDelivered(declaration.policy, declaration.key, mark);
    deps.storeMark(policy.uid, declaration.key, mark);
  }
}

/** How a drift ended of which another type has taken the place. */
function endOfType(open: Episode, next: Drifted): Resolution {
  if (open.type === "Unexpected") return "AdoptedInGit";
  return next.type === "Missing" ? "ObjectGone" : "RevertedByOther";
}

const nothingExcused: DriftEntry["excused"] = { count: 0, rules: [] };

/** How much is excused, and by which of the policy's own rules: shipped excuses need nobody's attention. */
function excusedSummary(excused: NonNullable<Findings["excused"]>): DriftEntry["excused"] {
  if (excused.length === 0) return nothingExcused;
  const own = excused.filter(({ reason }) => reason === "IgnoreRule" || reason === "TrustRule");
  return { count: excused.length, rules: [...new Set(own.map(({ rule }) => rule))].sort() };
}

function sameFields(a: UnknownFields, b: UnknownFields): boolean {
  return a.length === b.length && JSON.stringify(a) === JSON.stringify(b);
}

/** How a drift ended, judged by what is seen: our write on this object, a deliverer's, Git's, or somebody's. */
function resolutionOf(
  { input, verdict }: Reported,
  { episode, fieldManager }: { readonly episode: Episode; readonly fieldManager: string },
): Resolution {
  if (episode.type === "Unexpected") return "AdoptedInGit";
  const isUntouched =
    episode.resourceVersion !== undefined && episode.resourceVersion === resourceVersionOf(input);
  // Nobody touched it, and Git says what it said: admission was found to insist.
  const isInsisted = isUntouched && (input.confirmation?.insisted.size ?? 0) > 0;
  if (isInsisted && episode.revision === input.revision) return "RuleChanged";
  if (isUntouched || verdict.status === "Pending") return "AdoptedInGit";
  if (episode.attempt?.result === "Written" && arrivedAtMs(input) > episode.lastSeenAt.getTime())
    return "RolledBack";
  if (input.live.type !== "Present") return "ObjectGone";
  // The word of a write may be lost, with its answer or with a former life: the object still tells.
  const mayBeOurs = episode.verdict === undefined || episode.attempt?.result === "Failed";
  if (mayBeOurs && isLastWriter(input.live.body, fieldManager)) return "RolledBack";
  return mayBeDelivery(input.live.body, 0) ? "RevertedByDeliverer" : "RevertedByOther";
}

function arrivedAtMs({ live, nowMs }: DriftInput): number {
  switch (live.type) {
    case "Present":
      return live.arrivedAtMs;
    case "Absent":
      return live.sinceMs;
    case "Unknown":
      return nowMs;
  }
}

function sinceWrite({ live }: DriftInput, nowMs: number): number | undefined {
  const writtenAtMs = live.type === "Present" ? lastWrittenAtMs(live.body) : undefined;
  return writtenAtMs === undefined ? undefined : Math.max(0, nowMs - writtenAtMs);
}

function uidOf({ live, delivered }: DriftInput): string | undefined {
  return live.type === "Present" ? live.body.metadata.uid : delivered?.uid;
}

function resourceVersionOf({ live }: DriftInput): string {
  return live.type === "Present" ? (live.body.metadata.resourceVersion ?? "") : "";
}
