/** One watch per group, version and resource over all policies, kept in step with what is declared. */
import {
  apiVersionOf,
  type GroupVersionKind,
  type KubernetesObject,
  type ResourceKey,
  type ResourceRef,
} from "../resource/resource.ts";
import type { ApiFailure } from "./api-failure.ts";
import { type ApiResource, resourcePath } from "./api-resource.ts";
import type { Discovery } from "./discovery.ts";
import { createLiveLoader } from "./live-loader.ts";
import type { LiveScope } from "./live-scope.ts";
import { allNamespaces, type LiveStore } from "./live-store.ts";
import type { Transport } from "./transport.ts";
import { runWatch } from "./watch.ts";
import type { WatchEvent, WatchOptions } from "./watch-event.ts";

/** What must be watched of one kind. */
export interface WatchTarget {
  readonly gvk: GroupVersionKind;
  /** The namespaces in which objects are declared; not looked at for cluster-scoped kinds. */
  readonly namespaces: ReadonlySet<string>;
}

/** One watch: a kind, in one namespace or, with "", in all of them. */
export interface WatchedScope {
  readonly gvk: GroupVersionKind;
  readonly namespace: string;
}

/** What became of one watch. */
export type WatchNews =
  /** Every object was seen; from now on reads answer. */
  | { readonly type: "Synced" }
  /** It pauses and goes on by itself. After `Forbidden` reads say so; after other failures they stay as they were. */
  | { readonly type: "Interrupted"; readonly failure: ApiFailure }
  | { readonly type: "Resumed" }
  /** The server does not serve the kind (any more): discovery should be read, and `ensure` called if it has changed. */
  | { readonly type: "NotServed" }
  /** Nobody wants it any more; what was said of it is over. */
  | { readonly type: "Stopped" };

export interface ReflectorDeps {
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly store: LiveStore;
  /** Applied at the door, before anything is stored. */
  readonly redact: (object: KubernetesObject) => KubernetesObject;
  /** The store is written before the key is passed on. */
  readonly onChange: (key: ResourceKey) => void;
  /** What can be said of a whole kind may have changed: all of its objects must be judged anew. */
  readonly onNews: (watch: WatchedScope, news: WatchNews) => void;
  /** One object could not be handled, which is our own bug; the watch goes on. */
  readonly onBug: (error: unknown) => void;
  readonly now: () => number;
  /** For tests: shorter pauses. */
  readonly tuning?: Pick<
    WatchOptions,
    "backoff" | "refusedMaxMs" | "connectionSeconds" | "idleMs" | "random"
  >;
}

export interface Reflectors {
  /** Starts what is missing and stops what nobody wants any more. To be called again when discovery has changed. */
  ensure(targets: readonly WatchTarget[]): void;
  /** Reads one object whose body was let go. */
  load(ref: ResourceRef, signal: AbortSignal): Promise<void>;
  /** Reads many, by lists where that is cheaper. */
  loadMany(refs: readonly ResourceRef[], signal: AbortSignal): Promise<void>;
  readonly count: number;
  /** Resolves when every watch has ended, after the signal has aborted. */
  stopped(): Promise<void>;
}

/** Beyond this many namespaces one watch over all of them is cheaper for the server than one for each. */
const maxNamespaceWatches = 8;

/** Rights change, and a server that starts refuses everybody: after this long the wide watch is tried once more. */
const narrowedMs = 600_000;

interface WantedWatch extends WatchedScope {
  readonly id: string;
  /** Undefined where the kind is not served, or cannot be watched. */
  readonly resource: ApiResource | undefined;
}

interface RunningWatch extends WantedWatch {
  readonly scope: LiveScope;
  readonly abort: AbortController;
}

