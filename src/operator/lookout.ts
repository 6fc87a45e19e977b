/** What is watched, for declared objects and for those that Git does not declare, and where nothing can be seen. */
import { type Coverage, type CoverageDeps, createCoverage } from "../controller/coverage.ts";
import type { DriftStore } from "../controller/drift-store.ts";
import type { PolicyKey } from "../controller/policy-key.ts";
import type { LiveStore } from "../kubernetes/live-store.ts";
import type { WatchTarget } from "../kubernetes/reflectors.ts";
import {
  apiVersionOf,
  type GroupVersionKind,
  type ResourceKey,
  type ResourceRef,
} from "../resource/resource.ts";
import type { LiveSight } from "../resource/sight.ts";
import { watchTargets } from "./declared-kinds.ts";

export interface LookoutDeps extends CoverageDeps {
  readonly live: LiveStore;
  readonly drifts: DriftStore;
}

export interface Lookout {
  coverage(): Coverage;
  /** Fits what is watched to what is declared now. `changed`: undeclared objects must be judged anew, all of them. */
  refresh(): { readonly targets: readonly WatchTarget[]; readonly changed: boolean };
  /** Whether anybody declares an object of this kind; else it is watched for unexpected ones alone. */
  isDeclared(gvk: GroupVersionKind): boolean;
  /** Undefined for what is not watched. */
  sight(ref: ResourceRef): LiveSight | undefined;
  /** What may be unexpected, or was when last looked at. */
  undeclaredKeys(): Iterable<ResourceKey>;
  /** What the policy waits for before it can be said that nothing is unexpected; undefined if for nothing. */
  awaited(policy: PolicyKey): string | undefined;
  /** The kinds that the policy would look through for unexpected objects, and that may not be watched. */
  unseen(policy: PolicyKey): readonly string[];
}

export function createLookout(deps: LookoutDeps): Lookout {
  const { live, drifts, desired, policies } = deps;
  let coverage = createCoverage(deps);
  let watched = new Map<string, WatchTarget>();
  let declared = new Set<string>();

  return {
    coverage: () => coverage,
    refresh() {
      const next = createCoverage(deps);
      const changed = next.text !== coverage.text;
      coverage = next;
      declared = new Set(watchTargets(desired).map(({ gvk }) => nameOf(gvk)));
      const targets = watchTargets(desired, coverage.targets);
      watched = new Map(targets.map((target) => [nameOf(target.gvk), target]));
      return { targets, changed };
    },
    isDeclared: (gvk) => declared.has(nameOf(gvk)),
    sight(ref) {
      const target = watched.get(nameOf(ref));
      const isWatched =
        target !== undefined && (ref.namespace === "" || target.namespaces.has(ref.namespace));
      return isWatched ? live.sight(ref) : undefined;
    },
    *undeclaredKeys() {
      for (const key of live.keys()) if (!desired.isDeclared(key)) yield key;
      for (const policy of policies.keys()) {
        for (const [key, { undeclared }] of drifts.entries(policy)) if (undeclared === true) yield key;
        for (const [key, { type }] of drifts.restored(policy)) if (type === "Unexpected") yield key;
      }
    },
    awaited(policy) {
      const found = scopesOf(policy).find(({ sight }) => sight === "Unsynced");
      return found === undefined ? undefined : `looking for what Git does not declare: ${found.gvk.kind}`;
    },
    unseen(policy) {
      const forbidden = scopesOf(policy).filter(({ sight }) => sight === "Forbidden");
      return [...new Set(forbidden.map(({ gvk }) => gvk.kind))].sort();
    },
  };

  function scopesOf(policy: PolicyKey) {
    return coverage.placesOf(policy).map(({ gvk, namespace }) => {
      // No object has this name: what is asked is the state of the watch.
      const sight = live.sight({ ...gvk, namespace, name: "" }).type;
      return { gvk, sight };
    });
  }
}

function nameOf(gvk: GroupVersionKind): string {
  return `${apiVersionOf(gvk)}/${gvk.kind}`;
}
