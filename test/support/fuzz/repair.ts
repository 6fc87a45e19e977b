/** What the API server refuses is taken back to what is known to be accepted, at the very fields that it names. */
import { isJsonObject, type Json, type JsonObject } from "../../../src/resource/resource.ts";
import { listAt, objectAt } from "./published.ts";

type Token = string | number;
type Mutable = null | boolean | number | string | Mutable[] | { [field: string]: Mutable };

/** The object with the refused fields as in the skeleton. Undefined if the answer names none, or none is left to take back. */
export function repaired(
  object: JsonObject,
  skeleton: JsonObject,
  refusal: JsonObject,
): JsonObject | undefined {
  const causes = listAt(objectAt(refusal, "details"), "causes").flatMap((cause) => {
    const field = isJsonObject(cause) ? cause["field"] : undefined;
    return typeof field === "string" && field !== "" && field !== "<nil>" ? [tokensOf(field)] : [];
  });
  const copy = structuredClone(object) as Mutable; // a copy of JSON is JSON
  // From the back: an item that goes moves those behind it.
  const ordered = causes.sort((a, b) => compareTokens(b, a));
  const hasChanged = ordered.map((tokens) => reset(copy, { tokens, skeleton })).some(Boolean);
  return hasChanged ? (copy as JsonObject) : undefined; // what was an object still is
}

/** `spec.containers[0].env[1].name`, `metadata.labels[a.b/c]`. */
function tokensOf(field: string): readonly Token[] {
  return [...field.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)].map(([, name, key = ""]) => {
    if (name !== undefined) return name;
    return /^\d+$/.test(key) ? Number(key) : key;
  });
}

function reset(root: Mutable, { tokens, skeleton }: { tokens: readonly Token[]; skeleton: Json }): boolean {
  let depth = 0;
  while (depth < tokens.length && at(root, tokens.slice(0, depth + 1)) !== undefined) depth += 1;
  for (; depth > 0; depth--) {
    const path = tokens.slice(0, depth);
    const known = at(skeleton, path);
    const present = at(root, path);
    if (JSON.stringify(known) === JSON.stringify(present)) continue;
    const parent = at(root, path.slice(0, -1));
    const last = path.at(-1);
    if (Array.isArray(parent)) {
      if (known === undefined) parent.splice(Number(last), 1);
      else parent[Number(last)] = structuredClone(known) as Mutable; // a copy of JSON is JSON
    } else if (typeof parent === "object" && parent !== null) {
      if (known === undefined) delete parent[String(last)];
      else parent[String(last)] = structuredClone(known) as Mutable; // a copy of JSON is JSON
    }
    return true;
  }
  return false;
}

function at<T extends Json | Mutable>(value: T, path: readonly Token[]): T | undefined {
  let present: Json | Mutable | undefined = value;
  for (const token of path) {
    if (Array.isArray(present)) present = present[Number(token)];
    else if (typeof present === "object" && present !== null && Object.hasOwn(present, String(token)))
      present = (present as { readonly [name: string]: Json })[String(token)];
    else return undefined;
  }
  return present as T | undefined; // a member of such JSON is such JSON
}

function compareTokens(a: readonly Token[], b: readonly Token[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [left, right] = [a[i], b[i]];
    if (left === right) continue;
    if (typeof left === "number" && typeof right === "number") return left - right;
    return String(left) < String(right) ? -1 : 1;
  }
  return a.length - b.length;
}
