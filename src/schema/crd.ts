/** Schemas from CustomResourceDefinitions that stand among the desired objects: for use without a cluster. */
import {
  type GroupVersionKind,
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from "../resource/resource.ts";
import { compileInline } from "./open-api.ts";
import { anyNode, type SchemaNode, type StructField } from "./schema-node.ts";

/** One version of a custom resource. */
export interface CompiledCrdVersion {
  readonly gvk: GroupVersionKind;
  readonly namespaced: boolean;
  readonly schema: SchemaNode;
}

/** The versions that a CRD (`apiextensions.k8s.io/v1`) defines; none if the object is not one, or not well-formed. */
export function compileCrd(crd: KubernetesObject): readonly CompiledCrdVersion[] {
  if (crd.kind !== "CustomResourceDefinition") return [];
  const spec = objectAt(crd, "spec");
  const group = spec["group"];
  const kind = objectAt(spec, "names")["kind"];
  const versions = spec["versions"];
  if (typeof group !== "string" || typeof kind !== "string" || !isJsonList(versions)) return [];
  const namespaced = spec["scope"] !== "Cluster";
  return versions.flatMap((version) => {
    const name = isJsonObject(version) ? version["name"] : undefined;
    if (!isJsonObject(version) || typeof name !== "string") return [];
    const schema = compileRoot(objectAt(version, "schema")["openAPIV3Schema"]);
    return [{ gvk: { group, version: name, kind }, namespaced, schema }];
  });
}

/** Every object has `apiVersion`, `kind` and `metadata`, whether its schema names them or not. */
function compileRoot(schema: Json | undefined): SchemaNode {
  const node = compileInline(schema ?? null);
  if (node.type !== "struct") return node;
  const fields = new Map<string, StructField>(node.fields);
  for (const name of ["apiVersion", "kind", "metadata"])
    fields.set(name, { node: anyNode, omits: "nothing" });
  return { ...node, fields };
}

function objectAt(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return isJsonObject(value) ? value : {};
}
