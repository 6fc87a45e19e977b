/** A path to a field inside an object, written as Kubernetes writes them. */
import type { Json } from "../resource/resource.ts";

/** One step of a path. `key` is an item of a `listType: map`, `value` one of a set, `index` one of an atomic list. */
export type PathElement =
  | { readonly type: "field"; readonly name: string }
  | { readonly type: "key"; readonly fields: { readonly [key: string]: Json } }
  | { readonly type: "value"; readonly value: Json }
  | { readonly type: "index"; readonly index: number };

/** From the root of the object downwards; the empty path is the object itself. */
export type FieldPath = readonly PathElement[];
