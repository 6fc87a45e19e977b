/** What Git says of an object where a drift is undone, with what the server chose for this very one where that could be changed since. */
import { withAllocated } from "../drift/allocated.ts";
import type { LiveState } from "../drift/input.ts";
import type { Drifted } from "../drift/verdict.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import type { Declaration } from "./desired-store.ts";

/** What Git says at the revision that the changes of a drift are against: the newest, or the one that was delivered. */
export function bytesAgainst(
  { bytes, deliveredBytes, delivered }: Declaration,
  { against }: Pick<Drifted, "against">,
): Uint8Array {
  return against === delivered?.revision ? (deliveredBytes ?? bytes) : bytes;
}

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
