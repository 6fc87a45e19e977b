/** Judging an object for which Git has a newer revision than the one that was delivered. */
import type { FieldChange } from "../diff/field-change.ts";
import { pathsOverlap } from "../fieldpath/compare-paths.ts";
import type { DriftVerdict } from "./verdict.ts";

/** What live differs in from one revision. */
export interface Comparison {
  readonly revision: string;
  readonly changes: readonly FieldChange[];
}

export interface PendingInput {
  /** Live against the newest revision; not empty, else the object is in sync. */
  readonly newest: Comparison;
  /** Live against the revision at which it was last in sync. */
  readonly delivered: Comparison;
  /** What delivering the newest revision would change: delivered (as live) against newest. */
  readonly delivery: readonly FieldChange[];
}

/**
 * A field that holds either revision's value was put there by a deliverer, so it is no drift: a delivery may be on
 * its way, and undoing it would be the worst that Holdfast can do. What holds neither was changed by hand.
 *
 * Such a field goes back to the delivered value; but where the rest of the new revision has visibly arrived, that
 * revision is what the deliverer last said, and its value is the right one.
 */
export function judgePending({ newest, delivered, delivery }: PendingInput): DriftVerdict {
  const byHand = delivered.changes.filter((change) => overlapsAny(change, newest.changes));
  if (byHand.length === 0) return { status: "Pending", reason: "NotDelivered" };
  const rest = delivery.filter((change) => !overlapsAny(change, byHand));
  const arrived = rest.length > 0 && rest.every((change) => !overlapsAny(change, newest.changes));
  return arrived
    ? { status: "Drifted", type: "Modified", changes: newest.changes, against: newest.revision }
    : { status: "Drifted", type: "Modified", changes: byHand, against: delivered.revision };
}

function overlapsAny(change: FieldChange, others: readonly FieldChange[]): boolean {
  return others.some((other) => pathsOverlap(change.path, other.path));
}
