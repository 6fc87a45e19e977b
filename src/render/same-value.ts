/** Whether two JSON values are the same; the order of keys is nothing, a null member is not an absent one. */
import { isJsonObject, type Json } from "../resource/resource.ts";

export function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item: Json, i) => sameValue(item, b[i] as Json)); // as long as a
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameValue(a[name], b[name]))
  );
}
