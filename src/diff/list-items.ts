/** How items of a list are told apart. */
import type { PathElement } from "../fieldpath/field-path.ts";
import { isJsonObject, type Json } from "../resource/resource.ts";
import type { ListKey } from "../schema/schema-node.ts";

/** A text that two items of a `map` list share exactly if they are the same item; absent keys have their defaults. */
export function itemKey(item: Json, keys: readonly ListKey[]): string {
  const [first] = keys;
  if (!isJsonObject(item) || first === undefined) return JSON.stringify(item);
  if (keys.length === 1) return JSON.stringify(keyValue(item, first) ?? null);
  return JSON.stringify(keys.map((key) => keyValue(item, key) ?? null));
}

/** The path element that names the item: its keys in the schema's order, those that have a value. */
export function keyElement(item: Json, keys: readonly ListKey[]): PathElement {
  if (!isJsonObject(item)) return { type: "value", value: item };
  const fields: Record<string, Json> = {};
  for (const key of keys) {
    const value = keyValue(item, key);
    if (value !== undefined) fields[key.name] = value;
  }
  return { type: "key", fields };
}

function keyValue(item: { readonly [field: string]: Json }, key: ListKey): Json | undefined {
  return item[key.name] ?? key.defaultValue;
}
