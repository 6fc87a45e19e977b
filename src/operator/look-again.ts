/** Tells two refusals apart: a patch whose paths are gone is answered like a wrong one, and only the object knows. */
import type { Writer, WriteTarget } from "../kubernetes/write.ts";
import type { KubernetesObject } from "../resource/resource.ts";

/** Whether the object is still the one, in the version, that was judged; with the operator's own rights. */
export async function lookAgain(
  writer: Pick<Writer, "read">,
  { target, judged }: { readonly target: WriteTarget; readonly judged: KubernetesObject },
  signal: AbortSignal,
): Promise<"Same" | "Moved" | "NotRead"> {
  const { as: _, ...own } = target;
  const read = await writer.read(own, signal);
  if (read.type !== "Written") return "NotRead";
  const { uid, resourceVersion } = read.object.metadata;
  const isSame = uid === judged.metadata.uid && resourceVersion === judged.metadata.resourceVersion;
  return isSame ? "Same" : "Moved";
}
