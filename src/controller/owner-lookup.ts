/** Owners, as the judgement on undeclared objects asks for them: from the watches, else from what was read of them. */
import { listingOf } from "../drift/inventories.ts";
import { whyLeftAlone } from "../drift/left-alone.ts";
import type { OwnerLookup, OwnerRef, OwnerSight } from "../drift/unexpected.ts";
import {
  type GroupVersionKind,
  parseResourceKey,
  type ResourceRef,
  resourceKey,
} from "../resource/resource.ts";
import type { LiveSight, Sight } from "../resource/sight.ts";
import type { Coverage } from "./coverage.ts";
import type { DesiredStore } from "./desired-store.ts";
import { OwnerCache } from "./owner-cache.ts";
import type { OwnerRead } from "./owner-read.ts";
import type { KindScope } from "./place.ts";

export interface OwnerDeps {
  readonly desired: DesiredStore;
  readonly now: () => number;
  /** Namespaces in which deliverers keep their own objects, and in which nobody else may write these. */
  readonly delivererNamespaces: readonly string[];
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
    delivererNamespaces: deps.delivererNamespaces,
    look(owner) {
      const ref = place(owner);
      if (ref === undefined) return { type: "Absent" };
      // Watches do not keep inventories.
      const seen = ref.lists === undefined ? deps.sight(ref) : undefined;
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
    // Not every version of a deliverer's object has the list.
    const watched = owner.lists === undefined ? deps.coverage().versionOf(owner) : undefined;
    const version = watched ?? owner.version;
    const scope = deps.scopeOf({ ...owner, version });
    if (scope === "NotServed") return undefined;
    return { ...owner, version, namespace: scope === "Cluster" ? "" : owner.namespace };
  }

  function fromWatch(owner: OwnerRef, seen: LiveSight): OwnerSight {
    switch (seen.type) {
      case "Present":
        return isMeant(owner, seen.uid) ? found(owner, seen) : { type: "Absent" };
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
        return isMeant(owner, read.uid) ? fromPresent(owner, read) : { type: "Absent" };
      case "Absent":
        return { type: "Absent" };
      case "Failed":
        return {
          type: "Unreadable",
          reason: read.reason,
          message: `its ${owner.lists === undefined ? "owner" : "deliverer"} cannot be looked at: ${read.message}`,
        };
    }
  }

  function fromPresent(owner: OwnerRef, read: Extract<OwnerRead, { type: "Present" }>): OwnerSight {
    if (owner.lists === undefined) return found(owner, read);
    if (!mayDeliverTo(parseResourceKey(owner.lists).namespace, owner)) return { type: "Absent" };
    return {
      ...found(owner, read),
      listing: listingOf(owner.lists, read.inventory),
      atHome: isAtHome(owner),
    };
  }

  function found(
    owner: OwnerRef,
    { owners, marks = [] }: Pick<Sight, "owners" | "marks">,
  ): Extract<OwnerSight, { type: "Found" }> {
    const declared = deps.desired.isAnsweredFor(resourceKey(owner));
    const judged =
      deps.coverage().reporterOf(owner) !== undefined && whyLeftAlone({ ref: owner }) === undefined;
    return { type: "Found", ref: owner, declared, judged, owners, marks };
  }

  /** Where policies look, objects are judged by what Git says of them; so are those of deliverers. */
  function isAtHome({ namespace }: OwnerRef): boolean {
    return deps.delivererNamespaces.includes(namespace) && deps.coverage().policiesIn(namespace).length === 0;
  }

  /** Who may write a deliverer's status in one tenant's namespace must not hide anything in another's. */
  function mayDeliverTo(target: string, { namespace }: OwnerRef): boolean {
    if (target === namespace || deps.delivererNamespaces.includes(namespace)) return true;
    const policies = deps.coverage().policiesIn(target);
    return deps
      .coverage()
      .policiesIn(namespace)
      .some((policy) => policies.includes(policy));
  }
}

function isMeant({ uid }: OwnerRef, found: string): boolean {
  return uid === undefined || uid === found;
}
