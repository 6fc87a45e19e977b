/** Which item of a live list is which item of the desired one. */
import type { Json } from "../resource/resource.ts";
import { itemKey, sharedKey } from "../schema/item-key.ts";
import type { ListKey } from "../schema/schema-node.ts";

/** Lists beyond this many pairs are matched by a table; below, looking at each pair is quicker. */
const fewPairs = 400;

type Keys = readonly (string | number | boolean | undefined)[];

/**
 * For each desired item the index of its live counterpart, or -1. Undefined if items cannot be told apart: one that Git
 * states occurs twice on either side, or has no key. Without keys, an item is its value.
 */
export function matchItems(
  desired: readonly Json[],
  live: readonly Json[],
  keys: readonly ListKey[],
): readonly number[] | undefined {
  const stated: Keys = desired.map((item) => itemKey(item, keys));
  const found: Keys = live.map((item) => itemKey(item, keys));
  if (stated.includes(undefined)) return undefined;
  return stated.length * found.length <= fewPairs
    ? matchPairwise(stated, found)
    : matchByTable(stated, found);
}

/**
 * Whether each item's counterpart stands at its own index, and there are no others: nearly always so, and known without
 * making keys of several fields. If not, nothing is said.
 */
export function isAligned(
  desired: readonly Json[],
  live: readonly Json[],
  keys: readonly ListKey[],
): boolean {
  const { length } = desired;
  if (length !== live.length || length * length > fewPairs) return false;
  const seen: Keys[number][] = [];
  for (let i = 0; i < length; i++) {
    const key = sharedKey(desired[i] ?? null, live[i] ?? null, keys);
    if (key === undefined || isIn(seen, key)) return false;
    seen.push(key);
  }
  return true;
}

/** As `includes`, which does not look at a handful of texts as quickly. */
function isIn(seen: Keys, key: Keys[number]): boolean {
  for (let i = 0; i < seen.length; i++) if (seen[i] === key) return true;
  return false;
}

function matchPairwise(stated: Keys, found: Keys): readonly number[] | undefined {
  const matches: number[] = [];
  for (let i = 0; i < stated.length; i++) {
    const key = stated[i];
    const match = found.indexOf(key);
    if (stated.indexOf(key) !== i || (match >= 0 && found.includes(key, match + 1))) return undefined;
    matches.push(match);
  }
  return matches;
}

function matchByTable(stated: Keys, found: Keys): readonly number[] | undefined {
  const twice = -2;
  const indexByKey = new Map<Keys[number], number>();
  for (const [index, key] of found.entries()) indexByKey.set(key, indexByKey.has(key) ? twice : index);
  const matches = stated.map((key) => indexByKey.get(key) ?? -1);
  return matches.includes(twice) || new Set(stated).size < stated.length ? undefined : matches;
}
