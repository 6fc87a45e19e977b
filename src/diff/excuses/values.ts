/** What values of marks look like. */
import type { Json } from "../../resource/resource.ts";

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

export function isOneOf(...values: readonly string[]): (value: Json) => boolean {
  return (value) => typeof value === "string" && values.includes(value);
}
