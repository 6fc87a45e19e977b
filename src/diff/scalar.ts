/** When two scalars are the same value, whatever their spelling. */
import type { Json } from "../resource/resource.ts";
import type { ScalarFormat } from "../schema/schema-node.ts";
import { sameQuantity } from "./quantity.ts";
import { sameJson } from "./same-json.ts";

/** Equality under a format of the schema. Neither side needs to be a scalar. */
export function sameScalar(desired: Json, live: Json, format: ScalarFormat): boolean {
  if (desired === live) return true;
  if (isContainer(desired) || isContainer(live)) return sameJson(desired, live);
  switch (format) {
    case "plain":
      return false;
    case "quantity":
      return sameQuantity(desired, live);
    case "bytes":
      return typeof desired === "string" && typeof live === "string" && sameBytes(desired, live);
    case "time":
      return typeof desired === "string" && typeof live === "string" && sameTime(desired, live, 1_000);
    case "microTime":
      return typeof desired === "string" && typeof live === "string" && sameTime(desired, live, 1);
  }
}

function isContainer(value: Json): boolean {
  return typeof value === "object" && value !== null;
}

/** Base64 may be folded into lines, and its last character may hold bits that count for nothing: Go accepts both. */
function sameBytes(a: string, b: string): boolean {
  const [x, y] = [decoded(a), decoded(b)];
  return x !== undefined && x === y;
}

function decoded(base64: string): string | undefined {
  try {
    return atob(base64);
  } catch {
    return undefined;
  }
}

/** The server writes times in UTC and without what is finer than its resolution. */
function sameTime(a: string, b: string, resolutionMs: number): boolean {
  const [x, y] = [Date.parse(a), Date.parse(b)];
  return Math.floor(x / resolutionMs) === Math.floor(y / resolutionMs); // NaN equals nothing
}
