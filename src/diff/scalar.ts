/** When two scalars are the same value, whatever their spelling. */
import type { Json } from "../resource/resource.ts";
import type { ScalarFormat } from "../schema/schema-node.ts";
import { sameQuantity } from "./quantity.ts";

/** Equality under a format of the schema. Neither side needs to be a scalar: what is not, is not equal to one. */
export function sameScalar(desired: Json, live: Json, format: ScalarFormat): boolean {
  if (desired === live) return true;
  switch (format) {
    case "plain":
      return false;
    case "quantity":
      return sameQuantity(desired, live);
    case "bytes":
      return (
        typeof desired === "string" && typeof live === "string" && trimBase64(desired) === trimBase64(live)
      );
    case "time":
      return typeof desired === "string" && typeof live === "string" && sameTime(desired, live);
  }
}

/** Base64 may be folded into lines, and Go accepts that; the server writes it back in one. */
function trimBase64(text: string): string {
  return text.replaceAll(/[\r\n]/g, "");
}

function sameTime(a: string, b: string): boolean {
  const x = Date.parse(a);
  return !Number.isNaN(x) && x === Date.parse(b);
}

/** The value that Go's JSON encoder leaves out of a field marked `omitempty`. */
export function isZero(value: Json): boolean {
  return value === false || value === 0 || value === "" || isEmpty(value);
}

/** Nothing at all, or a list or map without entries. */
export function isEmpty(value: Json): boolean {
  if (value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
