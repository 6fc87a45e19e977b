/** One connection of a watch, from its opening to its end. */
import { createTurns } from "../async/turns.ts";
import { isJsonObject, type Json, type KubernetesObject } from "../resource/resource.ts";
import { type ApiFailure, failureOf, unreachable } from "./api-failure.ts";
import { readLines } from "./lines.ts";
import type { WatchOptions } from "./watch-event.ts";

/** How far a watch has come. */
export interface Position {
  /** Whether every object that there was has been applied. */
  readonly isSynced: boolean;
  readonly resourceVersion: string;
}

/** How a connection ended; `position` is behind the last whole line. */
export type StreamEnd =
  | { readonly type: "Refused"; readonly failure: ApiFailure }
  | ({ readonly type: "Closed"; readonly lastedMs: number } & Progress)
  /** The connection broke, or what came was no event. */
  | ({ readonly type: "Broken"; readonly failure: ApiFailure } & Progress)
  /** The server ended it with an ERROR event. */
  | ({ readonly type: "Told"; readonly failure: ApiFailure } & Progress)
  | ({ readonly type: "Silent"; readonly failure: ApiFailure } & Progress);

interface Progress {
  readonly position: Position;
  readonly lines: number;
}

export interface StreamStart {
  readonly options: WatchOptions;
  readonly query: Readonly<Record<string, string>>;
  readonly from: Position;
}

interface WatchLine {
  readonly type: string;
  readonly object: KubernetesObject;
}

const initialEventsEnd = "k8s.io/initial-events-end";

/** @throws the signal's reason when it aborts before the stream is open. */
export async function followStream(
  { options, query, from }: StreamStart,
  signal: AbortSignal,
): Promise<StreamEnd> {
  const { transport, path, accept, connectionSeconds = 300, random = Math.random } = options;
  const { idleMs = 180_000, listIdleMs = 30_000 } = options;
  const timeoutSeconds = String(Math.round(connectionSeconds * (1 + random())));
  const watchdog = createWatchdog(from.isSynced ? idleMs : listIdleMs);
  const startedAt = performance.now();
  let position = from;
  let lines = 0;
  try {
    const stream = await transport.stream(
      {
        method: "GET",
        path,
        query: { watch: "1", allowWatchBookmarks: "true", timeoutSeconds, ...query },
        ...(accept === undefined ? {} : { accept }),
      },
      AbortSignal.any([signal, watchdog.signal]),
    );
    if (stream.type === "Failed") return { type: "Refused", failure: stream.failure };
    if (!from.isSynced) options.onEvent({ type: "Restarted" });
    const turn = createTurns();
    for await (const line of readLines(watchdog.over(stream.chunks))) {
      // Node hands over up to two megabytes in one go; while we pause, the connection does.
      await turn();
      const event = parseLine(line);
      if (event.type === "ERROR") {
        return { type: "Told", failure: failureOf(codeOf(event.object), event.object), position, lines };
      }
      lines += 1;
      const wasSynced = position.isSynced;
      position = take(event, position, options);
      if (position.isSynced && !wasSynced) watchdog.setLimit(idleMs);
    }
    return { type: "Closed", lastedMs: performance.now() - startedAt, position, lines };
  } catch (error) {
    const type = watchdog.signal.aborted ? "Silent" : "Broken";
    // What came whole was taken, and we go on behind it.
    const failure = unreachable(error instanceof Error ? error.message : String(error));
    return { type, failure, position, lines };
  } finally {
    watchdog.stop();
  }
}

function take(event: WatchLine, position: Position, { onEvent }: WatchOptions): Position {
  const { object } = event;
  const resourceVersion = object.metadata.resourceVersion ?? position.resourceVersion;
  switch (event.type) {
    case "ADDED":
    case "MODIFIED":
      onEvent({ type: "Applied", object });
      return { ...position, resourceVersion };
    case "DELETED":
      onEvent({ type: "Deleted", object });
      return { ...position, resourceVersion };
    case "BOOKMARK":
      if (position.isSynced || object.metadata.annotations?.[initialEventsEnd] !== "true") {
        return { ...position, resourceVersion };
      }
      onEvent({ type: "Synced" });
      return { isSynced: true, resourceVersion };
    default:
      return position;
  }
}

/** @throws Error if the line is no event; its text stays out of the message, since it may hold secret values. */
function parseLine(line: string): WatchLine {
  let value: Json;
  try {
    value = JSON.parse(line) as Json; // JSON.parse answers JSON
  } catch {
    throw new Error("the watch brought a line that is no JSON");
  }
  const object = isJsonObject(value) ? value["object"] : undefined;
  if (!isJsonObject(value) || typeof value["type"] !== "string" || !isJsonObject(object)) {
    throw new Error("the watch brought a line that is no event");
  }
  if (value["type"] !== "ERROR" && !isJsonObject(object["metadata"])) {
    throw new Error("the watch brought an object without metadata");
  }
  return value as unknown as WatchLine; // its fields were looked at; the rest of the object is the API's promise
}

function codeOf(status: KubernetesObject): number {
  return typeof status["code"] === "number" ? status["code"] : 500;
}

/** Aborts its signal when nothing comes for too long. */
function createWatchdog(firstLimitMs: number) {
  const controller = new AbortController();
  let limitMs = firstLimitMs;
  let timer = start();
  return { signal: controller.signal, over, setLimit, stop: () => clearTimeout(timer) };

  function start(): NodeJS.Timeout {
    return setTimeout(() => controller.abort(new Error(`nothing came for ${limitMs / 1_000} s`)), limitMs);
  }

  function setLimit(ms: number): void {
    clearTimeout(timer);
    limitMs = ms;
    timer = start();
  }

  async function* over(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      timer.refresh();
      yield chunk;
    }
  }
}
