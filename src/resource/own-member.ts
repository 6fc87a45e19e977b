/** Members of JSON objects, read without taking for one what every object inherits. */
import type { Json, JsonObject } from "./resource.ts";

/**
 * A key such as `__proto__` or `toString` is data, not a way to something else. What objects inherit is a function, or
 * stands behind `__proto__`; all else is looked up once.
 */
export function ownMember(object: JsonObject, name: string): Json | undefined {
  const value = object[name];
  if (typeof value !== "function" && name !== "__proto__") return value;
  return Object.hasOwn(object, name) ? value : undefined;
}
