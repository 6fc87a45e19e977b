/** The paths that a manifest states, as deep as the server tracks them in managedFields. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import { isJsonList, isJsonObject, type Json, type KubernetesObject } from "../resource/resource.ts";
import { memberField } from "./member-field.ts";
import { PathStack } from "./path-stack.ts";
import type { SchemaNode } from "./schema-node.ts";

/** Identity, which nobody owns, and what the server keeps no track of or drops. */
const untracked: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "status", "stringData"]);

/** Deeper than any real object. */
const deepest = 100;

/**
 * Every stated leaf outside `metadata`, and every label and annotation: values that count whole are one leaf. Nulls
 * and empty values are left out, since the server may not keep them.
 */
export function declaredPaths(object: KubernetesObject, schema: SchemaNode): readonly FieldPath[] {
  const search = new Search();
  for (const name of ["annotations", "labels"]) {
    for (const [key, value] of Object.entries(object.metadata[name] ?? {}))
      if (typeof value === "string")
        search.found.push([
          { type: "field", name: "metadata" },
          { type: "field", name },
          { type: "field", name: key },
        ]);
  }
  for (const [name, value] of Object.entries(object))
    if (!untracked.has(name)) search.member(name, value, schema);
  return search.found;
}

class Search {
  readonly found: FieldPath[] = [];
  readonly #path = new PathStack();

  member(name: string, value: Json, schema: SchemaNode): void {
    const node = memberField(schema, name)?.node;
    if (node === undefined || isNothing(value)) return;
    this.#path.enterField(name);
    this.#value(value, node);
    this.#path.leave();
  }

  #value(value: Json, schema: SchemaNode): void {
    if (this.#path.depth > deepest) return;
    if (schema.type === "list" && schema.listType !== "atomic" && isJsonList(value)) {
      for (const [index, item] of value.entries()) {
        this.#path.enterItem(item, index, schema);
        if (schema.listType === "map") this.#value(item, schema.items);
        else this.found.push(this.#path.toPath());
        this.#path.leave();
      }
    } else if (isJsonObject(value) && isGranular(schema)) {
      for (const [name, member] of Object.entries(value)) this.member(name, member, schema);
    } else this.found.push(this.#path.toPath());
  }
}

function isGranular(schema: SchemaNode): boolean {
  return schema.type === "any" || ((schema.type === "struct" || schema.type === "map") && !schema.atomic);
}

/** A zero may be left out, and is owned by nobody then. */
function isNothing(value: Json): boolean {
  if (value === null || value === "" || value === 0 || value === false) return true;
  if (isJsonList(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
