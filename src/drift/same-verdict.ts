/** Whether a new verdict says anything new: only then is it a transition. */
import type { DriftVerdict } from "./verdict.ts";

/** Equality of verdicts by value. Changes hold plain JSON in a fixed order, so their text decides. */
export function sameVerdict(a: DriftVerdict, b: DriftVerdict): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
