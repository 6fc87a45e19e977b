/** Equality of JSON values of which no schema says anything. */
import { isJsonObject, type Json } from "../resource/resource.ts";

/**
 * Deep equality; the order of object keys does not matter, and a null member is an absent one.
 * Keeps its own stack: the depth of a custom resource is whatever its author likes.
 */
export function sameJson(a: Json, b: Json): boolean {
  const pairs: (readonly [Json | undefined, Json | undefined])[] = [[a, b]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [x, y] = pair;
    if (x === y || ((x ?? null) === null && (y ?? null) === null)) continue;
    if (Array.isArray(x) && Array.isArray(y)) {
      if (x.length !== y.length) return false;
      for (const [i, item] of x.entries()) pairs.push([item, y[i]]);
    } else if (isJsonObject(x) && isJsonObject(y)) {
      for (const name of Object.keys(x)) pairs.push([x[name], Object.hasOwn(y, name) ? y[name] : undefined]);
      for (const name of Object.keys(y)) if (!Object.hasOwn(x, name)) pairs.push([undefined, y[name]]);
    } else return false;
  }
  return true;
}
