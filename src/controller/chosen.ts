/** What Git says of an object, with what the server chose for this very one where that could be changed since. */
import { withAllocated } from "../drift/allocated.ts";
import type { LiveState } from "../drift/input.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import type { Declaration } from "./desired-store.ts";

/** Not where Git has moved on: a new delivery may make the server choose anew. */
export function withChosen(
  body: KubernetesObject,
  { delivered, deliveredBytes }: Declaration,
  live: LiveState,
): KubernetesObject {
  if (delivered?.allocated === undefined || deliveredBytes !== undefined) return body;
  if (live.type !== "Present") return body;
  return live.body.metadata.uid === delivered.uid ? withAllocated(body, delivered.allocated) : body;
}
