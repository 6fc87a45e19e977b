/** Conditions as the Kubernetes API conventions have them (metav1.Condition). */
import { z } from "zod";
import { timeSchema } from "./fields.ts";
import type { ConditionReason, ConditionType } from "./reasons.ts";

const maxMessage = 4_096;

export const conditionSchema = z.strictObject({
  type: z.string().max(64).describe("What the condition is about."),
  status: z.enum(["True", "False", "Unknown"]).describe("Whether it holds."),
  reason: z.string().max(64).describe("Why, in one word."),
  message: z.string().max(maxMessage).describe("Why, for people."),
  lastTransitionTime: timeSchema.describe("When status last changed."),
  observedGeneration: z.int().optional().describe("The metadata.generation that this was judged by."),
});

export type Condition = z.infer<typeof conditionSchema>;

/** A condition before it is known since when it holds. Its reason is one that docs/spec explains. */
export interface NewCondition extends Pick<Condition, "status" | "message"> {
  readonly type: ConditionType;
  readonly reason: ConditionReason;
}

/** Gives conditions their times: the old one where the status is the same, `nowMs` where it changed. */
export function settleConditions(
  conditions: readonly NewCondition[],
  before: readonly Condition[],
  at: { readonly nowMs: number; readonly generation: number },
): readonly Condition[] {
  return conditions.map((condition) => {
    const previous = before.find(({ type }) => type === condition.type);
    const isSame = previous?.status === condition.status;
    return {
      ...condition,
      message: condition.message.slice(0, maxMessage),
      lastTransitionTime: isSame ? previous.lastTransitionTime : formatTime(at.nowMs),
      observedGeneration: at.generation,
    };
  });
}

/** The years that RFC 3339 can write. */
const earliestMs = Date.parse("0000-01-01T00:00:00Z");
const latestMs = Date.UTC(9_999, 11, 31, 23, 59, 59);

/**
 * RFC 3339 in whole seconds, as metav1.Time is written. A commit may claim any time, one beyond what JavaScript (NaN) or
 * RFC 3339 can say among them: it becomes the latest that can be written.
 */
export function formatTime(ms: number): string {
  const writable = ms >= earliestMs && ms <= latestMs ? ms : latestMs;
  return new Date(writable).toISOString().replace(/\.\d{3}Z$/, "Z");
}
