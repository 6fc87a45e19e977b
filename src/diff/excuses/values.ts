/** What values of marks look like. */
import { isJsonObject, type Json, type KubernetesObject } from "../../resource/resource.ts";

/** As Go writes it, and `date --iso-8601=seconds`. */
const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/;

export function isTime(value: Json): boolean {
  return typeof value === "string" && rfc3339.test(value) && !Number.isNaN(Date.parse(value));
}

/** A time, or a number of seconds since 1970: `date +%s`. */
export function isTimeOrSeconds(value: Json): boolean {
  return isTime(value) || (typeof value === "string" && /^\d{9,19}$/.test(value));
}

/** As Go writes a time for people to read: the Receiver of Flux puts it into an annotation. */
export function isGoTime(value: Json): boolean {
  return (
    typeof value === "string" &&
    /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,9})? [+-]\d{4} [A-Z+-][A-Z0-9+-]*( m=[+-]\d+\.\d+)?$/.test(
      value,
    )
  );
}

/** What names an object of most kinds (RFC 1123 subdomain), and fits into a label. */
export function isObjectName(value: Json): boolean {
  return (
    typeof value === "string" &&
    value.length <= 63 &&
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(value)
  );
}

/** What names a namespace (RFC 1123 label). */
export function isNamespaceName(value: Json): boolean {
  return typeof value === "string" && value.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value);
}

export function isOneOf(...values: readonly string[]): (value: Json) => boolean {
  return (value) => typeof value === "string" && values.includes(value);
}

export function annotation({ metadata }: KubernetesObject, key: string): Json | undefined {
  return member(metadata["annotations"], key);
}

export function label({ metadata }: KubernetesObject, key: string): Json | undefined {
  return member(metadata["labels"], key);
}

function member(map: Json | undefined, key: string): Json | undefined {
  return isJsonObject(map) && Object.hasOwn(map, key) ? map[key] : undefined;
}
