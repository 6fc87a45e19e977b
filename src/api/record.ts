/** From changes to what a DriftRecord may hold: bounded, readable, without secrets. */
import type { FieldChange, FieldManager } from "../diff/field-change.ts";
import { isRedactedPath } from "../diff/redact.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import { apiVersionOf, type Json, type ResourceRef } from "../resource/resource.ts";
import { type RecordChange, recordLimits } from "./drift-record.ts";

export interface RecordView {
  /** The object that the changes are of: its kind says which values are digests. */
  readonly resource: ResourceRef;
  /** The SHA-256 of a text's UTF-8 bytes, in hexadecimal. */
  readonly sha256: (text: string) => string;
}

/** The first changes in the record's form: at most 50, and no more than 4.5 KiB of JSON. */
export function recordChanges(changes: readonly FieldChange[], view: RecordView): readonly RecordChange[] {
  const kept: RecordChange[] = [];
  let size = 0;
  for (const change of changes.slice(0, recordLimits.changes)) {
    const entry = recordChange(change, view);
    size += byteLength(JSON.stringify(entry)) + 1;
    if (size > recordLimits.changesBytes) break;
    kept.push(entry);
  }
  return kept;
}

/** A change's path as text, cut to what status and records hold. */
export function changePath({ path }: FieldChange): string {
  return cut(formatPath(path), recordLimits.pathBytes);
}

/** Text of at most so many bytes of UTF-8; where something is left out, it ends with an ellipsis. */
export function cut(text: string, bytes: number): string {
  return cutTo(text, { bytes, ending: "…" });
}

function recordChange(change: FieldChange, { resource, sha256 }: RecordView): RecordChange {
  const { kind } = resource;
  const managers = change.type === "Removed" ? [] : change.managers.map(describeManager);
  return {
    path: changePath(change),
    type: change.type,
    ...("desired" in change ? { desired: valueText(change.desired, sha256) } : {}),
    ...("live" in change ? { live: valueText(change.live, sha256) } : {}),
    ...(managers.length === 0 ? {} : { managers: managers.slice(0, recordLimits.managers) }),
    ...(isRedactedPath({ apiVersion: apiVersionOf(resource), kind }, change.path) ? { redacted: true } : {}),
  };
}

function describeManager({ name, operation, time }: FieldManager): string {
  return cut(`${name} (${operation}${time === undefined ? "" : ` ${time}`})`, recordLimits.managerBytes);
}

function valueText(value: Json, sha256: RecordView["sha256"]): string {
  const text = JSON.stringify(value);
  return cutTo(text, { bytes: recordLimits.valueBytes, ending: () => `… sha256:${sha256(text)}` });
}

function cutTo(text: string, { bytes, ending }: { bytes: number; ending: string | (() => string) }): string {
  // UTF-8 takes at most three bytes for each unit of a string: most texts need no counting.
  if (text.length * 3 <= bytes || byteLength(text) <= bytes) return text;
  const last = typeof ending === "string" ? ending : ending();
  const head = new Uint8Array(bytes - byteLength(last));
  const { read } = encoder.encodeInto(text, head);
  return text.slice(0, read) + last;
}

const encoder = new TextEncoder();

function byteLength(text: string): number {
  return encoder.encode(text).byteLength;
}
