/** JSON of which nothing has to be said: read by the runtime's own parser, many times faster than as YAML. */
import type { Json } from "../resource/resource.ts";

const maxDepth = 100;
/** Any string; with the colon behind it, it is a key. */
const strings = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * Undefined for whatever the YAML reader would refuse, or has to find the place of: no JSON, a key that stands twice (the
 * parser takes the last one), a number that was rounded, nesting without end.
 */
export function parseObviousJson(text: string): Json | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  let value: Json;
  try {
    value = JSON.parse(text) as Json; // JSON.parse answers JSON
  } catch {
    return undefined;
  }
  const keys = countKeys(value, maxDepth);
  return keys === countWrittenKeys(text) ? value : undefined;
}

/** Not a number if there is a value in it that was not read exactly, or that nests too deeply. */
function countKeys(value: Json, depth: number): number {
  if (typeof value === "number") return isExact(value) ? 0 : Number.NaN;
  if (typeof value !== "object" || value === null) return 0;
  if (depth === 0) return Number.NaN;
  const members = Object.values(value);
  const own = Array.isArray(value) ? 0 : members.length;
  return members.reduce<number>((sum, member) => sum + countKeys(member, depth - 1), own);
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function countWrittenKeys(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(strings)) if (colon !== undefined) count += 1;
  return count;
}
