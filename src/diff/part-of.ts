/** Whether one JSON value is part of another, by the letter: quick, and no last word. */
import { isJsonObject, type Json } from "../resource/resource.ts";
import { isEmpty } from "./omission.ts";

/** Deeper than any real object. */
const deepest = 100;

/** Whether the value's fields are all in the whole, spelt alike; if not, nothing is said. Lists must be the same. */
export function isPart(value: Json, whole: Json | undefined, depth = 0): boolean {
  if (value === whole) return true;
  if (Array.isArray(value)) return isSame(value, whole, depth);
  if (!isJsonObject(value) || !isJsonObject(whole) || depth > deepest) return isEmpty(value);
  for (const name in value) {
    const stated = Object.hasOwn(whole, name) ? whole[name] : undefined;
    if (!isPart(value[name] ?? null, stated, depth + 1)) return false;
  }
  return true;
}

function isSame(a: Json, b: Json | undefined, depth: number): boolean {
  if (a === b) return true;
  if (depth > deepest) return false;
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item: Json, i) => isSame(item, b[i] as Json, depth + 1))
    );
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  for (const name in b) if (!Object.hasOwn(a, name)) return false;
  for (const name in a) {
    if (!Object.hasOwn(b, name) || !isSame(a[name] ?? null, b[name], depth + 1)) return false;
  }
  return true;
}
