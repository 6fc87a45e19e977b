/** Somebody with the right to edit one object, who does not want it to be seen. */
import type { ApiAnswer } from "../../dev/control-plane/api-request.ts";
import type { Json, JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import type { Send } from "./delivery.ts";

export interface Attacker {
  /** A JSON Patch under a name of one's choice. */
  patch(operations: readonly JsonObject[], manager?: string): Promise<void>;
  merge(body: JsonObject, manager?: string): Promise<void>;
  /** Server-side apply, which takes over what others own. */
  apply(body: JsonObject, manager: string): Promise<void>;
  /** The whole object, as it is live, with another part in place of its own. */
  put(change: (live: KubernetesObject) => JsonObject): Promise<void>;
  scale(replicas: number): Promise<void>;
  /** A merge patch of the status subresource. */
  status(body: JsonObject): Promise<void>;
  make(collection: string, object: JsonObject): Promise<JsonObject>;
  read(): Promise<KubernetesObject>;
}

export function createAttacker(send: Send, url: string): Attacker {
  const patch = async (type: string, path: string, body: Json) =>
    void accepted(await send({ method: "PATCH", path, body, contentType: `application/${type}` }));
  const read = async () => accepted(await send({ path: url })) as KubernetesObject; // the server answers with the object
  return {
    read,
    patch: (operations, manager = "kubectl-edit") =>
      patch("json-patch+json", `${url}?fieldManager=${manager}`, [...operations]),
    merge: (body, manager = "kubectl-patch") =>
      patch("merge-patch+json", `${url}?fieldManager=${manager}`, body),
    apply: async (body, manager) => {
      const { apiVersion, kind, metadata } = await read();
      const { name = "", namespace = "" } = metadata;
      const applied = { apiVersion, kind, metadata: { name, namespace }, ...body };
      await patch("apply-patch+yaml", `${url}?fieldManager=${manager}&force=true`, applied);
    },
    put: async (change) => {
      const live = await read();
      const { metadata, ...rest } = { ...live, ...change(live) };
      // Without a version it is written over whatever a controller wrote meanwhile.
      const body = { ...rest, metadata: { ...metadata, resourceVersion: "" } };
      accepted(await send({ method: "PUT", path: `${url}?fieldManager=kubectl-replace`, body }));
    },
    scale: (replicas) => patch("merge-patch+json", `${url}/scale`, { spec: { replicas } }),
    status: (body) => patch("merge-patch+json", `${url}/status?fieldManager=kubelet`, body),
    make: async (collection, object) =>
      accepted(await send({ method: "POST", path: collection, body: object })),
  };
}

/** @throws Error with what the server says: an attack that it refuses proves nothing. */
function accepted({ status, body }: ApiAnswer): JsonObject {
  if (status >= 300) throw new Error(`the attack was refused: ${JSON.stringify(body["message"] ?? body)}`);
  return body;
}
