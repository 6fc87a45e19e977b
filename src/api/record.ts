/** From changes to what a DriftRecord may hold: bounded, readable, without secrets. */
import type { FieldChange, FieldManager } from "../diff/field-change.ts";
import { isRedactedPath } from "../diff/redact.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import { apiVersionOf, type Json, type ObjectMeta, type ResourceRef } from "../resource/resource.ts";
import { cut, cutTo, jsonBytes } from "./cut.ts";
import { type RecordChange, type RecordSpec, type RecordStatus, recordLimits } from "./drift-record.ts";

/** The names of the fields, and values of a fixed length. */
const originFrameBytes = 64;
const rollbackFrameBytes = 128;
/** What may be added after the changes are written, at its longest. */
const reservedBytes =
  recordLimits.serverBytes +
  (originFrameBytes + recordLimits.repositoryBytes + recordLimits.originPathBytes) +
  (rollbackFrameBytes + recordLimits.messageBytes);

/** The bytes of JSON that a record's other parts leave for its changes. */
export function roomForChanges(record: {
  readonly metadata: ObjectMeta;
  readonly spec: RecordSpec;
  readonly status: RecordStatus;
}): number {
  const { origin: _, ...spec } = record.spec;
  const { rollback: __, ...status } = record.status;
  return recordLimits.bytes - reservedBytes - jsonBytes({ ...record, spec, status });
}

export interface RecordView {
  /** The object that the changes are of: its kind says which values are digests. */
  readonly resource: ResourceRef;
  /** The SHA-256 of a text's UTF-8 bytes, in hexadecimal. */
  readonly sha256: (text: string) => string;
  /** See `roomForChanges`. */
  readonly roomBytes: number;
}

/** What is kept of one change: all, or, where there is no room for that, what it takes to know it. */
type Detail = "Full" | "Brief";

/** The first changes in the record's form: at most 50, and as many as there is room for. */
export function recordChanges(changes: readonly FieldChange[], view: RecordView): readonly RecordChange[] {
  const kept: RecordChange[] = [];
  let room = view.roomBytes;
  for (const change of changes.slice(0, recordLimits.changes)) {
    const full = recordChange(change, view, "Full");
    const entry = sizeOf(full) <= room ? full : recordChange(change, view, "Brief");
    room -= sizeOf(entry);
    if (room < 0) break;
    kept.push(entry);
  }
  return kept;
}

/** A change's path as text, cut to what status and records hold. */
export function changePath({ path }: FieldChange): string {
  return cut(formatPath(path), recordLimits.pathBytes);
}

/** With the comma behind it. */
function sizeOf(entry: RecordChange): number {
  return jsonBytes(entry) + 1;
}

function recordChange(change: FieldChange, view: RecordView, detail: Detail): RecordChange {
  const { kind } = view.resource;
  const apiVersion = apiVersionOf(view.resource);
  const managers = change.type === "Removed" || detail === "Brief" ? [] : change.managers;
  const bytes = detail === "Full" ? recordLimits.valueBytes : recordLimits.briefValueBytes;
  const valueText = (value: Json) =>
    cutTo(JSON.stringify(value), { bytes, ending: (whole) => `… sha256:${view.sha256(whole)}` });
  return {
    path: changePath(change),
    type: change.type,
    ...("desired" in change ? { desired: valueText(change.desired) } : {}),
    ...("live" in change ? { live: valueText(change.live) } : {}),
    ...(managers.length === 0
      ? {}
      : { managers: managers.slice(0, recordLimits.managers).map(describeManager) }),
    ...(isRedactedPath({ apiVersion, kind }, change.path) ? { redacted: true } : {}),
  };
}

function describeManager({ name, operation, time }: FieldManager): string {
  return cut(`${name} (${operation}${time === undefined ? "" : ` ${time}`})`, recordLimits.managerBytes);
}
