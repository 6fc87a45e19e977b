/** What is to be done about a verdict: a chain of checks, the first that speaks wins. */
import type { DriftAction, HoldReason } from "./action.ts";
import { mayBeDelivery } from "./deliverer.ts";
import { isConfirmed } from "./doubt.ts";
import type { DriftInput, RollbackAttempt } from "./input.ts";
import type { Drifted, DriftVerdict } from "./verdict.ts";

/** A write that failed for a reason which may pass is tried again after this long. */
const retryAfterMs = 60_000;
/** What the identity may not do, or the server will not change, is looked at again only this often. */
const refusedRetryAfterMs = 600_000;
/** Until the history is asked for again, where it could not be written. */
const historyRetryMs = 5_000;
/** A write comes back on the watch within milliseconds; after this long it is taken to have changed nothing. */
const echoMs = 10_000;
/** So many rollbacks of one object in a row are made without a pause. */
const fightAfter = 4;
const maxFightPauseMs = 600_000;

/**
 * Decides on one verdict. A rollback needs all of: the policy asks for it, the object was in sync once, the remote
 * head was read after the change arrived, and the last attempt at this very state was not refused.
 */
export function decide(input: DriftInput, verdict: DriftVerdict): DriftAction {
  if (verdict.status !== "Drifted") return { type: "None" };
  if (needsSource(input, verdict, findingMayBeDelivery)) return { type: "ReadSource", before: "Record" };
  if (input.policy.rollback === "Never") return { type: "Record" };
  const held = hold(input, verdict);
  if (held !== undefined) return held;
  if (needsSource(input, verdict, always)) return { type: "ReadSource", before: "Rollback" };
  return { type: "Rollback", changes: verdict.changes };
}

function hold(input: DriftInput, verdict: Drifted): DriftAction | undefined {
  if (verdict.reason === "Terminating") return held("Terminating", "the object is being deleted");
  if (input.policy.suspended) return held("Suspended", "spec.suspend is true");
  if (input.historyFault !== undefined) {
    const untilMs = input.nowMs + historyRetryMs;
    const message = `the history cannot be written, and nothing is undone without it: ${input.historyFault}`;
    return { type: "Hold", reason: "HistoryUnavailable", message, untilMs };
  }
  if (verdict.reason === "NeverDelivered") {
    return held(
      "NeverDelivered",
      "the object was never seen in sync, so it may be Git that is ahead; deliver it once",
    );
  }
  if (isMaybeOfMany(input, verdict)) {
    const message = "there was an upgrade just now: it is undone unless the same is found on many objects";
    return { type: "Hold", reason: "Upgraded", message, untilMs: input.upgradedUntilMs ?? 0 };
  }
  if (input.source.headFailedAtMs !== undefined && input.source.headFailedAtMs >= changedAtMs(input)) {
    return held("SourceStale", "the remote head cannot be read, so Git may have moved on");
  }
  return input.attempt === undefined ? undefined : holdAfter(input.attempt, input);
}

/** Whether it may still become doubtful because the same is found on many objects: what is there no upgrade deletes. */
function isMaybeOfMany({ upgradedUntilMs = 0, nowMs, ...input }: DriftInput, { type }: Drifted): boolean {
  const { live } = input;
  if (type !== "Modified" || live.type !== "Present" || nowMs >= upgradedUntilMs) return false;
  return !isConfirmed(input, live.body);
}

/** An attempt binds as long as nothing that it depended on has changed. */
function holdAfter(attempt: RollbackAttempt, input: DriftInput): DriftAction | undefined {
  switch (attempt.result) {
    // The object moved: its new version is on the watch, and is judged when it comes.
    case "Conflict":
      return undefined;
    case "Written":
      return holdAfterWrite(attempt, input);
    case "Forbidden":
    case "Immutable":
      return holdWhileSame(attempt.result, attempt, { input, forMs: attempt.retryMs ?? refusedRetryAfterMs });
    case "Failed":
      return holdWhileSame(attempt.result, attempt, { input, forMs: attempt.retryMs ?? retryAfterMs });
  }
}

function holdAfterWrite(attempt: RollbackAttempt, input: DriftInput): DriftAction | undefined {
  // What we wrote has not come back on the watch yet: what we would undo is what we have undone.
  if (changedAtMs(input) <= attempt.atMs && input.nowMs < attempt.atMs + echoMs) return { type: "Record" };
  const pauseMs = fightPauseMs(attempt.streak);
  const untilMs = attempt.atMs + pauseMs;
  if (input.nowMs >= untilMs) return undefined;
  const message = `put back ${attempt.streak} times in a row and changed again each time; next attempt in ${Math.ceil((untilMs - input.nowMs) / 1_000)} s`;
  return { type: "Hold", reason: "Fight", message, untilMs };
}

/** Someone insists: the first few times may be people, then it is a program, and each round costs it and us more. */
function fightPauseMs(streak: number): number {
  return streak < fightAfter ? 0 : Math.min(10_000 * 2 ** (streak - fightAfter), maxFightPauseMs);
}

function holdWhileSame(
  reason: HoldReason,
  attempt: RollbackAttempt,
  { input, forMs }: { readonly input: DriftInput; readonly forMs: number },
): DriftAction | undefined {
  const untilMs = attempt.atMs + forMs;
  const same =
    attempt.resourceVersion === resourceVersionOf(input) &&
    attempt.policyGeneration === input.policy.generation;
  return same && input.nowMs < untilMs
    ? { type: "Hold", reason, message: attempt.message, untilMs }
    : undefined;
}

function needsSource(
  input: DriftInput,
  verdict: Drifted,
  applies: (input: DriftInput, verdict: Drifted) => boolean,
) {
  const askedAtMs = Math.max(input.source.headReadAtMs, input.source.headFailedAtMs ?? 0);
  return askedAtMs < changedAtMs(input) && applies(input, verdict);
}

/** Absence leaves no trace of who made it, so it may always be a delivery. */
function findingMayBeDelivery({ live, source }: DriftInput, verdict: Drifted): boolean {
  if (verdict.type === "Missing") return verdict.reason !== "Terminating";
  if (live.type !== "Present") return false;
  return mayBeDelivery(live.body, source.headReadAtMs);
}

function always(): boolean {
  return true;
}

function changedAtMs({ live }: DriftInput): number {
  switch (live.type) {
    case "Present":
      return live.arrivedAtMs;
    case "Absent":
      return live.sinceMs;
    case "Unknown":
      return 0;
  }
}

function resourceVersionOf({ live }: DriftInput): string {
  return live.type === "Present" ? (live.body.metadata.resourceVersion ?? "") : "";
}

function held(reason: HoldReason, message: string): DriftAction {
  return { type: "Hold", reason, message };
}
