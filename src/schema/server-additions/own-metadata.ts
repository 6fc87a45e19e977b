/** Reading objects of which nothing is known yet. */
import { isJsonObject, type JsonObject } from "../../resource/resource.ts";

export function ownMetadata(object: JsonObject): JsonObject {
  return objectAt(object, "metadata");
}

/** The object below; an empty one if there is none. */
export function objectAt(object: JsonObject, ...path: readonly string[]): JsonObject {
  return path.reduce((at, field) => {
    const value = Object.hasOwn(at, field) ? at[field] : undefined;
    return isJsonObject(value) ? value : {};
  }, object);
}
