/** JSON in the one form that RFC 8785 gives to each value: what is hashed must not depend on who wrote it down. */
import { isJsonList, isJsonObject, type Json } from "../resource/resource.ts";

/**
 * The JSON Canonicalization Scheme: no blanks, members sorted by their UTF-16 code units, numbers and strings as
 * ECMAScript writes them.
 * @throws Error for what I-JSON cannot hold: numbers that are not finite, and halves of surrogate pairs.
 */
export function canonicalJson(value: Json): string {
  // What was read from canonical JSON is in order, and Node writes it ten times as fast.
  return isInOrder(value) ? JSON.stringify(value) : write(value);
}

/** Whether the members of all objects stand in the order that they must have. */
function isInOrder(value: Json): boolean {
  if (typeof value === "string") assertText(value);
  if (typeof value === "number" && !Number.isFinite(value)) throw new Error(`JSON has no number ${value}`);
  if (typeof value !== "object" || value === null) return true;
  if (isJsonList(value)) return value.every(isInOrder);
  let last = "";
  for (const [name, member] of Object.entries(value)) {
    assertText(name);
    if (name < last || !isInOrder(member)) return false;
    last = name;
  }
  return true;
}

function write(value: Json): string {
  if (isJsonList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isJsonObject(value)) return canonicalJson(value);
  // The order of strings is that of their code units. Of names that look like numbers no object keeps it.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = members.map(([name, member]) => `${canonicalJson(name)}:${canonicalJson(member)}`);
  return `{${texts.join(",")}}`;
}

function assertText(value: string): void {
  if (!value.isWellFormed()) throw new Error("a text with half of a surrogate pair has no UTF-8 form");
}
