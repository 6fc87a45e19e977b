/** Reading the field that a row of the table names. */
import { isJsonObject, type Json, type JsonObject } from "../../resource/resource.ts";
import type { Roots } from "../schema-node.ts";
import type { FieldRef } from "./fill-row.ts";

export type ReadField = (parent: JsonObject, roots: Roots) => Json | undefined;

/** Split once, so that reading splits no texts. */
export function compileFieldRef(ref: FieldRef): ReadField {
  if (ref.startsWith("/")) {
    const path = ref.slice(1).split("/");
    return (_, { desired }) => follow(desired, path);
  }
  const path = ref.split(".");
  const [only] = path;
  return path.length === 1 && only !== undefined
    ? (parent) => own(parent, only)
    : (parent) => follow(parent, path);
}

/** Null says as little as absence. */
export function own(object: JsonObject, field: string): Json | undefined {
  return Object.hasOwn(object, field) ? (object[field] ?? undefined) : undefined;
}

function follow(object: JsonObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (at, field) => (isJsonObject(at) ? own(at, field) : undefined),
    object,
  );
}
