/** Live scalers that Git does not declare: what they may change, and whether something that it does declare controls them. */
import type { FieldChange } from "../diff/field-change.ts";
import { type OwnerReference, ownersOf } from "../resource/owner.ts";
import {
  type GroupVersionKind,
  type KubernetesObject,
  type ResourceRef,
  refOf,
  resourceKey,
} from "../resource/resource.ts";
import { confirmableChanges } from "./confirmable.ts";
import { makes } from "./makers.ts";
import { isOfReplicas, type ScalerClaim, scalerClaims } from "./scalers.ts";
import { type OwnerLookup, type OwnerRef, refOfOwner } from "./unexpected.ts";
import type { DriftVerdict } from "./verdict.ts";

/** The kinds that count without being declared, each in the versions in which it may be served, the best first. */
export const liveScalerKinds: readonly (readonly GroupVersionKind[])[] = [
  ["v2", "v1"].map((version) => ({ group: "autoscaling", version, kind: "HorizontalPodAutoscaler" })),
  [{ group: "keda.sh", version: "v1alpha1", kind: "ScaledObject" }],
];

/** What is needed of such a scaler, and never its body. */
export interface LiveScaler {
  readonly ref: ResourceRef;
  /** Who it says controls it; whether that is so, `controlOf` tells. */
  readonly controller: OwnerReference;
  readonly claims: readonly ScalerClaim[];
}

/** Undefined for an object that can explain nothing: of another kind, without a controller or a target, or on its way out. */
export function liveScaler(object: KubernetesObject): LiveScaler | undefined {
  const ref = refOf(object);
  const isOfKind = liveScalerKinds.flat().some(({ group, kind }) => group === ref.group && kind === ref.kind);
  const controller = controllerIn(ownersOf(object));
  if (!isOfKind || controller === undefined || object.metadata.deletionTimestamp !== undefined)
    return undefined;
  // No annotation on a live object has a say, and so neither has KEDA's pause.
  const { annotations: _, ...metadata } = object.metadata;
  const claims = scalerClaims({ ...object, metadata });
  return claims.length === 0 ? undefined : { ref, controller, claims };
}

/** A number of replicas that is not explained yet. */
export type ScaleFinding = Exclude<FieldChange, { readonly type: "Removed" }>;

/** What of a verdict a scaler could explain; undefined if there is nothing. */
export function scaleFinding(verdict: DriftVerdict): ScaleFinding | undefined {
  return confirmableChanges(verdict).find(
    (change): change is ScaleFinding =>
      change.type !== "Removed" && typeof change.live === "number" && isOfReplicas(change),
  );
}

/** Must answer from memory. */
export interface ControllerLookup extends Pick<OwnerLookup, "look"> {
  /** The verdict on a declared object; undefined before its first. */
  statusOf(ref: ResourceRef): DriftVerdict["status"] | undefined;
}

export type Control =
  | { readonly type: "Controlled"; readonly by: ResourceRef }
  | { readonly type: "NotControlled" }
  /** It has to be read before anything can be said. */
  | { readonly type: "Read"; readonly owner: OwnerRef }
  /** Its watch, or its first verdict, is still to come. */
  | { readonly type: "Wait" };

/** From an HPA over KEDA's ScaledObject to what made that, and one to spare. */
const mostSteps = 3;

const notControlled: Control = { type: "NotControlled" };

/**
 * A scaler counts if the chain of its controllers leads to an object that is declared and in sync. Each of them must
 * be there with the uid that is named, and be of a kind that makes such objects. The first declared one decides: if that
 * drifted, who controls it does not mend it. What is scaled cannot answer for its own scaler.
 */
export function controlOf({ claims, ...scaler }: LiveScaler, lookup: ControllerLookup): Control {
  let { ref }: { ref: ResourceRef } = scaler;
  let controller: OwnerReference | undefined = scaler.controller;
  for (let step = 0; step < mostSteps; step++) {
    if (controller === undefined || !makes(controller, ref)) return notControlled;
    const owner = refOfOwner(controller, ref);
    const sight = lookup.look(owner);
    switch (sight.type) {
      case "Found":
        ({ ref } = sight);
        if (isTarget(ref)) return notControlled;
        if (sight.declared) return byDeclared(ref, lookup);
        controller = controllerIn(sight.owners);
        break;
      case "Unread":
        return { type: "Read", owner };
      case "Unsynced":
        return { type: "Wait" };
      case "Absent":
      case "Unreadable":
        return notControlled;
    }
  }
  return notControlled;

  function isTarget(owner: ResourceRef): boolean {
    return claims.some(({ target }) => target === resourceKey(owner));
  }
}

function byDeclared(owner: ResourceRef, { statusOf }: ControllerLookup): Control {
  const status = statusOf(owner);
  if (status === undefined) return { type: "Wait" };
  // Pending: it is what it was delivered as, and so is what it controls.
  return status === "InSync" || status === "Pending" ? { type: "Controlled", by: owner } : notControlled;
}

function controllerIn(owners: readonly OwnerReference[]): OwnerReference | undefined {
  return owners.find(({ controller }) => controller);
}
