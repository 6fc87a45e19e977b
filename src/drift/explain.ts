/** Why one field of one object is drift, or is none. */
import type { FieldChange, FieldManager } from "../diff/field-change.ts";
import { isSensitive } from "../diff/redact.ts";
import { withStringDataFolded } from "../diff/secret.ts";
import { pathsOverlap } from "../fieldpath/compare-paths.ts";
import type { FieldPath } from "../fieldpath/field-path.ts";
import type { Json, KubernetesObject } from "../resource/resource.ts";
import { assess } from "./assess.ts";
import { explainQuiet } from "./explain-quiet.ts";
import type { DriftInput } from "./input.ts";
import { withItemKeys } from "./item-keys.ts";
import type { DoubtReason, DriftVerdict } from "./verdict.ts";

/**
 * What a field is: `Drift`, `Doubtful` or `Excused` as the verdict has it; `InSync`; in neither object; not compared;
 * stated in Git and unknown to the API server.
 */
export type ExplainedStatus =
  | "Drift"
  | "Doubtful"
  | "Excused"
  | "InSync"
  | "Absent"
  | "NotCompared"
  | "UnknownField";

export interface Explanation {
  readonly status: ExplainedStatus;
  /** Where the answer stands: the path that was asked for, or one above it that counts as a whole, or one below. */
  readonly path: FieldPath;
  /** Sentences, the most important first. */
  readonly because: readonly string[];
  /** What Git says; left out where it says nothing. */
  readonly desired?: Json;
  readonly live?: Json;
  readonly managers: readonly FieldManager[];
}

/**
 * Explains every change, doubt and excuse at, above or below the path; where there is none, the field itself. It says
 * what the comparison says: both are asked of the same input.
 */
export function explain(input: DriftInput, asked: FieldPath): readonly Explanation[] {
  const verdict = assess(input);
  if (input.desired.type !== "Stated" || input.live.type !== "Present") return [wholly(verdict, asked)];
  const sides = { desired: withStringDataFolded(input.desired.body), live: input.live.body };
  const path = withItemKeys(asStored(asked, sides.live), sides, input.schema);
  const found = findingsAt(verdict, path).map(({ change, ...rest }) => ({
    ...rest,
    path: change.path,
    ...("desired" in change ? { desired: change.desired } : {}),
    ...("live" in change ? { live: change.live } : {}),
    managers: "managers" in change ? change.managers : [],
  }));
  return found.length > 0 ? found : [explainQuiet(input, path, sides)];
}

/** The server writes a Secret's `stringData` over its `data`, and so does the comparison. */
function asStored(path: FieldPath, live: KubernetesObject): FieldPath {
  const [first, ...rest] = path;
  const isWrittenOver = first?.type === "field" && first.name === "stringData" && isSensitive(live);
  return isWrittenOver ? [{ type: "field", name: "data" }, ...rest] : path;
}

/** Nothing can be said of a field where nothing was compared. */
function wholly(verdict: DriftVerdict, path: FieldPath): Explanation {
  const message = "message" in verdict ? verdict.message : (verdict.reason ?? "there is nothing to compare");
  const what = verdict.status === "Drifted" ? `${verdict.status}, ${verdict.type}` : verdict.status;
  return {
    status: "NotCompared",
    path,
    because: [`the object as a whole is ${what}: ${message}`],
    managers: [],
  };
}

interface FoundAt extends Pick<Explanation, "status" | "because"> {
  readonly change: FieldChange;
}

function findingsAt(verdict: DriftVerdict, path: FieldPath): readonly FoundAt[] {
  const changes = verdict.status === "Drifted" ? verdict.changes : [];
  const doubtful = "doubtful" in verdict ? (verdict.doubtful ?? []) : [];
  const excused = "excused" in verdict ? (verdict.excused ?? []) : [];
  const isNear = ({ change }: { readonly change: FieldChange }) => pathsOverlap(change.path, path);
  return [
    ...changes.map((change): FoundAt => ({ change, status: "Drift", because: whyDrift(change) })),
    ...doubtful.map(
      ({ change, reason }): FoundAt => ({
        change,
        status: "Doubtful",
        because: [doubtSentences[reason], ...whyDrift(change)],
      }),
    ),
    ...excused.map(
      ({ change, reason, rule, message }): FoundAt => ({
        change,
        status: "Excused",
        because: [`${reason}, by ${rule}: ${message}`, ...whyDrift(change)],
      }),
    ),
  ].filter(isNear);
}

const doubtSentences = {
  NothingChanged: "the object was in sync, and nothing has changed since: this may be Holdfast's own fault",
  Upgrade: "many objects differ here since an upgrade: this may be Holdfast's own fault",
  OtherRelease:
    "the table of server defaults is of another Kubernetes release: this may be a default of this one",
  Unowned: "no manager owns it, and the table of server defaults has no row for it: it may be a new default",
} as const satisfies Readonly<Record<DoubtReason, string>>;

function whyDrift(change: FieldChange): readonly string[] {
  switch (change.type) {
    case "Added":
      return change.default === undefined
        ? ["Git does not state it, and the server puts nothing there by itself"]
        : [
            `Git does not state it, and the server would put ${JSON.stringify(change.default)} there by itself`,
          ];
    case "Removed":
      return ["Git states it, and it is gone"];
    case "Modified":
      return change.orderOnly === true
        ? ["its items stand in another order, and order has an effect here"]
        : ["Git states another value"];
  }
}
