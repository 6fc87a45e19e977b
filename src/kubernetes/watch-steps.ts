/** What a watch can do next, from what it knows: stream a list, read a list in pages, or watch from where it was. */
import { createTurns } from "../async/turns.ts";
import { type ApiFailure, unreachable } from "./api-failure.ts";
import { readPages } from "./list.ts";
import type { WatchOptions } from "./watch-event.ts";
import { followStream, type StreamEnd } from "./watch-stream.ts";

/** What must be known to go on. */
export type WatchState =
  /** Nothing is known: everything has to be read. */
  | { readonly type: "Empty" }
  /** As `Empty`, but this server has no streaming lists. */
  | { readonly type: "EmptyPaged" }
  /** All up to this version is known. */
  | { readonly type: "Watching"; readonly resourceVersion: string };

/** How one step ended: what to do next; a failure asks for a pause before it, a short one if there was any success. */
export interface Step {
  readonly next: WatchState;
  readonly failure?: ApiFailure;
  readonly gotAnything?: boolean;
}

/** A server that closes its connections at once shall not be asked as fast as it can answer. */
const shortestMs = 1_000;

/** A list and a watch in one stream (KEP-3157): it can be read line by line and leaves no gap. */
export async function streamList(options: WatchOptions, signal: AbortSignal): Promise<Step> {
  const query = { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" };
  const end = await followStream({ options, query, from: { isSynced: false, resourceVersion: "" } }, signal);
  if (end.type === "Refused") {
    if (end.failure.reason === "Invalid") return { next: { type: "EmptyPaged" } };
    return { next: { type: "Empty" }, failure: end.failure };
  }
  if (end.position.isSynced) return afterStream(end);
  // Silence, or an end in good order, before the mark: a server that knows watches but not the mark.
  const isUnmarked = end.type === "Closed" || end.type === "Silent";
  return isUnmarked
    ? { next: { type: "EmptyPaged" } }
    : { next: { type: "Empty" }, failure: end.failure, gotAnything: end.lines > 0 };
}

export async function watchFrom(
  resourceVersion: string,
  options: WatchOptions,
  signal: AbortSignal,
): Promise<Step> {
  const from = { isSynced: true, resourceVersion };
  const end = await followStream({ options, query: { resourceVersion }, from }, signal);
  if (end.type !== "Refused") return afterStream(end);
  const next: WatchState = isLost(end.failure) ? { type: "Empty" } : { type: "Watching", resourceVersion };
  return { next, failure: end.failure };
}

/**
 * Whether going on from the same version makes no sense: it is forgotten, or none to this server; the kind comes back,
 * if ever, with other objects; or we may not look, and will not know what happens meanwhile.
 */
function isLost({ reason }: ApiFailure): boolean {
  return reason === "Expired" || reason === "Invalid" || reason === "NotFound" || reason === "Forbidden";
}

/** The end of a stream is normal: the server closes each connection after a while. */
function afterStream(end: Exclude<StreamEnd, { type: "Refused" }>): Step {
  const gotAnything = end.lines > 0;
  const next: WatchState = { type: "Watching", resourceVersion: end.position.resourceVersion };
  if (end.type === "Closed") {
    const isShort = end.lastedMs < shortestMs;
    return {
      next,
      gotAnything,
      ...(isShort ? { failure: unreachable("the server closed the watch at once") } : {}),
    };
  }
  // Where not even a bookmark came, the server may be waiting for a version that it once gave us and has lost since, as
  // after a restored backup, and would stay silent until it gets there again.
  const isAstray = end.type === "Silent" && !gotAnything;
  const isExpired = end.type === "Told" && end.failure.reason === "Expired";
  return { next: isAstray || isExpired ? { type: "Empty" } : next, gotAnything, failure: end.failure };
}

export async function listPages(options: WatchOptions, signal: AbortSignal): Promise<Step> {
  const { onEvent } = options;
  const turn = createTurns();
  onEvent({ type: "Restarted" });
  for await (const page of readPages(options, signal)) {
    if (page.type === "Failed") return { next: { type: "EmptyPaged" }, failure: page.failure };
    for (const object of page.objects) {
      await turn();
      onEvent({ type: "Applied", object });
    }
    if (page.isLast) {
      onEvent({ type: "Synced" });
      return { next: { type: "Watching", resourceVersion: page.resourceVersion } };
    }
  }
  return { next: { type: "EmptyPaged" }, failure: unreachable("the list ended before it was whole") };
}
