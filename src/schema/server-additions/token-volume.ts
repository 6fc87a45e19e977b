/** The volume with the token of its ServiceAccount that a Pod is given, and where it is mounted. */
import type { FieldPath } from "../../fieldpath/field-path.ts";
import { isJsonList, isJsonObject, type Json, type JsonObject } from "../../resource/resource.ts";
import { objectAt } from "./own-metadata.ts";

const mountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
/** The server makes up the end of the name. */
const generatedName = /^kube-api-access-[a-z0-9]{5}$/;

/** The volume at this path, as the server makes it: a volume of that name with anything else in it is none. */
export function tokenVolume(path: FieldPath): Json | undefined {
  const item = path.at(-1);
  const name = item?.type === "key" ? item.fields["name"] : undefined;
  if (typeof name !== "string" || !generatedName.test(name)) return undefined;
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
      ],
    },
  };
}

/** Where each container finds it. */
export function tokenMount(pod: JsonObject): Json | undefined {
  const { volumes } = objectAt(pod, "spec");
  if (!isJsonList(volumes)) return undefined;
  const names = volumes.map((volume) => (isJsonObject(volume) ? volume["name"] : null));
  const name = names.find((other) => typeof other === "string" && generatedName.test(other));
  return name === undefined ? undefined : { mountPath, name, readOnly: true };
}
