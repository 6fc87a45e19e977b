/** The judgement: one pure function from a snapshot to a verdict. */
import { type CompareResult, compare } from "../diff/compare.ts";
import type { FieldChange } from "../diff/field-change.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import { answerFor, divideByDoubt, doubtReasons } from "./doubt.ts";
import { isExpected } from "./expected.ts";
import type { DriftInput } from "./input.ts";
import { judgePending } from "./pending.ts";
import { withoutScaled } from "./scalers.ts";
import type { DoubtfulChange, Drifted, DriftVerdict } from "./verdict.ts";

/**
 * Judges one object. The truth table, desired × live:
 *
 * |                | live is absent                       | live is present            |
 * |----------------|--------------------------------------|----------------------------|
 * | Git is not sure| Unknown                              | Unknown                    |
 * | Git states it  | Missing, or Pending before delivery  | compared, field by field   |
 * | Git is silent  | InSync (there is nothing to judge)   | Unexpected                 |
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
    case "Undeclared":
      return assessUndeclared(input);
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

function assessUndeclared({ live, revision }: DriftInput): DriftVerdict {
  switch (live.type) {
    case "Unknown":
      return { status: "Unknown", reason: live.reason, message: live.message };
    case "Absent":
      return { status: "InSync", reason: "NotExpected" };
    case "Present":
      return { status: "Drifted", type: "Unexpected", changes: [], against: revision };
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
  const { revision } = input;
  if (live.metadata.deletionTimestamp !== undefined) {
    return {
      status: "Drifted",
      type: "Missing",
      reason: "Terminating",
      changes: [],
      against: againstRevision(input) ?? revision,
    };
  }
  const found = findings(input, desired, live);
  const excused = found.excused.length === 0 ? {} : { excused: found.excused };
  if (found.changes.length === 0) return { status: "InSync", ...excused };
  const verdict = judgeChanges(input, { desired, live, changes: found.changes });
  return verdict.status === "Drifted"
    ? withDoubt({ ...verdict, ...excused }, input, { desired, live })
    : { ...verdict, ...excused };
}

function judgeChanges(
  input: DriftInput,
  { desired, live, changes }: Sides & { readonly changes: readonly FieldChange[] },
): DriftVerdict {
  const { delivered, revision } = input;
  if (delivered === undefined) {
    return { status: "Drifted", type: "Modified", reason: "NeverDelivered", changes, against: revision };
  }
  if (delivered.body === undefined)
    return { status: "Drifted", type: "Modified", changes, against: revision };
  return judgePending({
    newest: { revision, changes },
    delivered: { revision: delivered.revision, changes: findings(input, delivered.body, live).changes },
    delivery: changesAgainst(input, desired, delivered.body).changes,
  });
}

/** Definite findings are the drift; where there are only doubtful ones, nobody can say. */
function withDoubt(verdict: Drifted, input: DriftInput, sides: Sides): DriftVerdict {
  const { definite, doubtful } = divideByDoubt(verdict.changes, input, sides);
  if (doubtful.length === 0) return verdict;
  if (definite.length > 0) return { ...verdict, changes: definite, doubtful };
  const { excused } = verdict;
  const [first] = doubtful;
  return {
    status: "Unknown",
    reason: "Doubtful",
    message: first === undefined ? "" : doubtMessage(first, doubtful.length),
    doubtful,
    ...(excused === undefined ? {} : { excused }),
  };
}

function doubtMessage({ change, reason }: DoubtfulChange, count: number): string {
  const more = count === 1 ? "" : ` and ${count - 1} more`;
  return `${formatPath(change.path)}${more}: ${doubtReasons[reason]}`;
}

interface Sides {
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
}

/** Where Git has moved on since this object was last in sync, it is judged against what was delivered. */
function againstRevision({ delivered }: DriftInput): string | undefined {
  return delivered?.body === undefined ? undefined : delivered.revision;
}

/** What differs, without what a scaler or admission answers for. */
function findings(
  input: DriftInput,
  desired: KubernetesObject,
  live: KubernetesObject,
): Pick<CompareResult, "changes" | "excused"> {
  const compared = changesAgainst(input, desired, live);
  const { changes, scaled } = withoutScaled(compared.changes, input.scalers);
  const answer = answerFor(input, live);
  const isInsisted = ({ path }: FieldChange) => answer?.insisted.has(formatPath(path)) === true;
  const insisted = changes.filter(isInsisted);
  if (scaled.length === 0 && insisted.length === 0) return compared;
  return {
    changes: changes.filter((change) => !isInsisted(change)),
    excused: [
      ...compared.excused,
      ...scaled.map(({ change, by }) => ({ change, reason: "Scaler" as const, rule: "scaler", message: by })),
      ...insisted.map((change) => ({
        change,
        reason: "Admission" as const,
        rule: "admission",
        message: "a dry-run is answered with the live value",
      })),
    ],
  };
}

function changesAgainst(
  { schema, policy, delivered }: DriftInput,
  desired: KubernetesObject,
  live: KubernetesObject,
): CompareResult {
  return compare({
    desired,
    live,
    schema,
    mode: policy.mode,
    rules: policy.rules,
    ...(delivered?.body === undefined ? {} : { delivered: delivered.body }),
  });
}
