/** What a shipped row says of a finding on one object. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import type { ManagedFieldsEntry } from "../fieldpath/managed-fields.ts";
import { relate } from "../fieldpath/path-pattern.ts";
import { matchesGlob } from "../resource/glob.ts";
import { matchesObject } from "../resource/object-match.ts";
import { type Json, refOf } from "../resource/resource.ts";
import { anyNode } from "../schema/schema-node.ts";
import type { CompiledRow, ValueContext } from "./excuse-row.ts";
import type { Excuse, ExcuseContext } from "./excuse-rules.ts";
import { shippedRows } from "./excuses/shipped.ts";
import type { FieldChange } from "./field-change.ts";
import { isOwnedBy } from "./owned-by.ts";
import type { Part } from "./parts.ts";
import { sameJson } from "./same-json.ts";

export function rowExcuse(row: CompiledRow, context: ExcuseContext): Excuse {
  return {
    pattern: row.pattern,
    reason: row.reason,
    rule: row.name,
    message: row.why,
    accepts: (part, change) =>
      isOfRow(row, change) && isOwnedByRow(row, part, context) && isValueOfRow(row, part, context),
  };
}

/** A value is checked where the row says, as a whole: what lies below it is something else. */
function isValueOfRow(
  { check, pattern }: CompiledRow,
  { path, value }: Part,
  context: ExcuseContext,
): boolean {
  return (
    check === undefined || (path.length === pattern.steps.length && check(value, valueContext(path, context)))
  );
}

/** What Git states is excused by no row, but where it is known to be no more than a placeholder. */
function isOfRow({ placeholders = [] }: CompiledRow, change: FieldChange): boolean {
  if (change.type !== "Modified") return change.type === "Added";
  return placeholders === "anything" || placeholders.some((one) => sameJson(one, change.desired));
}

function isOwnedByRow(row: CompiledRow, part: Part, context: ExcuseContext): boolean {
  const { managers, operation, unowned } = row;
  if (managers === undefined) return true;
  const isTrusted = (entry: ManagedFieldsEntry) =>
    (operation === undefined || operation === entry.operation) &&
    managers.some((glob) => matchesGlob(glob, entry.manager));
  return isOwnedBy(part, { isTrusted, mayBeNobody: unowned === true }, context);
}

function valueContext(path: FieldPath, context: ExcuseContext): ValueContext {
  const { desired, live, schema, delivered } = context;
  return {
    path,
    desired,
    live,
    schema,
    ...(delivered === undefined ? {} : { delivered }),
    isMark: (path, value) => isMark(path, value, context),
  };
}

/** Whether a value would be excused at a path by what it says, or by a rule that excuses any value. */
function isMark(path: FieldPath, value: Json, context: ExcuseContext): boolean {
  const { ignore, tracking } = context.rules;
  const ref = refOf(context.live);
  const isOfRow = shippedRows
    .find(ref, path)
    .some(
      (row) =>
        row.reason === "DelivererMark" &&
        relate(row.pattern, path) === "covers" &&
        isValueOfRow(row, { path, value, node: anyNode }, context),
    );
  if (isOfRow) return true;
  const [parent, kind, label] = path.map((element) => (element.type === "field" ? element.name : undefined));
  if (tracking?.label === label && parent === "metadata" && kind === "labels" && value === tracking?.value)
    return true;
  return ignore.some(
    ({ match, paths }) =>
      paths.some((pattern) => relate(pattern, path) === "covers") && matchesObject(match, ref),
  );
}
