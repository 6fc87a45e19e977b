/** Which kinds of objects Kubernetes' own controllers make, and for whom: an ownerReference of any other pair is forged. */
import { type OwnerReference } from "../resource/owner.ts";
import type { ResourceRef } from "../resource/resource.ts";
import { isDeliverer } from "./inventories.ts";

/** A kind, as `Deployment.apps` or, of the core group, `Pod`. */
export type KindName = string;

export function kindNameOf({ group, kind }: { readonly group: string; readonly kind: string }): KindName {
  return group === "" ? kind : `${kind}.${group}`;
}

/** Source: the controllers in kubernetes/kubernetes, pkg/controller, and the kubelet for what a Node owns. */
const made: Readonly<Record<KindName, readonly KindName[]>> = {
  "Deployment.apps": ["ReplicaSet.apps"],
  "ReplicaSet.apps": ["Pod"],
  ReplicationController: ["Pod"],
  "StatefulSet.apps": ["Pod", "ControllerRevision.apps", "PersistentVolumeClaim"],
  "DaemonSet.apps": ["Pod", "ControllerRevision.apps"],
  "CronJob.batch": ["Job.batch"],
  "Job.batch": ["Pod"],
  Service: ["EndpointSlice.discovery.k8s.io"],
  // Mirrored for Endpoints that somebody keeps by hand.
  Endpoints: ["EndpointSlice.discovery.k8s.io"],
  // Claims of ephemeral volumes and of resource claim templates.
  Pod: ["PersistentVolumeClaim", "ResourceClaim.resource.k8s.io"],
  // Static Pods, as the API server shows them, and the node's heartbeat.
  Node: ["Pod", "Lease.coordination.k8s.io"],
  // See `ownersOf`: a volume names the claim that it was made for.
  PersistentVolumeClaim: ["PersistentVolume"],
};

/** Groups that the API server itself serves; every other one is of a CustomResourceDefinition or an extension. */
const builtInGroups: ReadonlySet<string> = new Set([
  "",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "apiregistration.k8s.io",
  "apps",
  "authentication.k8s.io",
  "authorization.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "extensions",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/**
 * Whether an owner of this kind makes objects of that one. A built-in controller always says that it manages what it
 * makes. What a custom resource leads to is up to its operator, so it may be anything; but a deliverer lists what it
 * delivers, and owns none of it.
 */
export function makes(owner: OwnerReference, { group, kind }: Pick<ResourceRef, "group" | "kind">): boolean {
  if (!builtInGroups.has(owner.group)) return !isDeliverer(owner);
  return owner.controller && made[kindNameOf(owner)]?.includes(kindNameOf({ group, kind })) === true;
}

/** An owner that is told by the object's name, where controllers leave no ownerReference. */
export type ImpliedOwner = Pick<ResourceRef, "group" | "version" | "kind" | "namespace" | "name">;

/** Who may have made the object, by its name: any of them that is there accounts for it. */
export function impliedOwners(ref: Omit<ResourceRef, "version">, trait?: string): readonly ImpliedOwner[] {
  const { namespace, name } = ref;
  switch (kindNameOf(ref)) {
    // The endpoints controller names them after their Service.
    case "Endpoints":
      return [{ group: "", version: "v1", kind: "Service", namespace, name }];
    case "PersistentVolumeClaim":
      return statefulSetsOf(name).map((set) => ({
        group: "apps",
        version: "v1",
        kind: "StatefulSet",
        namespace,
        name: set,
      }));
    // Before Kubernetes 1.24 each account had one, with a random ending.
    case "Secret": {
      const account = /^(.+)-token-[a-z0-9]{5}$/.exec(name)?.[1];
      if (account === undefined || trait !== "kubernetes.io/service-account-token") return [];
      return [{ group: "", version: "v1", kind: "ServiceAccount", namespace, name: account }];
    }
    default:
      return [];
  }
}

/** A StatefulSet's claims are named `<template>-<set>-<ordinal>`, and either name may hold a dash. */
function statefulSetsOf(claim: string): readonly string[] {
  const stem = /^(.+)-\d+$/.exec(claim)?.[1];
  if (stem === undefined) return [];
  const words = stem.split("-");
  return words.slice(1).map((_, i) => words.slice(i + 1).join("-"));
}
