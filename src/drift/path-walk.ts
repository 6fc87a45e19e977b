/** Following one element of a path into a value. */
import type { FieldPath, PathElement } from "../fieldpath/field-path.ts";
import { isJsonList, isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";

/** The value that an element leads to; undefined if there is none. */
export function memberAt(value: Json, element: PathElement): Json | undefined {
  if (element.type === "field") {
    return isJsonObject(value) && Object.hasOwn(value, element.name) ? value[element.name] : undefined;
  }
  return isJsonList(value) ? value[elementIndex(value, element)] : undefined;
}

/** The value that a path leads to; undefined if there is none. */
export function valueAt(root: Json, path: FieldPath): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, element) => (value === undefined ? undefined : memberAt(value, element)),
    root,
  );
}

/** The index of the item that an element names, or -1. */
export function elementIndex(list: readonly Json[], element: PathElement): number {
  switch (element.type) {
    case "field":
      return -1;
    case "index":
      return element.index;
    case "value":
      return list.findIndex((item) => JSON.stringify(item) === JSON.stringify(element.value));
    case "key":
      return keyIndex(list, element.fields);
  }
}

/** The element that names an item of a list, made in the manner of that which names another item of it. */
export function siblingElement(item: Json, of: PathElement): PathElement {
  if (of.type !== "key" || !isJsonObject(item)) return { type: "value", value: item };
  const fields = Object.keys(of.fields).map((name) => [name, item[name] ?? of.fields[name] ?? null] as const);
  return { type: "key", fields: Object.fromEntries(fields) };
}

/**
 * A path holds the default of a key field that the item leaves out or empty. An item that states the value comes first: among
 * ports 53 without a protocol and 53 UDP, UDP names the second.
 */
function keyIndex(list: readonly Json[], key: JsonObject): number {
  const names = Object.keys(key);
  const exact = list.findIndex(
    (item) => isJsonObject(item) && names.every((name) => item[name] === key[name]),
  );
  if (exact >= 0) return exact;
  return list.findIndex(
    (item) =>
      isJsonObject(item) &&
      names.every((name) => (item[name] || key[name]) === key[name]) &&
      names.some((name) => item[name] === key[name]),
  );
}
