/** Reads an owner that no watch brings, or a deliverer's inventory: one GET, of which only the least is kept. */
import { type OwnerRead, ownerReadOf } from "../controller/owner-read.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import type { Writer } from "../kubernetes/write.ts";
import { formatRef, type ResourceRef } from "../resource/resource.ts";

export function createOwnerReader({
  discovery,
  writer,
}: {
  readonly discovery: Pick<Discovery, "find">;
  readonly writer: Pick<Writer, "read">;
}) {
  /** @throws Error if the API server cannot be asked now; worth another try. */
  return async (ref: ResourceRef, signal: AbortSignal): Promise<OwnerRead> => {
    const resource = discovery.find(ref);
    if (resource === undefined) return { type: "Absent" };
    const read = await writer.read({ resource, namespace: ref.namespace, name: ref.name }, signal);
    if (read.type === "Written") return ownerReadOf(read.object);
    const { reason, message } = read.failure;
    if (reason === "NotFound") return { type: "Absent" };
    if (reason === "Forbidden") return { type: "Failed", reason, message };
    throw new Error(`reading ${formatRef(ref)}: ${message}`);
  };
}
