/** Policy → remote head → revision → desired objects → keys for the drift queue. */
import type { Policy } from "../api/policy.ts";
import type { DeliveredMark } from "../drift/input.ts";
import type { ResourceKey } from "../resource/resource.ts";
import type {
  FetchedRevision,
  RemoteHead,
  Rendered,
  SourceCredentials,
  SourceFault,
  SourceRequest,
  SourceResult,
} from "../resource/source.ts";
import {
  type Delivered,
  deliveredOf,
  restoreDelivered,
  type SetVersion,
  withDelivered,
} from "./delivered.ts";
import type { Declaration, DesiredStore } from "./desired-store.ts";
import type { Resolution } from "./drift-store.ts";
import { type KindScope, placeObjects } from "./place.ts";
import type { PolicyKey } from "./policy-key.ts";
import type { PolicyStore } from "./policy-store.ts";
import type { SourceStatus, SourceStore } from "./source-store.ts";

export interface SourceDeps {
  readonly policies: PolicyStore;
  readonly sources: SourceStore;
  readonly desired: DesiredStore;
  readonly operatorNamespace: string;
  readonly now: () => number;
  readCredentials(policy: Policy, signal: AbortSignal): Promise<SourceResult<SourceCredentials | undefined>>;
  readHead(request: SourceRequest, signal: AbortSignal): Promise<SourceResult<RemoteHead>>;
  fetchRevision(
    request: SourceRequest,
    head: RemoteHead,
    signal: AbortSignal,
  ): Promise<SourceResult<FetchedRevision>>;
  renderRevision(policy: Policy, revision: RemoteHead, signal: AbortSignal): Promise<SourceResult<Rendered>>;
  /** Must answer from memory; called for every object. */
  scopeOf(ref: { readonly group: string; readonly version: string; readonly kind: string }): KindScope;
  /** Changes whenever the set of served kinds does. */
  discoveryVersion(): number;
  loadMarks(policyUid: string): ReadonlyMap<ResourceKey, DeliveredMark>;
  storeMark(policyUid: string, key: ResourceKey, mark: DeliveredMark): void;
  /** Makes the watches fit what is declared now. */
  ensureWatches(): void;
  /** These objects must be judged anew. */
  changed(policy: PolicyKey, keys: Iterable<ResourceKey>): void;
  /** These objects are no longer declared by the policy; `resolution` is what that makes of drifts. */
  forgotten(policy: PolicyKey, keys: readonly ResourceKey[], resolution: Resolution): void;
  /** The head was read, or could not be: whoever waited for that goes on. */
  headRead(policy: PolicyKey): void;
  /** A new revision was fetched; or it, or the head, could not be had. */
  fetched(policy: PolicyKey, result: "Succeeded" | "Failed"): void;
}

/** What a reconcile leaves for the loop: when to look again. */
export interface Again {
  readonly afterMs?: number;
}

type DeclarationMap = Map<ResourceKey, Declaration>;

/** What the desired set was built from; as long as all of it is the same, there is nothing to build. */
interface Built {
  readonly commit: string;
  readonly generation: number;
  readonly discoveryVersion: number;
}

/**
 * Reads the remote head of one policy, and fetches and renders what it names if that is new. Every wake-up reads the
 * head, whatever caused it, so whoever needs a fresh head only adds the policy's key.
 */
