/** Which doubts were said already: a wrong row in a table shows on many objects at once, and is one thing to say. */
import { suspectKey } from "../drift/doubt.ts";
import type { DoubtfulChange } from "../drift/verdict.ts";
import type { PolicyKey } from "./policy-key.ts";
import { setNewest } from "./set-newest.ts";

/** A doubt that was gone for so long is news again. */
const forgetAfterMs = 3_600_000;
/** More fields than this are not told apart any more: the oldest are forgotten. */
const mostFields = 10_000;

/** Answers those that were not said of this policy, kind and field within the last hour. */
export function createDoubtNotes(now: () => number) {
  /** By policy, kind and field, in the order in which they were last seen. */
  const lastSeenMs = new Map<string, number>();

  return function news(
    policy: PolicyKey,
    kind: string,
    doubtful: readonly DoubtfulChange[],
  ): readonly DoubtfulChange[] {
    return doubtful.filter(({ change }) => {
      const id = `${policy} ${suspectKey(kind, change)}`;
      const before = lastSeenMs.get(id);
      setNewest(lastSeenMs, id, now(), mostFields);
      return before === undefined || now() - before > forgetAfterMs;
    });
  };
}
