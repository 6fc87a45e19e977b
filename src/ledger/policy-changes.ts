/** What an edit of a policy changed: fields of its spec, and how much that weakens it. */
import { isJsonObject, type Json } from "../resource/resource.ts";

export interface PolicyChange {
  /** `spec.suspend`, `spec.detection.ignore`. Lists count whole. */
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** What decides on what is found, and on what is done about it. */
const decisive: readonly string[] = ["spec.detection", "spec.rollback", "spec.suspend"];

/** Field by field, sorted by path; everything is new where nothing was known before. */
export function policyChanges(before: Json | undefined, after: Json | undefined): readonly PolicyChange[] {
  return changesAt("spec", before, after).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Somebody who weakens a policy hides more than who edits an object. */
export function policySeverity(changes: readonly PolicyChange[]): "High" | "Medium" {
  const isDecisive = ({ path }: PolicyChange) =>
    decisive.some((field) => path === field || path.startsWith(`${field}.`));
  return changes.some(isDecisive) ? "High" : "Medium";
}

function changesAt(path: string, before: Json | undefined, after: Json | undefined): readonly PolicyChange[] {
  if (isJsonObject(before) && isJsonObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => changesAt(`${path}.${name}`, before[name], after[name]));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}
