/** Which row of the table of server defaults speaks of a field, and what it says. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import { builtInTypeKey } from "../schema/built-in-types.ts";
import { conditionsOf } from "../schema/fills/compile-rows.ts";
import type { Condition, FillRow } from "../schema/fills/fill-row.ts";
import type { Roots, SchemaNode } from "../schema/schema-node.ts";
import { fillRows } from "../schema/server-fills.ts";
import { memberAt } from "./path-walk.ts";

/** Undefined where the table has no row, or none whose conditions hold: a custom resource's defaults are its schema's. */
export function fillRowAt(schema: SchemaNode, path: FieldPath, roots: Roots): FillRow | undefined {
  let node = schema;
  // What Git states, or the server puts in where Git states nothing: a row's conditions are about that.
  let parent: Json | undefined = roots.desired;
  let outer = "";
  for (const [depth, element] of path.entries()) {
    if (node.type === "list" || node.type === "map") {
      node = node.type === "list" ? node.items : node.values;
      parent = parent === undefined ? undefined : memberAt(parent, element);
      continue;
    }
    if (node.type !== "struct" || element.type !== "field") return undefined;
    const stated: JsonObject = isJsonObject(parent) ? parent : {};
    const key = `${builtInTypeKey(node.name) ?? ""}.${element.name}`;
    if (depth === path.length - 1) return rowOf([`${outer}/${element.name}`, key], stated, roots);
    const field = node.fields.get(element.name);
    if (field === undefined) return undefined;
    parent = memberAt(stated, element) ?? field.fills?.value?.(stated, roots);
    outer = key;
    node = field.node;
  }
  return undefined;
}

/** `where image has no fixed tag`; empty for a row without conditions. */
export function conditionWords({ kinds, when = [] }: FillRow): string {
  const words = [...(kinds === undefined ? [] : [`in a ${kinds.join(" or ")}`]), ...when.map(inWords)];
  return words.length === 0 ? "" : `where ${words.join(" and ")}`;
}

function rowOf(fields: readonly string[], stated: JsonObject, roots: Roots): FillRow | undefined {
  for (const field of fields) {
    const row = rowsByField()
      .get(field)
      ?.find((one) => conditionsOf(one)?.(stated, roots) ?? true);
    if (row !== undefined) return row;
  }
  return undefined;
}

let indexed: ReadonlyMap<string, readonly FillRow[]> | undefined;

/** Made when somebody asks: comparing does not need it. */
function rowsByField(): ReadonlyMap<string, readonly FillRow[]> {
  indexed ??= Map.groupBy(fillRows, ({ field }) => field);
  return indexed;
}

function inWords(condition: Condition): string {
  if ("onlyFields" in condition) return `nothing but ${condition.onlyFields.join(", ")} is stated`;
  const { field } = condition;
  if ("isSet" in condition) return `${field} is ${condition.isSet ? "" : "not "}stated`;
  if ("hasContent" in condition) return `${field} has ${condition.hasContent ? "" : "no "}content`;
  if ("isLatestImage" in condition) return `${field} has ${condition.isLatestImage ? "no" : "a"} fixed tag`;
  const values = ("in" in condition ? condition.in : condition.notIn).map((value) => JSON.stringify(value));
  return `${field} is ${"in" in condition ? "" : "not "}${values.join(" or ")}`;
}