export function createSourceReconciler(deps: SourceDeps) {
  const built = new Map<PolicyKey, Built>();

  return async function reconcileSource(key: PolicyKey, signal: AbortSignal): Promise<Again> {
    const entry = deps.policies.get(key);
    if (entry?.type !== "Valid") {
      forget(key);
      return {};
    }
    await refresh(key, entry.policy, signal);
    deps.headRead(key);
    return { afterMs: entry.policy.source.intervalSeconds * 1_000 };
  };

  /** A policy that is gone, or that nobody can follow, declares nothing. */
  function forget(key: PolicyKey): void {
    const keys = [...(deps.desired.get(key)?.declarations.keys() ?? [])];
    built.delete(key);
    deps.sources.delete(key);
    deps.desired.remove(key);
    deps.forgotten(key, keys, deps.policies.has(key) ? "RuleChanged" : "PolicyDeleted");
    deps.ensureWatches();
  }

  async function refresh(key: PolicyKey, policy: Policy, signal: AbortSignal): Promise<void> {
    const startedAtMs = deps.now();
    const credentials = await deps.readCredentials(policy, signal);
    if (credentials.type === "Failed")
      return headFailed(key, policy, { startedAtMs, fault: credentials.fault });
    const request: SourceRequest = {
      url: policy.source.url,
      ref: policy.source.ref,
      ...(credentials.value === undefined ? {} : { credentials: credentials.value }),
    };
    const head = await deps.readHead(request, signal);
    if (head.type === "Failed") return headFailed(key, policy, { startedAtMs, fault: head.fault });
    const previous = sourceOf(key);
    if (isBuilt(key, policy, head.value.commit)) {
      const { headFailedAtMs: _, fault, ...rest } = previous;
      // A revision that was refused stays refused; a fault of the connection is over.
      deps.sources.set(key, {
        ...rest,
        ...(rest.refused && fault ? { fault } : {}),
        headReadAtMs: startedAtMs,
      });
      return;
    }
    const revision = await deps.fetchRevision(request, head.value, signal);
    if (revision.type === "Failed") return headFailed(key, policy, { startedAtMs, fault: revision.fault });
    deps.fetched(key, "Succeeded");
    await build(key, policy, { startedAtMs, request, revision: revision.value, signal });
  }

  function headFailed(
    key: PolicyKey,
    policy: Policy,
    failure: { startedAtMs: number; fault: SourceFault },
  ): void {
    deps.fetched(key, "Failed");
    const previous = sourceOf(key);
    deps.sources.set(key, {
      ...previous,
      headFailedAtMs: failure.startedAtMs,
      fault: failure.fault,
      policyGeneration: policy.generation,
    });
  }

  async function build(
    key: PolicyKey,
    policy: Policy,
    step: { startedAtMs: number; request: SourceRequest; revision: FetchedRevision; signal: AbortSignal },
  ): Promise<void> {
    const { startedAtMs, revision, signal } = step;
    const discoveryVersion = deps.discoveryVersion();
    const rendered = await deps.renderRevision(policy, revision, signal);
    const status: SourceStatus = {
      headReadAtMs: startedAtMs,
      refused: rendered.type === "Failed",
      policyGeneration: policy.generation,
      fetchedAt: new Date(deps.now()),
      revision,
      ...(rendered.type === "Failed" ? { fault: rendered.fault } : {}),
    };
    if (rendered.type === "Failed") {
      const { revision: inForce, fetchedAt } = sourceOf(key);
      deps.sources.set(key, {
        ...status,
        ...(inForce === undefined ? {} : { revision: inForce }),
        ...(fetchedAt === undefined ? {} : { fetchedAt }),
      });
      built.set(key, { commit: revision.commit, generation: policy.generation, discoveryVersion });
      deps.changed(key, deps.desired.get(key)?.declarations.keys() ?? []);
      return;
    }
    const declarations = await place(key, policy, rendered.value);
    const version = { revision: revision.revision, policyGeneration: policy.generation };
    const restored =
      deps.desired.get(key) === undefined
        ? await restore(key, policy, { declarations, version, signal })
        : undefined;
    signal.throwIfAborted();
    deps.sources.set(key, status);
    swap(key, policy, { declarations, version, restored });
    built.set(key, { commit: revision.commit, generation: policy.generation, discoveryVersion });
  }

  function place(key: PolicyKey, policy: Policy, rendered: Rendered): Promise<Map<ResourceKey, Declaration>> {
    return placeObjects(rendered.objects, {
      policy: key,
      policyNamespace: policy.namespace,
      targetNamespace: policy.targetNamespace,
      operatorNamespace: deps.operatorNamespace,
      scopeOf: deps.scopeOf,
    });
  }

  function restore(
    key: PolicyKey,
    policy: Policy,
    {
      declarations,
      version,
      signal,
    }: { declarations: DeclarationMap; version: SetVersion; signal: AbortSignal },
  ): Promise<ReadonlyMap<ResourceKey, Delivered>> {
    return restoreDelivered(declarations, deps.loadMarks(policy.uid), {
      version,
      renderOld: async (old) => {
        const rendered = await deps.renderRevision(policy, old, signal);
        return rendered.type === "Done" ? await place(key, policy, rendered.value) : undefined;
      },
    });
  }

  /** Synchronous, hence one step: nothing is judged, and no mark is set, between the old set and the new. */
  function swap(
    key: PolicyKey,
    policy: Policy,
    next: {
      declarations: DeclarationMap;
      version: SetVersion;
      restored: ReadonlyMap<ResourceKey, Delivered> | undefined;
    },
  ): void {
    const before = deps.desired.get(key);
    for (const [resource, declaration] of next.declarations) {
      const delivered = next.restored?.get(resource) ?? deliveredOf(before, resource);
      if (delivered === undefined) continue;
      const carried = withDelivered(declaration, delivered, next.version);
      next.declarations.set(resource, carried);
      if (carried.delivered !== undefined && carried.delivered !== delivered.mark) {
        deps.storeMark(policy.uid, resource, carried.delivered);
      }
    }
    deps.desired.replace(key, { revision: next.version.revision, declarations: next.declarations });
    deps.ensureWatches();
    const gone = [...(before?.declarations.keys() ?? [])].filter(
      (resource) => !next.declarations.has(resource),
    );
    // Another path or namespace is the policy's word, not Git's.
    const isEdited = built.get(key)?.generation !== policy.generation;
    deps.forgotten(key, gone, isEdited ? "RuleChanged" : "AdoptedInGit");
    deps.changed(key, next.declarations.keys());
  }

  function isBuilt(key: PolicyKey, policy: Policy, commit: string): boolean {
    const last = built.get(key);
    return (
      last?.commit === commit &&
      last.generation === policy.generation &&
      last.discoveryVersion === deps.discoveryVersion()
    );
  }

  function sourceOf(key: PolicyKey): SourceStatus {
    return deps.sources.get(key) ?? { headReadAtMs: 0, refused: false, policyGeneration: 0 };
  }
}
