/** Which items of a list stay, as they stand in the text, when it becomes another one. */
import type { Json } from "../resource/resource.ts";
import { sameValue } from "./same-value.ts";

/** From `start` on so many items are changed in place; behind them so many go, and so many come. */
export interface Alignment {
  readonly start: number;
  readonly changed: number;
  readonly removed: number;
  readonly added: number;
}

/** What is the same at both ends stays; what lies between is changed pair by pair. */
export function alignItems(current: readonly Json[], target: readonly Json[]): Alignment {
  const shorter = Math.min(current.length, target.length);
  let start = 0;
  while (start < shorter && sameValue(current[start], target[start])) start += 1;
  let end = 0;
  while (end < shorter - start && sameValue(current.at(-1 - end), target.at(-1 - end))) end += 1;
  const [old, now] = [current.length - start - end, target.length - start - end];
  const changed = Math.min(old, now);
  return { start, changed, removed: old - changed, added: now - changed };
}
