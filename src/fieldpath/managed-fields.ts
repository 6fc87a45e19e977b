/** `metadata.managedFields`: which program wrote which field. It explains a change; it never decides one. */
import { isJsonList, isJsonObject, type Json } from "../resource/resource.ts";
import type { FieldPath } from "./field-path.ts";
import { encodeElement, touches } from "./fields-v1.ts";

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
  return listOf(managedFields).flatMap((entry) => decodeEntry(entry) ?? []);
}

/** Who owns a path. */
export type OwnersOf = (path: FieldPath) => readonly ManagedFieldsEntry[];

/**
 * Answers, for one object, who owns a path: its value, something below it, or the atomic value that contains it.
 * Entries of another apiVersion than the object's explain nothing, because their paths are of that version. Nothing is
 * read but the way to the path: an object has hundreds of owned fields, and somebody asks for three.
 */
export function createOwnership(managedFields: Json | undefined, apiVersion: string): OwnersOf {
  const entries = listOf(managedFields);
  /** A finding's path is asked for twice at least: to excuse the finding, and to explain it. */
  const answers = new Map<FieldPath, readonly ManagedFieldsEntry[]>();

  return (path) => {
    const owners = answers.get(path) ?? ownersAt(path);
    answers.set(path, owners);
    return owners;
  };

  function ownersAt(path: FieldPath): readonly ManagedFieldsEntry[] {
    const texts = path.map(encodeElement);
    const owners: ManagedFieldsEntry[] = [];
    for (const entry of entries) {
      if (!isJsonObject(entry) || entry["apiVersion"] !== apiVersion) continue;
      const owner = touches(entry["fieldsV1"], path, texts) ? decodeEntry(entry) : undefined;
      if (owner !== undefined) owners.push(owner);
    }
    return owners;
  }
}

function listOf(managedFields: Json | undefined): readonly Json[] {
  return isJsonList(managedFields) ? managedFields : [];
}

function decodeEntry(entry: Json): ManagedFieldsEntry | undefined {
  if (!isJsonObject(entry)) return undefined;
  const { manager, operation, apiVersion, subresource, time, fieldsV1 } = entry;
  if (typeof manager !== "string" || (operation !== "Apply" && operation !== "Update")) return undefined;
  return {
    manager,
    operation,
    apiVersion: typeof apiVersion === "string" ? apiVersion : "",
    ...(typeof subresource === "string" && subresource !== "" ? { subresource } : {}),
    ...(typeof time === "string" ? { time } : {}),
    fieldsV1: fieldsV1 ?? {},
  };
}
