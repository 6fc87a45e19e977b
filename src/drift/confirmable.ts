/** What of a verdict a dry-run of the rollback can tell more about. */
import type { FieldChange } from "../diff/field-change.ts";
import { comparePaths } from "../fieldpath/compare-paths.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { Confirmation, LiveState } from "./input.ts";
import type { DriftVerdict } from "./verdict.ts";

/** All that was found on an object that is there, doubtful or not, sorted by path. */
export function confirmableChanges(verdict: DriftVerdict): readonly FieldChange[] {
  const definite = verdict.status === "Drifted" && verdict.type === "Modified" ? verdict.changes : [];
  const doubtful = verdict.doubtful?.map(({ change }) => change) ?? [];
  return [...definite, ...doubtful].sort((a, b) => comparePaths(a.path, b.path));
}

/** Whether admission insisted on some of what is found, on this object, as far as is known from another version of it. */
export function wasInsisted(live: LiveState, verdict: DriftVerdict, last: Confirmation): boolean {
  if (live.type !== "Present" || last.uid !== live.body.metadata.uid) return false;
  return confirmableChanges(verdict).some(({ path }) => last.insisted.has(formatPath(path)));
}
