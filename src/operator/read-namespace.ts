/** One namespace, as far as somebody needs to know it. */
import type { ApiResource } from "../kubernetes/api-resource.ts";
import type { Writer } from "../kubernetes/write.ts";
import type { ObjectMeta } from "../resource/resource.ts";

const namespaces: ApiResource = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
  verbs: ["get"],
};

/** Undefined where it may not be read, cannot be now, or is not there. */
export async function readNamespace(
  name: string,
  reader: Pick<Writer, "read">,
  signal: AbortSignal,
): Promise<ObjectMeta | undefined> {
  const read = await reader.read({ resource: namespaces, namespace: "", name }, signal);
  return read.type === "Written" ? read.object.metadata : undefined;
}
