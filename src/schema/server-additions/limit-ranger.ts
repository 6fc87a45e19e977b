/** What the LimitRanges of a namespace give to the containers of a Pod: nobody can say what without reading them. */
import type { FieldPath, PathElement } from "../../fieldpath/field-path.ts";
import { isJsonList, isJsonObject, type Json, type JsonObject } from "../../resource/resource.ts";
import type { Roots } from "../schema-node.ts";
import { objectAt, ownMetadata } from "./own-metadata.ts";

const note = /^LimitRanger plugin set: [\w/., ;:-]+$/;

export function limitRangerNote(pod: JsonObject): Json | undefined {
  const text = objectAt(pod, "metadata", "annotations")["kubernetes.io/limit-ranger"];
  return typeof text === "string" && note.test(text) ? text : undefined;
}

/**
 * Whatever a Pod has there that was not changed since it was created: the server counts the changes of its spec in
 * `generation` (Kubernetes 1.33 and newer), which nobody else can write.
 */
export function sinceCreation({ live }: Roots, path: FieldPath): Json | undefined {
  const { generation } = ownMetadata(live);
  return generation === undefined || generation === 1
    ? path.reduce(step, live as Json | undefined)
    : undefined;
}

function step(at: Json | undefined, element: PathElement): Json | undefined {
  if (element.type === "field") return isJsonObject(at) ? at[element.name] : undefined;
  if (element.type !== "key" || !isJsonList(at)) return undefined;
  return at.find(
    (item) =>
      isJsonObject(item) && Object.entries(element.fields).every(([name, value]) => item[name] === value),
  );
}
