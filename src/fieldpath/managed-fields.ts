/** `metadata.managedFields`: which program wrote which field. It explains a change; it never decides one. */
import { isJsonObject, type Json } from "../resource/resource.ts";
import type { FieldPath } from "./field-path.ts";
import { decodeFieldsV1, type FieldSet, touches } from "./fields-v1.ts";

export interface ManagedFieldsEntry {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  /** The version in which the writer spoke; its paths are of that version. */
  readonly apiVersion: string;
  readonly subresource?: string;
  /** RFC 3339, whole seconds; entries of `/scale` and merged ones (`ancient-changes`) have none. */
  readonly time?: string;
  /** Still on the wire form: decoded only when somebody asks. */
  readonly fieldsV1: Json;
}

/** Reads the entries; malformed ones are left out. */
export function decodeManagedFields(managedFields: Json | undefined): readonly ManagedFieldsEntry[] {
  if (!Array.isArray(managedFields)) return [];
  const entries: ManagedFieldsEntry[] = [];
  // Array.isArray does not narrow a readonly union; the elements are JSON all the same.
  for (const entry of managedFields as readonly Json[]) {
    if (!isJsonObject(entry)) continue;
    const { manager, operation, apiVersion, subresource, time, fieldsV1 } = entry;
    if (typeof manager !== "string" || (operation !== "Apply" && operation !== "Update")) continue;
    entries.push({
      manager,
      operation,
      apiVersion: typeof apiVersion === "string" ? apiVersion : "",
      ...(typeof subresource === "string" && subresource !== "" ? { subresource } : {}),
      ...(typeof time === "string" ? { time } : {}),
      fieldsV1: fieldsV1 ?? {},
    });
  }
  return entries;
}

/**
 * Answers, for one object, who owns a path: its value, something below it, or the atomic value that contains it.
 * Entries of another apiVersion than the object's explain nothing, because their paths are of that version.
 */
export function createOwnership(
  managedFields: Json | undefined,
  apiVersion: string,
): (path: FieldPath) => readonly ManagedFieldsEntry[] {
  const sets: { readonly entry: ManagedFieldsEntry; readonly set: FieldSet }[] = decodeManagedFields(
    managedFields,
  )
    .filter((entry) => entry.apiVersion === apiVersion)
    .map((entry) => ({ entry, set: decodeFieldsV1(entry.fieldsV1) }));
  return (path) => sets.filter(({ set }) => touches(set, path)).map(({ entry }) => entry);
}
