/** How items of a list are told apart. */
import type { PathElement } from "../fieldpath/field-path.ts";
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import type { ListKey } from "./schema-node.ts";

/** A text that two items of a list share exactly if they are the same item; absent keys have their defaults. */
export function itemKey(item: Json, keys: readonly ListKey[]): string {
  if (keys.length === 0 || !isJsonObject(item)) return JSON.stringify(item);
  return JSON.stringify(keys.map((key) => keyValue(item, key) ?? null));
}

/** The path element that names the item: its keys in the schema's order, those that have a value. */
export function keyElement(item: Json, keys: readonly ListKey[]): PathElement {
  if (keys.length === 0 || !isJsonObject(item)) return { type: "value", value: item };
  const fields = keys.flatMap((key) => {
    const value = keyValue(item, key);
    return value === undefined ? [] : [[key.name, value] as const];
  });
  return { type: "key", fields: Object.fromEntries(fields) };
}

/** The value of a key field, or what its absence stands for. */
export function keyValue(item: JsonObject, { name, defaultValue, isOmittedIfEmpty }: ListKey): Json | undefined {
  const value = Object.hasOwn(item, name) ? item[name] : undefined;
  return value === undefined || value === null || (value === "" && isOmittedIfEmpty) ? defaultValue : value;
}
