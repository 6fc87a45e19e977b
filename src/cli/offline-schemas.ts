/** Schemas without a cluster: the shipped ones, and those of CRDs among the desired objects. */
import {
  isJsonObject,
  type Json,
  type KubernetesObject,
  parseApiVersion,
  type ResourceRef,
  refOf,
} from "../resource/resource.ts";
import { compileInline, kindKey } from "../schema/open-api.ts";
import { anyNode, type SchemaNode } from "../schema/schema-node.ts";
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

/** The kinds of a CustomResourceDefinition (apiextensions.k8s.io/v1), one for each version. */
function kindsOfCrd(object: KubernetesObject): readonly (readonly [string, KnownKind])[] {
  if (object.kind !== "CustomResourceDefinition") return [];
  const spec = memberOf(object, "spec");
  const kind = memberOf(memberOf(spec, "names"), "kind");
  const group = memberOf(spec, "group");
  const versions = memberOf(spec, "versions");
  if (typeof kind !== "string" || typeof group !== "string" || !Array.isArray(versions)) return [];
  return (versions as readonly Json[]).flatMap((entry) => {
    const version = memberOf(entry, "name");
    if (typeof version !== "string") return [];
    const schema = memberOf(memberOf(entry, "schema"), "openAPIV3Schema");
    const known = {
      schema: schema === undefined ? anyNode : compileInline(schema),
      namespaced: memberOf(spec, "scope") !== "Cluster",
    };
    return [[kindKey({ group, version, kind }), known] as const];
  });
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}
