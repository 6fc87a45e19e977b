/** Who an object says made it: its ownerReferences, and what stands for them where there can be none. */
import { isJsonObject, type Json, type KubernetesObject, parseApiVersion } from "./resource.ts";

/** One owner as the object names it; whether it is there, with that uid, is another question. */
export interface OwnerReference {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Where it is not the object's own, or none. */
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  /** Whether it says that this owner manages it. */
  readonly controller: boolean;
}

const noOwners: readonly OwnerReference[] = [];

/** The owners that a live object names. */
export function ownersOf(object: KubernetesObject): readonly OwnerReference[] {
  const references = object.metadata["ownerReferences"];
  const owners = Array.isArray(references) ? references.flatMap(ownerOf) : [];
  if (object.apiVersion === "v1" && object.kind === "PersistentVolume") owners.push(...claimOf(object));
  return owners.length === 0 ? noOwners : owners;
}

function ownerOf(reference: Json): readonly OwnerReference[] {
  if (!isJsonObject(reference)) return [];
  const { apiVersion, kind, name, uid, controller } = reference;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return [];
  if (typeof name !== "string" || typeof uid !== "string" || uid === "") return [];
  return [{ ...parseApiVersion(apiVersion), kind, name, uid, controller: controller === true }];
}

/**
 * A volume cannot be owned by a claim, which is in a namespace; one that was made for a claim has its uid for a name
 * (the external provisioner's default).
 */
function claimOf({ metadata, ...body }: KubernetesObject): readonly OwnerReference[] {
  const spec = body["spec"];
  const claim = isJsonObject(spec) ? spec["claimRef"] : undefined;
  if (!isJsonObject(claim)) return [];
  const { namespace, name, uid } = claim;
  if (typeof namespace !== "string" || typeof name !== "string" || typeof uid !== "string") return [];
  if (metadata.name !== `pvc-${uid}`) return [];
  const kind = { group: "", version: "v1", kind: "PersistentVolumeClaim" };
  return [{ ...kind, namespace, name, uid, controller: true }];
}
