/** What is to be done about a verdict. */
import type { FieldChange } from "../diff/field-change.ts";

/** Why a rollback is not made now, most severe first. */
export const holdReasons = [
  "HistoryUnavailable",
  "SourceStale",
  "Forbidden",
  "Fight",
  "Immutable",
  "NeverDelivered",
  "Upgraded",
  "Terminating",
  "Suspended",
  "Failed",
] as const;
export type HoldReason = (typeof holdReasons)[number];

export type DriftAction =
  | { readonly type: "None" }
  /** Report the drift; the policy asks for nothing more. */
  | { readonly type: "Record" }
  /** The remote head must be read first: before the finding is reported at all, or before it is rolled back. */
  | { readonly type: "ReadSource"; readonly before: "Record" | "Rollback" }
  | { readonly type: "Rollback"; readonly changes: readonly FieldChange[] }
  /** Report, and do not write for this reason; try again at `untilMs` if given, else when something changes. */
  | {
      readonly type: "Hold";
      readonly reason: HoldReason;
      readonly message: string;
      readonly untilMs?: number;
    };
