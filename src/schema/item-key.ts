/** How items of a list are told apart. */
import type { PathElement } from "../fieldpath/field-path.ts";
import { ownMember } from "../resource/own-member.ts";
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import type { ListKey } from "./schema-node.ts";

/**
 * What two items share exactly if they are the same item: their key fields, absent ones having their defaults; without
 * keys the item itself. Undefined if the item cannot be told apart so: it lacks a key, or a key is no scalar.
 */
export function itemKey(item: Json, keys: readonly ListKey[]): string | number | boolean | undefined {
  const [key, second] = keys;
  if (key === undefined) return scalar(item);
  if (!isJsonObject(item)) return undefined;
  return second === undefined ? scalar(keyValue(item, key)) : joinedKey(item, keys);
}

/**
 * The first key of two items that share all of their keys; without keys, what both items are. Undefined if they are not
 * one and the same item; and where items have several keys, unless the first is a number: items with two numbers are two
 * items, while texts could be made to look alike when keys are joined.
 */
export function sharedKey(a: Json, b: Json, keys: readonly ListKey[]): string | number | boolean | undefined {
  const first = keys[0];
  if (first === undefined) return a === b ? scalar(a) : undefined;
  if (!isJsonObject(a) || !isJsonObject(b)) return undefined;
  const value = sharedValue(a, b, first);
  if (keys.length === 1) return value;
  const isShared = typeof value === "number" && keys.every((key) => sharedValue(a, b, key) !== undefined);
  return isShared ? value : undefined;
}

function sharedValue(a: JsonObject, b: JsonObject, key: ListKey): string | number | boolean | undefined {
  const value = scalar(keyValue(a, key));
  return value === keyValue(b, key) ? value : undefined;
}

/** The path element that names the item: its keys in the schema's order, those that have a value; itself, if none has. */
export function keyElement(item: Json, keys: readonly ListKey[]): PathElement {
  if (keys.length === 0 || !isJsonObject(item)) return { type: "value", value: item };
  const fields = keys.flatMap((key) => {
    const value = keyValue(item, key);
    return value === undefined ? [] : [[key.name, value] as const];
  });
  // Without a key an element would name every item, and a rollback would take away the first.
  if (!fields.some(([, value]) => scalar(value) !== undefined)) return { type: "value", value: item };
  return { type: "key", fields: Object.fromEntries(fields) };
}

/** Two items whose keys join to one text differ in a key field all the same, which is then found when they are compared. */
function joinedKey(item: JsonObject, keys: readonly ListKey[]): string | undefined {
  let joined = "";
  for (const key of keys) {
    const value = scalar(keyValue(item, key));
    if (value === undefined) return undefined;
    joined += `${value}\0`;
  }
  return joined;
}

/** The value of a key field, or what its absence stands for. */
function keyValue(item: JsonObject, { name, defaultValue, isOmittedIfEmpty }: ListKey): Json | undefined {
  const value = ownMember(item, name);
  return value === undefined || value === null || (value === "" && isOmittedIfEmpty) ? defaultValue : value;
}

function scalar(value: Json | undefined): string | number | boolean | undefined {
  return value === undefined || typeof value === "object" ? undefined : value;
}
