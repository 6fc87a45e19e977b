/** Findings, and who owns what, for tests of excuses. */

import { type Excused, excuse } from "../../../src/diff/excuse.ts";
import { type ExcuseContext, noRules } from "../../../src/diff/excuse-rules.ts";
import type { FieldChange } from "../../../src/diff/field-change.ts";
import type { FieldPath } from "../../../src/fieldpath/field-path.ts";
import { encodeElement } from "../../../src/fieldpath/fields-v1.ts";
import { parsePath } from "../../../src/fieldpath/format-path.ts";
import { createOwnership } from "../../../src/fieldpath/managed-fields.ts";
import {
  type Json,
  type JsonObject,
  type KubernetesObject,
  parseApiVersion,
} from "../../../src/resource/resource.ts";
import { anyNode, type SchemaNode } from "../../../src/schema/schema-node.ts";
import { shippedKind } from "../../../src/schema/shipped.ts";

export interface Owner {
  readonly manager: string;
  readonly operation?: "Apply" | "Update";
  readonly subresource?: string;
  /** Only the leaves that Git is not concerned with; all that was found, if left out. */
  readonly owns?: readonly string[];
}

/** An entry of managedFields over these leaves. */
export function entry(owner: Owner, paths: readonly FieldPath[]): JsonObject {
  const { manager, operation = "Update", subresource } = owner;
  const fieldsV1: Record<string, Json> = {};
  for (const path of paths) {
    let at = fieldsV1;
    for (const element of path) {
      const name = encodeElement(element);
      // Made here, one level below another.
      at = (at[name] ??= {}) as Record<string, Json>;
    }
  }
  return {
    manager,
    operation,
    ...(subresource === undefined ? {} : { subresource }),
    apiVersion: "test/v1",
    fieldsType: "FieldsV1",
    fieldsV1,
  };
}

export function added(path: string | FieldPath, live: Json): FieldChange {
  return { type: "Added", path: typeof path === "string" ? parsePath(path) : path, live, managers: [] };
}

export function modified(path: string, { desired, live }: { desired: Json; live: Json }): FieldChange {
  return { type: "Modified", path: parsePath(path), desired, live, managers: [] };
}

export function removed(path: string, desired: Json): FieldChange {
  return { type: "Removed", path: parsePath(path), desired };
}

export interface Situation extends Partial<Omit<ExcuseContext, "ownersOf">> {
  readonly owners?: readonly Owner[];
}

export const widget: KubernetesObject = {
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name: "w", namespace: "shop" },
};

/** What becomes of the findings; the owners own all that was found, or what they name. */
export function excused(changes: readonly FieldChange[], situation: Situation = {}): Excused {
  const { owners = [], live = widget, ...rest } = situation;
  const all = changes.flatMap((change) =>
    change.type === "Removed" ? [] : leafPaths(change.path, change.live),
  );
  const managedFields = owners.map((owner) => entry(owner, owner.owns?.map(parsePath) ?? all));
  const ownersOf = createOwnership(managedFields, "test/v1");
  return excuse(changes, { desired: live, live, schema: anyNode, rules: noRules, ...rest, ownersOf });
}

function leafPaths(path: FieldPath, value: Json): readonly FieldPath[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, member]) =>
    leafPaths([...path, { type: "field", name }], member),
  );
}

export function shippedSchema(apiVersion: string, kind: string): SchemaNode {
  const shipped = shippedKind({ ...parseApiVersion(apiVersion), kind });
  if (shipped === undefined) throw new Error(`${apiVersion} ${kind} is not shipped`);
  return shipped.schema;
}
