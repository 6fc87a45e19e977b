/** Schemas without a cluster: the shipped ones, and those of CRDs among the desired objects. */
import type { KindScope } from "../controller/place.ts";
import { type GroupVersionKind, type KubernetesObject, refOf } from "../resource/resource.ts";
import { compileCrd } from "../schema/crd.ts";
import { kindKey } from "../schema/open-api.ts";
import { anyNode, type SchemaNode } from "../schema/schema-node.ts";
import { shippedKind } from "../schema/shipped.ts";

export interface OfflineSchemas {
  /** `NotServed` if nobody knows the kind. */
  scopeOf(gvk: GroupVersionKind): KindScope;
  schemaOf(gvk: GroupVersionKind): SchemaNode;
}

interface KnownKind {
  readonly schema: SchemaNode;
  readonly namespaced: boolean;
}

export function createOfflineSchemas(objects: readonly KubernetesObject[]): OfflineSchemas {
  const declared = new Map(objects.flatMap(kindsOfCrd));
  const find = (gvk: GroupVersionKind): KnownKind | undefined =>
    declared.get(kindKey(gvk)) ?? shippedKind(gvk);
  return {
    scopeOf: (gvk) => {
      const kind = find(gvk);
      return kind === undefined ? "NotServed" : kind.namespaced ? "Namespaced" : "Cluster";
    },
    schemaOf: (gvk) => find(gvk)?.schema ?? anyNode,
  };
}

function kindsOfCrd(object: KubernetesObject): readonly (readonly [string, KnownKind])[] {
  if (refOf(object).group !== "apiextensions.k8s.io") return [];
  return compileCrd(object).map(({ gvk, ...known }) => [kindKey(gvk), known] as const);
}
