/** Kubernetes Events (events.k8s.io/v1) about objects of ours: for `kubectl describe`, never the only record of anything. */
import PQueue from "p-queue";
import {
  apiVersionOf,
  type JsonObject,
  type KubernetesObject,
  type ResourceRef,
} from "../resource/resource.ts";
import type { ApiFailure } from "./api-failure.ts";
import type { ApiResource } from "./api-resource.ts";
import type { Writer } from "./write.ts";

export interface EventNote {
  readonly regarding: ResourceRef & { readonly uid?: string };
  readonly type: "Normal" | "Warning";
  /** PascalCase, for programs; at most 128 characters. */
  readonly reason: string;
  /** What was done or tried, PascalCase: `Detect`, `Rollback`. */
  readonly action: string;
  /** For people; cut at 1 KB. */
  readonly note: string;
}

export interface EventRecorderDeps {
  readonly writer: Writer;
  /** Of this instance: the pod's name. */
  readonly instance: string;
  /** An event that was not written is lost; that is said here. */
  readonly onFailure: (failure: ApiFailure) => void;
  readonly nowMs: () => number;
  /** In [0, 1). */
  readonly random?: () => number;
}

export interface EventRecorder {
  /** Returns at once. Repetitions become a series of one Event; a flood is cut off. */
  record(note: EventNote): void;
  /** Resolves when all that was recorded is written. */
  drained(): Promise<void>;
}

/** A repetition within this time belongs to the same series (client-go: six minutes). */
const seriesMs = 360_000;
/** A series is written at most this often, however fast it grows. */
const seriesWriteMs = 60_000;
/** Beyond this many unwritten Events new ones are dropped: the API server is slow, and has better things to do. */
const mostWaiting = 256;
const mostSeries = 4_096;
/** New Events about one object: so many at once, then one in this time (client-go's spam filter, with more patience). */
const burst = 25;
const refillMs = 10_000;
const longestNote = 1_024;

const events: ApiResource = {
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  namespaced: true,
  verbs: [],
};

interface Series {
  readonly namespace: string;
  readonly name: string;
  readonly count: number;
  readonly lastAtMs: number;
  readonly writtenAtMs: number;
}

export function createEventRecorder(deps: EventRecorderDeps, signal: AbortSignal): EventRecorder {
  const { writer, nowMs, random = Math.random } = deps;
  const writes = new PQueue({ concurrency: 2 });
  /** In the order of their last repetition, so that the first is the oldest. */
  const known = new Map<string, Series>();
  /** By object, the time up to which its allowance is used. */
  const usedUpToMs = new Map<string, number>();

  return { record, drained: () => writes.onIdle() };

  function record(note: EventNote): void {
    if (signal.aborted || writes.size >= mostWaiting) return;
    const key = keyOf(note);
    const series = known.get(key);
    const atMs = nowMs();
    known.delete(key);
    if (series === undefined || atMs - series.lastAtMs > seriesMs) return begin(key, note, atMs);
    const isDue = atMs - series.writtenAtMs >= seriesWriteMs;
    const next = {
      ...series,
      count: series.count + 1,
      lastAtMs: atMs,
      ...(isDue ? { writtenAtMs: atMs } : {}),
    };
    known.set(key, next);
    if (isDue) write(() => writer.merge(targetOf(next), seriesOf(next), signal));
  }

  function begin(key: string, note: EventNote, atMs: number): void {
    const { regarding } = note;
    if (!isAllowed(regarding, atMs)) return;
    // Cluster-scoped objects' Events live in the default namespace: kubectl looks for them there.
    const namespace = regarding.namespace === "" ? "default" : regarding.namespace;
    const suffix = Math.floor(random() * 2 ** 40).toString(16);
    const name = `${regarding.name
      .toLowerCase()
      .replaceAll(/[^a-z0-9.-]/g, "-")
      .slice(0, 200)}.${Math.floor(atMs).toString(16)}${suffix}`;
    const series = { namespace, name, count: 1, lastAtMs: atMs, writtenAtMs: atMs };
    known.set(key, series);
    forgetBeyond(known, mostSeries);
    write(() => writer.create(targetOf(series), bodyOf(note, series), signal));
  }

  /** A leaky bucket: each Event uses up some time, and no more than a burst's worth ahead of the clock. */
  function isAllowed({ kind, namespace, name }: EventNote["regarding"], atMs: number): boolean {
    const object = `${kind} ${namespace}/${name}`;
    const from = Math.max(usedUpToMs.get(object) ?? 0, atMs);
    if (from - atMs > (burst - 1) * refillMs) return false;
    usedUpToMs.delete(object);
    usedUpToMs.set(object, from + refillMs);
    forgetBeyond(usedUpToMs, mostSeries);
    return true;
  }

  function write(attempt: () => ReturnType<Writer["merge"]>): void {
    void writes.add(async () => {
      // The writer throws when its signal aborts, and only then: nobody waits for Events at the end.
      const result = await attempt().catch(() => undefined);
      if (result?.type === "Failed") deps.onFailure(result.failure);
    });
  }

  function bodyOf({ regarding, type, reason, action, note }: EventNote, series: Series): KubernetesObject {
    const { namespace, name } = series;
    return {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { namespace, name },
      eventTime: microTime(series.lastAtMs),
      reportingController: "holdfast.dev/holdfast",
      reportingInstance: deps.instance.slice(0, 128),
      type,
      reason: reason.slice(0, 128),
      action: action.slice(0, 128),
      note: note.slice(0, longestNote),
      regarding: referenceTo(regarding),
    };
  }
}

/** The entry that was set first goes first. */
function forgetBeyond(map: Map<string, unknown>, most: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= most) return;
    map.delete(oldest);
  }
}

function keyOf({ regarding, type, reason, action, note }: EventNote): string {
  return JSON.stringify([
    regarding.kind,
    regarding.namespace,
    regarding.name,
    regarding.uid,
    type,
    reason,
    action,
    note,
  ]);
}

function targetOf({ namespace, name }: Series) {
  return { resource: events, namespace, name };
}

function seriesOf({ count, lastAtMs }: Series): JsonObject {
  return { series: { count, lastObservedTime: microTime(lastAtMs) } };
}

function referenceTo({ kind, namespace, name, uid, ...gv }: EventNote["regarding"]): JsonObject {
  return {
    apiVersion: apiVersionOf(gv),
    kind,
    name,
    ...(namespace === "" ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
  };
}

function microTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}
