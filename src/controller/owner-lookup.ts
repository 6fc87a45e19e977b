/** Owners, as the judgement on undeclared objects asks for them: from the watches, else from what was read of them. */
import { whyLeftAlone } from "../drift/left-alone.ts";
import type { OwnerLookup, OwnerRef, OwnerSight } from "../drift/unexpected.ts";
import type { OwnerReference } from "../resource/owner.ts";
import { type GroupVersionKind, type ResourceRef, resourceKey } from "../resource/resource.ts";
import type { LiveSight } from "../resource/sight.ts";
import type { Coverage } from "./coverage.ts";
import type { DesiredStore } from "./desired-store.ts";
import { OwnerCache, type OwnerRead } from "./owner-cache.ts";
import type { KindScope } from "./place.ts";

export interface OwnerDeps {
  readonly desired: DesiredStore;
  readonly now: () => number;
  /** Where undeclared objects are looked for now. */
  coverage(): Coverage;
  /** What the watches know; answers from memory. Undefined for what is not watched. */
  sight(ref: ResourceRef): LiveSight | undefined;
  scopeOf(gvk: GroupVersionKind): KindScope;
  /** One GET. */
  readOwner(ref: ResourceRef, signal: AbortSignal): Promise<OwnerRead>;
}

export interface ReadingLookup extends OwnerLookup {
  /** Makes known what `look` called `Unread`. */
  read(owner: OwnerRef, signal: AbortSignal): Promise<void>;
}

export function createOwnerLookup(deps: OwnerDeps): ReadingLookup {
  const cache = new OwnerCache();
  return {
    look(owner) {
      const ref = place(owner);
      if (ref === undefined) return { type: "Absent" };
      const seen = deps.sight(ref);
      if (seen !== undefined) return fromWatch(ref, seen);
      return fromRead(ref, cache.get(ref, deps.now()));
    },
    async read(owner, signal) {
      const ref = place(owner);
      if (ref !== undefined) cache.set(ref, await deps.readOwner(ref, signal), deps.now());
    },
  };

  /** In the version and scope in which it is found; undefined for a kind that is not served, hence has no objects. */
  function place(owner: OwnerRef): OwnerRef | undefined {
    const version = deps.coverage().versionOf(owner) ?? owner.version;
    const scope = deps.scopeOf({ ...owner, version });
    if (scope === "NotServed") return undefined;
    return { ...owner, version, namespace: scope === "Cluster" ? "" : owner.namespace };
  }

  function fromWatch(owner: OwnerRef, seen: LiveSight): OwnerSight {
    switch (seen.type) {
      case "Present":
        return isMeant(owner, seen.uid) ? found(owner, seen.owners) : { type: "Absent" };
      case "Absent":
      case "NotServed":
        return { type: "Absent" };
      case "Unsynced":
        return { type: "Unsynced" };
      case "Forbidden":
        return {
          type: "Unreadable",
          reason: "Forbidden",
          message: `its owner cannot be looked at: ${seen.message}`,
        };
    }
  }

  function fromRead(owner: OwnerRef, read: OwnerRead | undefined): OwnerSight {
    switch (read?.type) {
      case undefined:
        return { type: "Unread" };
      case "Present":
        return isMeant(owner, read.uid) ? found(owner, read.owners) : { type: "Absent" };
      case "Absent":
        return { type: "Absent" };
      case "Failed":
        return {
          type: "Unreadable",
          reason: read.reason,
          message: `its owner cannot be looked at: ${read.message}`,
        };
    }
  }

  function found(owner: OwnerRef, owners: readonly OwnerReference[]): OwnerSight {
    const declared = deps.desired.isAnsweredFor(resourceKey(owner));
    const judged =
      deps.coverage().reporterOf(owner) !== undefined && whyLeftAlone({ ref: owner }) === undefined;
    return { type: "Found", declared, judged, owners };
  }
}

function isMeant({ uid }: OwnerRef, found: string): boolean {
  return uid === undefined || uid === found;
}
