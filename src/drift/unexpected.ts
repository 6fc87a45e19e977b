/** Who accounts for a live object that Git does not declare: a pure judgement, over what is known of its owners. */
import type { DelivererMark } from "../resource/deliverer-mark.ts";
import type { OwnerReference } from "../resource/owner.ts";
import { formatRef, type ResourceKey, type ResourceRef, resourceKey } from "../resource/resource.ts";
import { delivererRefs, type Listing } from "./inventories.ts";
import { type Undeclared, whyLeftAlone } from "./left-alone.ts";
import { impliedOwners, type KindName, kindNameOf, makes } from "./makers.ts";
import type { UnknownReason } from "./verdict.ts";

/** A live object that no policy declares. */
export interface UndeclaredObject extends Undeclared {
  readonly owners: readonly OwnerReference[];
  readonly marks?: readonly DelivererMark[];
}

/** Where an owner would stand. Without `uid` any object of that name is meant. */
export interface OwnerRef extends ResourceRef {
  readonly uid?: string;
  /** Of a deliverer's object: what its inventory has to list for it to be the owner. */
  readonly lists?: ResourceKey;
}

/** What is known of an owner. */
export type OwnerSight =
  | {
      readonly type: "Found";
      /** Where it stands: of a cluster-scoped kind in no namespace. */
      readonly ref: OwnerRef;
      readonly declared: boolean;
      /** Whether it is a deliverer's, in a namespace that is the deliverers' alone: Git need not answer for it. */
      readonly atHome?: boolean;
      /** Whether it would be judged by itself, so that its dependents need no word of their own. */
      readonly judged: boolean;
      readonly owners: readonly OwnerReference[];
      readonly marks?: readonly DelivererMark[];
      /** Given where `lists` is asked for. */
      readonly listing?: Listing;
    }
  /** It is not there, or one of that name with another uid is. */
  | { readonly type: "Absent" }
  /** Its watch has not caught up. */
  | { readonly type: "Unsynced" }
  /** Nothing is known before it is read. */
  | { readonly type: "Unread" }
  | { readonly type: "Unreadable"; readonly reason: UnknownReason; readonly message: string };

export interface OwnerLookup {
  /** The namespaces in which deliverers keep their own objects. */
  readonly delivererNamespaces: readonly string[];
  /** Must answer from memory. Kinds that are cluster-scoped are looked up without a namespace. */
  look(owner: OwnerRef): OwnerSight;
}

export type Account =
  | { readonly type: "LeftAlone"; readonly reason: string }
  | { readonly type: "Owned"; readonly by: string }
  | { readonly type: "Unaccounted"; readonly why: Unaccounted }
  | { readonly type: "Unknown"; readonly reason: UnknownReason; readonly message: string }
  /** The owner has to be read before anything can be said. */
  | { readonly type: "Read"; readonly owner: OwnerRef }
  /** The watch of an owner of this kind has not caught up. */
  | { readonly type: "Wait"; readonly kind: KindName };

/**
 * `Dangling`: an owner that it names is not there; it, or the end of the object, may be on the way.
 * `Unlisted`, `Delivering`: the deliverer that it names does not list it; a delivery may be on the way, or is.
 * `Tangled`: its owners own one another, or are more than anything real has.
 */
export type Unaccounted = "NoOwner" | "Dangling" | "Unlisted" | "Delivering" | "Tangled";

/** Longer than this nothing takes to go, unless somebody wants it to stay; by a finalizer, say. */
export const terminatingMs = 300_000;

/** Of one object, and of one judgement: whoever names more wants to keep us busy. */
const mostOwners = 16;
const mostVisits = 64;

/**
 * An object is accounted for by an owner that is there, with the uid that it names, of a kind that makes such objects,
 * and that somebody answers for: Git, or Holdfast by reporting it, or in turn an owner of its own. A deliverer's object
 * is an owner of what its inventory lists. Objects that own one another in a circle account for nothing.
 */
export function accountFor(object: UndeclaredObject, lookup: OwnerLookup): Account {
  const reason = whyLeftAlone(object);
  if (reason !== undefined) return { type: "LeftAlone", reason };
  return byOwners(object, { lookup, visited: new Map([[resourceKey(object.ref), tangled]]) });
}

type Found = Extract<OwnerSight, { type: "Found" }>;

