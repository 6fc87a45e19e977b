/** What is kept of a live object that nobody declares: enough to say who accounts for it, and never its body. */
import { type DelivererMark, marksOf } from "./deliverer-mark.ts";
import type { LiveRead } from "./live.ts";
import { type OwnerReference, ownersOf } from "./owner.ts";
import { apiVersionOf, isJsonObject, type KubernetesObject, type ResourceRef } from "./resource.ts";

/** Times are in ms of the process's clock. */
export interface Sight {
  readonly uid: string;
  readonly owners: readonly OwnerReference[];
  /** Left out where there are none. */
  readonly marks?: readonly DelivererMark[];
  /** When the watch brought the object, and when this version of it. */
  readonly firstSeenAtMs: number;
  readonly arrivedAtMs: number;
  /** When it was first seen being deleted. */
  readonly terminatingSinceMs?: number;
  /** See `traitOf`. */
  readonly trait?: string;
}

/** What the watches can say of such an object, from memory. */
export type LiveSight =
  | ({ readonly type: "Present" } & Sight)
  | Exclude<LiveRead, { readonly type: "Present" } | { readonly type: "Dropped" }>;

/** The one word of a body by which an object of this kind may be known for the system's: a Secret's type. */
export function traitOf(object: KubernetesObject): string | undefined {
  if (object.apiVersion === "v1" && object.kind === "Secret") {
    const type = object["type"];
    return typeof type === "string" ? type : undefined;
  }
  if (object.kind !== "APIService") return undefined;
  const spec = object["spec"];
  return isJsonObject(spec) && !isJsonObject(spec["service"]) ? "Local" : undefined;
}

/** An object without its body, as far as it is known. */
export function bodyOfSight(ref: ResourceRef, { uid }: Sight): KubernetesObject {
  const { kind, namespace, name } = ref;
  const metadata = { name, ...(namespace === "" ? {} : { namespace }), uid };
  return { apiVersion: apiVersionOf(ref), kind, metadata };
}

/** What is seen of an object now; `before` is what was known of the same object. */
export function sightOf(object: KubernetesObject, atMs: number, before?: Sight): Sight {
  const { uid = "", deletionTimestamp } = object.metadata;
  const same = before?.uid === uid ? before : undefined;
  const trait = traitOf(object);
  const marks = marksOf(object);
  return {
    uid,
    owners: ownersOf(object),
    ...(marks.length === 0 ? {} : { marks }),
    firstSeenAtMs: same?.firstSeenAtMs ?? atMs,
    arrivedAtMs: atMs,
    ...(deletionTimestamp === undefined ? {} : { terminatingSinceMs: same?.terminatingSinceMs ?? atMs }),
    ...(trait === undefined ? {} : { trait }),
  };
}
