/** Conditions as the Kubernetes API conventions have them (metav1.Condition). */
import { z } from "zod";

export const conditionSchema = z.strictObject({
  type: z.string().max(64),
  status: z.enum(["True", "False", "Unknown"]),
  reason: z.string().max(64),
  message: z.string().max(4096),
  lastTransitionTime: z.string().max(64),
  observedGeneration: z.int().optional(),
});

export type Condition = z.infer<typeof conditionSchema>;

/** A condition before it is known since when it holds. */
export type NewCondition = Omit<Condition, "lastTransitionTime" | "observedGeneration">;

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
      message: condition.message.slice(0, 4096),
      lastTransitionTime: isSame ? previous.lastTransitionTime : formatTime(at.nowMs),
      observedGeneration: at.generation,
    };
  });
}

/** RFC 3339 in whole seconds, as metav1.Time is written. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}
