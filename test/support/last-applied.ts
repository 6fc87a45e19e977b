/** `kubectl.kubernetes.io/last-applied-configuration` byte for byte as kubectl and Argo CD write it. */
import { isJsonObject, type Json, type KubernetesObject } from "../../src/resource/resource.ts";

export const lastAppliedKey = "kubectl.kubernetes.io/last-applied-configuration";

/** Go's encoding: sorted keys, a line end, and what could be HTML escaped; `annotations` is there even where empty. */
export function lastAppliedOf(object: KubernetesObject): string {
  const { [lastAppliedKey]: _, ...annotations } = object.metadata.annotations ?? {};
  return `${encode({ ...object, metadata: { ...object.metadata, annotations } })}\n`;
}

const escapes: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

function encode(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(encode).join(",")}]`;
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .toSorted()
      .map((key) => `${encode(key)}:${encode(value[key] ?? null)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, (found) => escapes[found] ?? found);
}
