/** Whether a kind is namespaced, as discovery has it. */
import type { KindScope } from "../controller/place.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import type { GroupVersionKind } from "../resource/resource.ts";

/** Answers from what was last read of the API server. */
export function kindScopeIn(discovery: Pick<Discovery, "find">): (gvk: GroupVersionKind) => KindScope {
  return (gvk) => {
    const resource = discovery.find(gvk);
    return resource === undefined ? "NotServed" : resource.namespaced ? "Namespaced" : "Cluster";
  };
}
