/** Labels and annotations of an object, and what names look like. */
import { isJsonObject, type Json, type KubernetesObject } from "./resource.ts";

export function annotation({ metadata }: KubernetesObject, key: string): Json | undefined {
  return member(metadata["annotations"], key);
}

export function label({ metadata }: KubernetesObject, key: string): Json | undefined {
  return member(metadata["labels"], key);
}

/** What names an object of most kinds (RFC 1123 subdomain), and fits into a label. */
export function isObjectName(value: Json | undefined): value is string {
  return (
    typeof value === "string" &&
    value.length <= 63 &&
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(value)
  );
}

/** What names a namespace (RFC 1123 label). */
export function isNamespaceName(value: Json | undefined): value is string {
  return typeof value === "string" && value.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value);
}

function member(map: Json | undefined, key: string): Json | undefined {
  return isJsonObject(map) && Object.hasOwn(map, key) ? map[key] : undefined;
}
