/**
 * One watch that never stops: a state machine that lists, watches, and starts over where it must.
 *
 * Guarantees: every object is applied at least once after each `Restarted`; `Synced` follows when all of them were;
 * from then on changes come in the server's order. Between `Restarted` and `Synced` deletions are not told one by one:
 * whoever keeps a copy removes what was not applied since.
 */
import { type Backoff, backoffMs } from "../async/backoff.ts";
import { sleep } from "../async/sleep.ts";
import { type ApiFailure, unreachable } from "./api-failure.ts";
import type { WatchOptions } from "./watch-event.ts";
import { listPages, type Step, streamList, type WatchState, watchFrom } from "./watch-steps.ts";

export type { WatchEvent, WatchOptions } from "./watch-event.ts";

const defaultBackoff: Backoff = { firstMs: 500, maxMs: 30_000 };
const defaultRefusedMaxMs = 300_000;

/** Runs until the signal aborts. Never throws. */
export async function runWatch(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const emit = guarded(options);
  const { random = Math.random } = options;
  let state: WatchState = { type: "Empty" };
  let canStream = true;
  let failures = 0;
  let lastReason: ApiFailure["reason"] | undefined;
  while (!signal.aborted) {
    const {
      next,
      failure,
      gotAnything = false,
    }: Step = await step(state, { ...options, onEvent: emit }, signal);
    if (next.type === "EmptyPaged") canStream = false;
    state = next.type === "Empty" && !canStream ? { type: "EmptyPaged" } : next;
    if (failure === undefined) {
      failures = 0;
      continue;
    }
    if (signal.aborted) return;
    // An API server that starts refuses everybody for a moment, after not answering at all: that is another trouble.
    failures = gotAnything || failure.reason !== lastReason ? 1 : failures + 1;
    lastReason = failure.reason;
    emit({ type: "Interrupted", failure });
    await sleep(pauseMs(failure, { failures, random: random() }, options), signal);
  }
}

async function step(state: WatchState, options: WatchOptions, signal: AbortSignal): Promise<Step> {
  try {
    if (state.type === "Empty") return await streamList(options, signal);
    if (state.type === "EmptyPaged") return await listPages(options, signal);
    return await watchFrom(state.resourceVersion, options, signal);
  } catch (error) {
    // Transport throws on abort alone; anything else is unknown to us, and no reason to stop watching.
    return { next: state, failure: unreachable(String(error)) };
  }
}

function pauseMs(
  { reason, retryAfterMs }: ApiFailure,
  { failures, random }: { readonly failures: number; readonly random: number },
  { backoff = defaultBackoff, refusedMaxMs = defaultRefusedMaxMs }: WatchOptions,
): number {
  const pause = backoffMs(backoff, failures, random);
  if (retryAfterMs !== undefined) return retryAfterMs + pause;
  if (reason === "Forbidden" || reason === "NotFound") {
    return backoffMs({ ...backoff, maxMs: refusedMaxMs }, failures, random);
  }
  // A server that forgot where we were is asked at once; one that goes on forgetting is not.
  return reason === "Expired" && failures === 1 ? 0 : pause;
}

/** A handler that throws at one object must not cost us the others. */
function guarded({ onEvent, onBug }: WatchOptions): WatchOptions["onEvent"] {
  return (event) => {
    try {
      onEvent(event);
    } catch (error) {
      onBug(error);
    }
  };
}
