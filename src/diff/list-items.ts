/** Which item of a live list is which item of the desired one. */
import { isJsonObject, type Json } from "../resource/resource.ts";
import { itemKey, keyValue } from "../schema/item-key.ts";
import type { ListKey } from "../schema/schema-node.ts";
import { sameJson } from "./same-json.ts";

/** Lists beyond this many pairs are matched by a table; below, looking at each pair is quicker. */
const fewPairs = 400;

/**
 * For each desired item the index of its live counterpart, or -1. Undefined if that is ambiguous: an item that Git
 * states occurs twice on either side. Without keys, items are told apart by their values.
 */
export function matchItems(
  desired: readonly Json[],
  live: readonly Json[],
  keys: readonly ListKey[],
): readonly number[] | undefined {
  return desired.length * live.length <= fewPairs
    ? matchPairwise(desired, live, keys)
    : matchByTable(desired, live, keys);
}

function matchPairwise(
  desired: readonly Json[],
  live: readonly Json[],
  keys: readonly ListKey[],
): readonly number[] | undefined {
  const matches: number[] = [];
  for (const [i, item] of desired.entries()) {
    for (let before = 0; before < i; before++) if (sameItem(desired[before], item, keys)) return undefined;
    let match = -1;
    for (let j = 0; j < live.length; j++) {
      if (!sameItem(item, live[j], keys)) continue;
      if (match >= 0) return undefined;
      match = j;
    }
    matches.push(match);
  }
  return matches;
}

function matchByTable(
  desired: readonly Json[],
  live: readonly Json[],
  keys: readonly ListKey[],
): readonly number[] | undefined {
  const ambiguous = -2;
  const indexByKey = new Map<string, number>();
  for (const [index, item] of live.entries()) {
    const key = itemKey(item, keys);
    indexByKey.set(key, indexByKey.has(key) ? ambiguous : index);
  }
  const stated = desired.map((item) => itemKey(item, keys));
  const matches = stated.map((key) => indexByKey.get(key) ?? -1);
  return matches.includes(ambiguous) || new Set(stated).size < stated.length ? undefined : matches;
}

function sameItem(a: Json | undefined, b: Json | undefined, keys: readonly ListKey[]): boolean {
  if (keys.length === 0 || !isJsonObject(a) || !isJsonObject(b)) return sameJson(a ?? null, b ?? null);
  for (const key of keys) {
    const [x, y] = [keyValue(a, key), keyValue(b, key)];
    if (x !== y && !sameJson(x ?? null, y ?? null)) return false;
  }
  return true;
}
