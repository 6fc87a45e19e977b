/** Finds the shipped rows that may have a word on a path, without looking at the others. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import { type PatternStep, relate } from "../fieldpath/path-pattern.ts";
import type { CompiledRow } from "./excuse-row.ts";

/** An object's group and kind. */
export interface KindName {
  readonly group: string;
  readonly kind: string;
}

export interface RowIndex {
  /** The rows about this kind whose paths are at, above or below this one. */
  find(kind: KindName, path: FieldPath): readonly CompiledRow[];
}

/** A tree of the plain names with which paths begin. */
interface Branch {
  /** Those whose next step is no plain name, or that end here. */
  readonly rows: CompiledRow[];
  readonly branches: Map<string, Branch>;
}

export function indexRows(rows: readonly CompiledRow[]): RowIndex {
  const root: Branch = { rows: [], branches: new Map() };
  for (const row of rows) branchOf(root, row.pattern.steps).rows.push(row);
  return {
    find: (kind, path) =>
      candidates(root, path).filter((row) => isAbout(row, kind) && relate(row.pattern, path) !== "apart"),
  };
}

function branchOf(root: Branch, steps: readonly PatternStep[]): Branch {
  let at = root;
  for (const step of steps) {
    if (step.type !== "field" || step.isGlob) break;
    const next: Branch = at.branches.get(step.name) ?? { rows: [], branches: new Map() };
    at.branches.set(step.name, next);
    at = next;
  }
  return at;
}

function candidates(root: Branch, path: FieldPath): readonly CompiledRow[] {
  const found: CompiledRow[] = [];
  let at = root;
  for (const element of path) {
    found.push(...at.rows);
    const next = element.type === "field" ? at.branches.get(element.name) : undefined;
    if (next === undefined) return found;
    at = next;
  }
  collectAll(at, found);
  return found;
}

function collectAll({ rows, branches }: Branch, found: CompiledRow[]): void {
  found.push(...rows);
  for (const branch of branches.values()) collectAll(branch, found);
}

function isAbout({ group, kinds }: CompiledRow, kind: KindName): boolean {
  return (group === undefined || group === kind.group) && (kinds === undefined || kinds.includes(kind.kind));
}
