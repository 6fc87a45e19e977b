/** Takes out of the findings what is no drift: shipped rows first, then the policy's own rules. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import { relate } from "../fieldpath/path-pattern.ts";
import { excusesFor } from "./excuse-candidates.ts";
import type { Excuse, ExcuseContext, ExcusedChange } from "./excuse-rules.ts";
import type { FieldChange } from "./field-change.ts";
import { nodeAt, type Part, partsOf } from "./parts.ts";

export interface Excused {
  readonly changes: readonly FieldChange[];
  readonly excused: readonly ExcusedChange[];
}

/**
 * Divides findings into those that stay and those that are excused. A field or item that was added, or is gone, and is
 * excused only in part is split: what stays are the highest paths that nothing excuses. An added item of a keyed list
 * stays whole unless its key is excused too: there is no half item. Nothing is ever found that was not there before.
 */
export function excuse(changes: readonly FieldChange[], context: ExcuseContext): Excused {
  if (changes.length === 0) return { changes, excused: [] };
  const excuses = excusesFor(context);
  const kept: FieldChange[] = [];
  const excused: ExcusedChange[] = [];
  for (const change of changes) {
    const related = excuses(change.path);
    if (related.length === 0) {
      kept.push(change);
      continue;
    }
    const value = change.type === "Removed" ? change.desired : change.live;
    const part = { path: change.path, value, node: nodeAt(context.schema, change.path) };
    const divided = divide({ change, part }, related);
    kept.push(...divided.changes);
    excused.push(...divided.excused);
  }
  return { changes: kept, excused };
}

/** A change, or a part of one, and the value that stands there. */
interface Finding {
  readonly change: FieldChange;
  readonly part: Part;
}

function divide({ change, part }: Finding, excuses: readonly Excuse[]): Excused {
  const related = excuses.filter(({ pattern }) => relate(pattern, part.path) !== "apart");
  const excusing = related.find(
    (excuse) => relate(excuse.pattern, part.path) === "covers" && excuse.accepts(part, change),
  );
  if (excusing !== undefined) {
    const { reason, rule, message } = excusing;
    return { changes: [], excused: [{ change, reason, rule, message }] };
  }
  // A value that differs counts whole already; else its parts would be changes of their own.
  const parts = related.length === 0 || change.type === "Modified" ? undefined : partsOf(part);
  if (parts === undefined) return { changes: [change], excused: [] };
  return joined(
    change,
    parts.map((inner) => divide({ change: partOf(change, inner), part: inner }, related)),
  );
}

/** What became of the parts; or the change itself, where nothing of it, or not its key, is excused. */
function joined(change: FieldChange, divided: readonly Excused[]): Excused {
  const changes = divided.flatMap((one) => one.changes);
  const excused = divided.flatMap((one) => one.excused);
  if (excused.length === 0 || changes.some(({ path }) => isKeyOf(path, change.path))) {
    return { changes: [change], excused: [] };
  }
  return { changes, excused };
}

function isKeyOf(path: FieldPath, item: FieldPath): boolean {
  const [last, field] = [item.at(-1), path[item.length]];
  return last?.type === "key" && field?.type === "field" && Object.hasOwn(last.fields, field.name);
}

function partOf(change: FieldChange, { path, value }: Part): FieldChange {
  if (change.type === "Removed") return { type: "Removed", path, desired: value };
  return { type: "Added", path, live: value, managers: managersOf(change) };
}

function managersOf(change: FieldChange) {
  return change.type === "Removed" ? [] : change.managers;
}
