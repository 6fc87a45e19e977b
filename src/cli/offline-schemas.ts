/** Schemas without a cluster: the shipped ones, and those of CRDs among the desired objects. */
import { type KubernetesObject, parseApiVersion, type ResourceRef, refOf } from "../resource/resource.ts";
import { compileCrd } from "../schema/crd.ts";
import { kindKey } from "../schema/open-api.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { shippedKind } from "../schema/shipped.ts";

export interface OfflineSchemas {
  /** Undefined if nobody knows the kind. */
  schemaOf(object: KubernetesObject): SchemaNode | undefined;
  /** The reference; cluster-scoped kinds have no namespace, whatever the file says. */
  refOf(object: KubernetesObject): ResourceRef;
}

interface KnownKind {
  readonly schema: SchemaNode;
  readonly namespaced: boolean;
}

export function createOfflineSchemas(objects: readonly KubernetesObject[]): OfflineSchemas {
  const declared = new Map(objects.flatMap(kindsOfCrd));
  const find = (object: KubernetesObject): KnownKind | undefined => {
    const gvk = { ...parseApiVersion(object.apiVersion), kind: object.kind };
    return declared.get(kindKey(gvk)) ?? shippedKind(gvk);
  };
  return {
    schemaOf: (object) => find(object)?.schema,
    refOf: (object) => {
      const ref = refOf(object);
      return find(object)?.namespaced === false ? { ...ref, namespace: "" } : ref;
    },
  };
}

function kindsOfCrd(object: KubernetesObject): readonly (readonly [string, KnownKind])[] {
  if (object.kind !== "CustomResourceDefinition") return [];
  return compileCrd(object).map(({ gvk, ...known }) => [kindKey(gvk), known] as const);
}
