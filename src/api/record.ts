/** From changes to what a DriftRecord may hold: bounded, readable, without secrets. */
import type { FieldChange } from "../diff/field-change.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { Json } from "../resource/resource.ts";
import { type RecordChange, recordLimits } from "./drift-record.ts";

/**
 * The changes in the record's form: at most 50, values cut at 512 bytes, as many as 8 KiB hold. `isRedacted` says that
 * the values are digests.
 */
export function recordChanges(changes: readonly FieldChange[], isRedacted: boolean): readonly RecordChange[] {
  const kept: RecordChange[] = [];
  let size = 0;
  for (const change of changes.slice(0, recordLimits.changes)) {
    const entry = recordChange(change, isRedacted);
    size += JSON.stringify(entry).length;
    // Room is left for the record's other fields.
    if (size > recordLimits.totalBytes - 2_048 && kept.length > 0) break;
    kept.push(entry);
  }
  return kept;
}

/** A change's path as text, cut to what status and records hold. */
export function changePath({ path }: FieldChange): string {
  return cut(formatPath(path), 500);
}

function recordChange(change: FieldChange, isRedacted: boolean): RecordChange {
  const managers = change.type === "Removed" ? [] : change.managers.map(describeManager);
  return {
    path: changePath(change),
    type: change.type,
    ...("desired" in change ? { desired: valueText(change.desired) } : {}),
    ...("live" in change ? { live: valueText(change.live) } : {}),
    ...(managers.length === 0 ? {} : { managers: managers.slice(0, 8) }),
    ...(isRedacted ? { redacted: true } : {}),
  };
}

function describeManager({
  name,
  operation,
  time,
}: {
  name: string;
  operation: string;
  time?: string;
}): string {
  return cut(`${name} (${operation}${time === undefined ? "" : ` ${time}`})`, 250);
}

function valueText(value: Json): string {
  return cut(JSON.stringify(value), recordLimits.valueBytes);
}

/** Counts characters, of which none takes more than three bytes of the bound that the server checks in characters. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
