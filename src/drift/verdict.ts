/** The judgement on one object. */
import type { ExcusedChange } from "../diff/excuse-rules.ts";
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
  | "NotObserved"
  | "Doubtful";

/** What one object is, against what Git says of it. */
export type DriftVerdict =
  | InSync
  | Drifted
  /** Live still equals what was delivered before, or was never there: Git has moved on, the deliverer has not. */
  | (Findings & { readonly status: "Pending"; readonly reason: "NotDelivered" | "NeverDelivered" })
  | (Findings & { readonly status: "Unknown"; readonly reason: UnknownReason; readonly message: string });

/** What was found beside the drift; left out where there is none. */
export interface Findings {
  /** No drift, for a reason that can be shown. */
  readonly excused?: readonly ExcusedChange[];
  /** May be our own fault: counted, never rolled back. */
  readonly doubtful?: readonly DoubtfulChange[];
}

/**
 * Why a finding may be our own fault.
 * - `NothingChanged`: the object was in sync, and nothing that the verdict depends on has changed since.
 * - `Upgrade`: the same field of many objects at once, just after the API server, a CRD or Holdfast changed.
 * - `Unowned`: a field that nobody owns, that Git does not state, and of which the table of defaults says nothing.
 * - `OtherRelease`: the same on an API server of a release that there is no table for, whoever owns it.
 */
export type DoubtReason = "NothingChanged" | "Upgrade" | "Unowned" | "OtherRelease";

export interface DoubtfulChange {
  readonly change: FieldChange;
  readonly reason: DoubtReason;
}

export interface InSync extends Findings {
  readonly status: "InSync";
  /** `NotExpected`: absent, and rightly so (a hook, a finished Job). */
  readonly reason?: "NotExpected";
}

export interface Drifted extends Findings {
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