interface Search {
  readonly lookup: OwnerLookup;
  /** What was found out about each object on the way; of those that are still being looked at, that they are a circle. */
  readonly visited: Map<ResourceKey, Account>;
}

const tangled: Account = { type: "Unaccounted", why: "Tangled" };

function byOwners({ ref, owners, trait, marks = [] }: UndeclaredObject, search: Search): Account {
  const named = owners.filter((owner) => makes(owner, ref)).map((owner) => refOfOwner(owner, ref));
  let account: Account = named.length > mostOwners ? tangled : { type: "Unaccounted", why: "NoOwner" };
  const lists = resourceKey(ref);
  const delivered = marks
    .flatMap((mark) => delivererRefs(mark, search.lookup.delivererNamespaces))
    .map((deliverer) => ({ ...deliverer, lists }));
  for (const owner of [...named.slice(0, mostOwners), ...impliedOwners(ref, trait), ...delivered]) {
    account = mostOpen(account, byOwner(owner, search));
    if (account.type === "Owned") break;
  }
  return account;
}

function byOwner(owner: OwnerRef, search: Search): Account {
  const sight = search.lookup.look(owner);
  switch (sight.type) {
    case "Found":
      return byFound(owner, sight, search);
    case "Absent":
      return { type: "Unaccounted", why: owner.uid === undefined ? "NoOwner" : "Dangling" };
    case "Unsynced":
      return { type: "Wait", kind: kindNameOf(owner) };
    case "Unread":
      return { type: "Read", owner };
    case "Unreadable":
      return { type: "Unknown", reason: sight.reason, message: sight.message };
  }
}

function byFound(owner: OwnerRef, sight: Found, search: Search): Account {
  const account = whoAnswersFor(owner, sight, search);
  // Where nobody answers for a deliverer, whatever its status says may be forged.
  if (account.type !== "Owned") return account;
  const { listing = "Listed" } = sight;
  switch (listing) {
    case "Listed":
      return account;
    case "Unlisted":
    case "Delivering":
      return { type: "Unaccounted", why: listing };
    case "Unclear":
      return {
        type: "Unknown",
        reason: "SourceFailed",
        message: `${formatRef(owner)} may deliver it, and cannot tell at the moment`,
      };
  }
}

function whoAnswersFor(
  owner: OwnerRef,
  { declared, atHome = false, judged, owners, marks = [] }: Found,
  search: Search,
): Account {
  const owned: Account = { type: "Owned", by: formatRef(owner) };
  if (declared || atHome) return owned;
  const above = visit({ ref: owner, owners, marks }, search);
  switch (above.type) {
    case "Unaccounted":
      return judged && above.why !== "Tangled" ? owned : above;
    // What is not known of the owner is said of the owner.
    case "Unknown":
      return judged ? owned : above;
    case "LeftAlone":
    case "Owned":
    case "Read":
    case "Wait":
      return above;
  }
}

function visit(object: UndeclaredObject, search: Search): Account {
  const { visited } = search;
  const key = resourceKey(object.ref);
  const known = visited.get(key);
  if (known !== undefined) return known;
  if (visited.size >= mostVisits) return tangled;
  visited.set(key, tangled);
  const account = byOwners(object, search);
  visited.set(key, account);
  return account;
}

/** From what settles it to what settles nothing. */
const openness: readonly Account["type"][] = ["Owned", "LeftAlone", "Wait", "Read", "Unknown", "Unaccounted"];
const reasons: readonly Unaccounted[] = ["Tangled", "Delivering", "Unlisted", "Dangling", "NoOwner"];

/** Of what two owners lead to, the one that decides: as long as one may still account for the object, nothing is said. */
function mostOpen(a: Account, b: Account): Account {
  if (a.type === "Unaccounted" && b.type === "Unaccounted")
    return reasons.indexOf(a.why) <= reasons.indexOf(b.why) ? a : b;
  return openness.indexOf(a.type) <= openness.indexOf(b.type) ? a : b;
}

/** Where the owner that an object names would stand. */
export function refOfOwner(owner: OwnerReference, { namespace }: Undeclared["ref"]): OwnerRef {
  const { group, version, kind, name, uid } = owner;
  return { group, version, kind, namespace: owner.namespace ?? namespace, name, uid };
}
