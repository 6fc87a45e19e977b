/** What is particular about Secrets: `stringData` is a way of writing `data`. */
import { isJsonObject, type Json, type KubernetesObject } from "../resource/resource.ts";
import { isSensitive } from "./redact.ts";

/** The object with `stringData` written over `data`, in base64, as the server does it. Other kinds are left as they are. */
export function withStringDataFolded(object: KubernetesObject): KubernetesObject {
  if (!isSensitive(object)) return object;
  const { stringData, ...rest } = object;
  if (!isJsonObject(stringData)) return object;
  const data = isJsonObject(rest["data"]) ? rest["data"] : {};
  return {
    ...rest,
    data: { ...data, ...Object.fromEntries(Object.entries(stringData).map(encoded)) },
  };
}

/** What is no text stays as it is: the server refuses it. */
function encoded([key, value]: readonly [string, Json]): readonly [string, Json] {
  return [key, typeof value === "string" ? toBase64(new TextEncoder().encode(value)) : value];
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
