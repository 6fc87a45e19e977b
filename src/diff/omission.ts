/** What the server does between what is sent to it and what it serves: zeros are left out, values are put in. */
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import type { Roots, SchemaNode, StructField } from "../schema/schema-node.ts";

/** Whether the server cannot tell the stated value from an absent field, and so leaves it out. */
export function isOmitted(value: Json, { omits, node }: StructField): boolean {
  switch (omits) {
    case "nothing":
      return value === null;
    case "empty":
      return isEmpty(value);
    case "zero":
      return value === false || value === 0 || value === "" || isEmpty(value) || isZeroStruct(value, node);
  }
}

/** Nothing at all, a list without items, or a map without entries; one whose value is null is none. */
export function isEmpty(value: Json): boolean {
  if (value === null || typeof value !== "object") return value === null;
  return Array.isArray(value) ? value.length === 0 : Object.values(value).every((member) => member === null);
}

/** Whether the server puts a value into this field, given what Git states of the object that the field is of. */
export function isFilled({ fills }: StructField, desired: JsonObject, roots: Roots): boolean {
  return fills !== undefined && (fills.when?.(desired, roots) ?? true);
}

/** Whether the server leaves out what Git states, though it knows the field. */
export function isDropped({ fills }: StructField, desired: JsonObject, roots: Roots): boolean {
  return fills?.drops?.(desired, roots) === true;
}

/** `resources: {limits: {}}`: an object that is no pointer in Go, all of whose fields are left out. */
function isZeroStruct(value: Json, node: SchemaNode): boolean {
  if (!isJsonObject(value) || node.type !== "struct") return false;
  return Object.keys(value).every((name) => {
    const field = node.fields.get(name);
    return field !== undefined && isOmitted(value[name] ?? null, field);
  });
}
