/** The judgement on one object. */
import type { FieldChange } from "../diff/field-change.ts";

/** How an object drifts. */
export type DriftType = "Modified" | "Missing" | "Unexpected";

/** Why an object cannot be judged. None of them is drift, none is ever written. */
export type UnknownReason =
  | "KindNotServed"
  | "Forbidden"
  | "SourceFailed"
  | "NotRendered"
  | "NonDeterministic"
  | "NoName"
  | "DeclaredTwice"
  | "NotObserved";

/** What one object is, against what Git says of it. */
export type DriftVerdict =
  | InSync
  | Drifted
  /** Live still equals what was delivered before, or was never there: Git has moved on, the deliverer has not. */
  | { readonly status: "Pending"; readonly reason: "NotDelivered" | "NeverDelivered" }
  | { readonly status: "Unknown"; readonly reason: UnknownReason; readonly message: string };

export interface InSync {
  readonly status: "InSync";
  /** `NotExpected`: absent, and rightly so (a hook, a finished Job). */
  readonly reason?: "NotExpected";
}

export interface Drifted {
  readonly status: "Drifted";
  readonly type: DriftType;
  /** `Terminating`: being deleted. `NeverDelivered`: never seen in sync, so whose state is right is not known. */
  readonly reason?: "Terminating" | "NeverDelivered";
  /** Sorted by path. Empty for `Missing`. */
  readonly changes: readonly FieldChange[];
  /** The revision that the changes are against: the delivered one while a newer one is pending, else the newest. */
  readonly against: string;
}

/** The statuses an object can have, as counted in policy status and metrics. */
export const verdictStatuses = ["InSync", "Drifted", "Pending", "Exempt", "Unknown"] as const;
