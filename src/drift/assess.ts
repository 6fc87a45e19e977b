/** The judgement: one pure function from a snapshot to a verdict. */
import { compare } from "../diff/compare.ts";
import type { FieldChange } from "../diff/field-change.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import { isExpected } from "./expected.ts";
import type { DriftInput } from "./input.ts";
import { judgePending } from "./pending.ts";
import type { DriftVerdict } from "./verdict.ts";

/**
 * Judges one object. The truth table, desired × live:
 *
 * |                | live is absent                       | live is present            |
 * |----------------|--------------------------------------|----------------------------|
 * | Git is not sure| Unknown                              | Unknown                    |
 * | Git states it  | Missing, or Pending before delivery  | compared, field by field   |
 *
 * What either side cannot say is `Unknown` with its reason, never `InSync`.
 */
export function assess(input: DriftInput): DriftVerdict {
  const { desired, live } = input;
  switch (desired.type) {
    case "Refused":
      return { status: "Unknown", reason: desired.reason, message: desired.message };
    case "Unfinished":
      return { status: "Unknown", reason: desired.reason, message: desired.detail };
    case "Stated":
      break;
  }
  switch (live.type) {
    case "Unknown":
      return { status: "Unknown", reason: live.reason, message: live.message };
    case "Absent":
      return assessAbsent(input, desired.body);
    case "Present":
      return assessPresent(input, desired.body, live.body);
  }
}

function assessAbsent(input: DriftInput, desired: KubernetesObject): DriftVerdict {
  const { delivered, revision } = input;
  if (!isExpected(desired)) return { status: "InSync", reason: "NotExpected" };
  if (delivered === undefined) return { status: "Pending", reason: "NeverDelivered" };
  // A finished Job may be cleaned away; a changed one has to be delivered anew, which is not ours to do.
  if (delivered.completed) {
    return delivered.body === undefined
      ? { status: "InSync", reason: "NotExpected" }
      : { status: "Pending", reason: "NotDelivered" };
  }
  return { status: "Drifted", type: "Missing", changes: [], against: againstRevision(input) ?? revision };
}

function assessPresent(input: DriftInput, desired: KubernetesObject, live: KubernetesObject): DriftVerdict {
  const { delivered, revision } = input;
  if (live.metadata.deletionTimestamp !== undefined) {
    return {
      status: "Drifted",
      type: "Missing",
      reason: "Terminating",
      changes: [],
      against: againstRevision(input) ?? revision,
    };
  }
  const changes = changesAgainst(input, desired, live);
  if (changes.length === 0) return { status: "InSync" };
  if (delivered === undefined) {
    return { status: "Drifted", type: "Modified", reason: "NeverDelivered", changes, against: revision };
  }
  if (delivered.body === undefined)
    return { status: "Drifted", type: "Modified", changes, against: revision };
  return judgePending({
    newest: { revision, changes },
    delivered: { revision: delivered.revision, changes: changesAgainst(input, delivered.body, live) },
    delivery: changesAgainst(input, desired, delivered.body),
  });
}

/** Where Git has moved on since this object was last in sync, it is judged against what was delivered. */
function againstRevision({ delivered }: DriftInput): string | undefined {
  return delivered?.body === undefined ? undefined : delivered.revision;
}

function changesAgainst(
  { schema, policy }: DriftInput,
  desired: KubernetesObject,
  live: KubernetesObject,
): readonly FieldChange[] {
  return compare({ desired, live, schema, mode: policy.mode }).changes;
}
