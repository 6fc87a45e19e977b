/** A field manager for people, as DriftRecords write it: what it is called, how it wrote, and when. */
import type { FieldManager } from "../diff/field-change.ts";

/** `kubectl-edit (Update 2026-01-02T03:04:05Z)`, `hpa (Update of scale)`. */
export function managerWords({ name, operation, subresource, time }: FieldManager): string {
  const how = subresource === undefined ? operation : `${operation} of ${subresource}`;
  return `${name} (${how}${time === undefined ? "" : ` ${time}`})`;
}
