/** Fields of a manifest that the server's schema does not know: it drops them without a word, so they are a mistake in Git. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import { isJsonList, isJsonObject, type Json, type KubernetesObject } from "../resource/resource.ts";
import { memberField } from "./member-field.ts";
import { PathStack } from "./path-stack.ts";
import type { SchemaNode } from "./schema-node.ts";

/** Not part of any kind's own schema. */
const everyKindHas: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "status"]);

/** io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta; the last one was taken away in Kubernetes 1.24, and is still exported. */
const metadataFields: ReadonlySet<string> = new Set([
  "annotations",
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "finalizers",
  "generateName",
  "generation",
  "labels",
  "managedFields",
  "name",
  "namespace",
  "ownerReferences",
  "resourceVersion",
  "selfLink",
  "uid",
  "clusterName",
]);

/** Deeper than any real object; nothing is said of what lies below. */
const deepest = 100;

/** The highest unknown fields of an object, in the order of the manifest. */
export function unknownFields(object: KubernetesObject, schema: SchemaNode): readonly FieldPath[] {
  const found: FieldPath[] = [];
  if (schema.type !== "struct") return found;
  for (const name of Object.keys(object.metadata)) {
    if (!metadataFields.has(name))
      found.push([
        { type: "field", name: "metadata" },
        { type: "field", name },
      ]);
  }
  const search = new Search(found);
  for (const name of Object.keys(object)) {
    if (!everyKindHas.has(name)) search.member(name, object[name] ?? null, schema);
  }
  return found;
}

class Search {
  readonly #found: FieldPath[];
  readonly #path = new PathStack();

  constructor(found: FieldPath[]) {
    this.#found = found;
  }

  member(name: string, value: Json, schema: SchemaNode): void {
    if (value === null) return;
    const node = memberField(schema, name)?.node;
    if (node !== undefined && (node.type === "scalar" || node.type === "any")) return;
    this.#path.enterField(name);
    if (node === undefined) this.#found.push(this.#path.toPath());
    else this.#value(value, node);
    this.#path.leave();
  }

  #value(value: Json, schema: SchemaNode): void {
    if (this.#path.depth > deepest) return;
    if (schema.type === "list") {
      if (!isJsonList(value) || schema.items.type === "scalar" || schema.items.type === "any") return;
      for (const [index, item] of value.entries()) {
        this.#path.enterItem(item, index, schema);
        this.#value(item, schema.items);
        this.#path.leave();
      }
    } else if (isJsonObject(value) && !(schema.type === "map" && schema.values.type === "scalar")) {
      for (const name of Object.keys(value)) this.member(name, value[name] ?? null, schema);
    }
  }
}