export function createReflectors(deps: ReflectorDeps, signal: AbortSignal): Reflectors {
  const running = new Map<string, RunningWatch>();
  const runs = new Set<Promise<void>>();
  /** Kinds that may not be watched in all namespaces at once, and when that was said. */
  const narrowed = new Map<string, number>();
  let wanted: readonly WatchTarget[] = [];

  return {
    ensure,
    ...createLiveLoader(deps),
    get count() {
      return running.size;
    },
    stopped: async () => {
      await Promise.all(runs);
    },
  };

  function ensure(targets: readonly WatchTarget[]): void {
    wanted = targets;
    const needed = new Map(targets.flatMap(watchesFor).map((watch) => [watch.id, watch]));
    for (const watch of running.values()) {
      if (!needed.has(watch.id) && !isStandingIn(watch, needed)) stop(watch);
    }
    for (const watch of needed.values()) {
      if (!running.has(watch.id)) start(watch);
    }
    deps.store.sweep();
  }

  function watchesFor({ gvk, namespaces }: WatchTarget): readonly WantedWatch[] {
    const kind = kindName(gvk);
    const resource = watchable(deps.discovery.find(gvk));
    // A kind that comes to be served is another watch than one that waits for it.
    const idOf = (namespace: string) =>
      `${resource === undefined ? "waiting" : "watching"} ${kind} ${namespace}`;
    const isWide =
      resource === undefined ||
      !resource.namespaced ||
      (!isNarrowed(kind) && (namespaces.size > maxNamespaceWatches || running.has(idOf(allNamespaces))));
    const scopes = isWide ? [allNamespaces] : [...namespaces];
    return scopes.map((namespace) => ({ id: idOf(namespace), gvk, namespace, resource }));
  }

  function isNarrowed(kind: string): boolean {
    const sinceMs = narrowed.get(kind);
    return sinceMs !== undefined && deps.now() - sinceMs < narrowedMs;
  }

  /** Whether a watch that is no longer needed has to go on until those that take its place have seen everything. */
  function isStandingIn(watch: RunningWatch, needed: ReadonlyMap<string, WantedWatch>): boolean {
    if (watch.resource === undefined || watch.scope.state.type !== "Synced") return false;
    const successors = [...needed.values()].filter(
      (other) => kindName(other.gvk) === kindName(watch.gvk) && other.resource !== undefined,
    );
    const covers = (other: WantedWatch) => [other.namespace, watch.namespace].includes(allNamespaces);
    return successors.some((other) => covers(other) && running.get(other.id)?.scope.state.type !== "Synced");
  }

  function stop(watch: RunningWatch): void {
    watch.abort.abort();
    running.delete(watch.id);
    deps.store.close(watch.gvk, watch.namespace);
    deps.onNews(watch, { type: "Stopped" });
  }

  function start(watch: WantedWatch): void {
    const { gvk, namespace, resource } = watch;
    const scope = deps.store.open(gvk, namespace);
    const abort = new AbortController();
    running.set(watch.id, { ...watch, scope, abort });
    if (resource === undefined) {
      // Where its group's server is away nothing can be said, not even that it is not served.
      if (deps.discovery.serviceOf(gvk) === "Unavailable") return;
      scope.state = { type: "NotServed" };
      deps.onNews(watch, { type: "NotServed" });
      return;
    }
    const onEvent = createHandler(scope, watch);
    const run = runWatch(
      {
        ...deps.tuning,
        transport: deps.transport,
        path: resourcePath(resource, namespace),
        onEvent,
        onBug: deps.onBug,
      },
      AbortSignal.any([signal, abort.signal]),
    ).finally(() => runs.delete(run));
    runs.add(run);
  }

  function createHandler(scope: LiveScope, watch: WantedWatch): (event: WatchEvent) => void {
    let isInterrupted = false;
    return (event) => {
      // A stream may bring some more lines after its watch was stopped, when another may have its place.
      if (running.get(watch.id)?.scope !== scope) return;
      if (isInterrupted && event.type !== "Interrupted") {
        isInterrupted = false;
        deps.onNews(watch, { type: "Resumed" });
      }
      switch (event.type) {
        case "Restarted":
          return scope.restart();
        case "Synced":
          return synced(scope, watch);
        case "Applied":
          return apply(scope, event.object);
        case "Deleted":
          return deps.onChange(scope.delete(event.object, deps.now()));
        case "Interrupted":
          isInterrupted = true;
          return interrupted(scope, watch, event.failure);
      }
    };
  }

  function synced(scope: LiveScope, watch: WantedWatch): void {
    const gone = scope.synced(deps.now());
    // Whoever stood in for this watch can go now.
    ensure(wanted);
    for (const key of gone) deps.onChange(key);
    deps.onNews(watch, { type: "Synced" });
  }

  function apply(scope: LiveScope, object: KubernetesObject): void {
    const body = redacted(object);
    deps.onChange(scope.apply({ object, ...(body === undefined ? {} : { body }), atMs: deps.now() }));
  }

  /** An object that cannot be redacted is there without a body: reading it fails for whoever needs it, and for no other. */
  function redacted(object: KubernetesObject): KubernetesObject | undefined {
    try {
      return deps.redact(object);
    } catch (error) {
      deps.onBug(error);
      return undefined;
    }
  }

  function interrupted(scope: LiveScope, watch: WantedWatch, failure: ApiFailure): void {
    const { gvk, namespace, resource } = watch;
    if (failure.reason === "NotFound") {
      scope.clear({ type: "NotServed" });
      return deps.onNews(watch, { type: "NotServed" });
    }
    if (failure.reason === "Forbidden") {
      scope.clear({ type: "Forbidden", message: failure.message });
      if (namespace === allNamespaces && resource?.namespaced === true) {
        narrowed.set(kindName(gvk), deps.now());
        ensure(wanted);
        return;
      }
    }
    deps.onNews(watch, { type: "Interrupted", failure });
  }
}

/** Some kinds, such as SubjectAccessReview, can only be created: there is nothing to compare with. */
function watchable(resource: ApiResource | undefined): ApiResource | undefined {
  return resource?.verbs.includes("watch") && resource.verbs.includes("list") ? resource : undefined;
}

function kindName(gvk: GroupVersionKind): string {
  return `${apiVersionOf(gvk)}/${gvk.kind}`;
}
