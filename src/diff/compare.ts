/** The comparison of desired with live: schema-driven, field by field, without a word to anybody else. */
import { comparePaths } from "../fieldpath/compare-paths.ts";
import type { FieldPath, PathElement } from "../fieldpath/field-path.ts";
import { createOwnership } from "../fieldpath/managed-fields.ts";
import { isJsonObject, type Json, type JsonObject, type KubernetesObject } from "../resource/resource.ts";
import {
  anyNode,
  type ListNode,
  type MapNode,
  type SchemaNode,
  type StructField,
  type StructNode,
} from "../schema/schema-node.ts";
import { sameAtomic } from "./atomic.ts";
import type { DetectionMode, FieldChange } from "./field-change.ts";
import { itemKey, keyElement } from "./list-items.ts";
import { metadataFields } from "./metadata.ts";
import { isEmpty, isZero, sameScalar } from "./scalar.ts";

export interface CompareInput {
  /** Both redacted in the same way, of one apiVersion. */
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
  readonly schema: SchemaNode;
  readonly mode: DetectionMode;
}

export interface CompareResult {
  /** Sorted by path. */
  readonly changes: readonly FieldChange[];
  /** Fields in Git that the server's schema does not know: it drops them, so they are a fault of the source. */
  readonly unknownFields: readonly FieldPath[];
}

/**
 * Compares what Git states with what is live. A field that Git does not state is not looked at (`Declared`).
 *
 * - absent, null, and an empty list or map are one; and so is a zero where the server leaves zeros out
 * - quantities, times and byte strings are compared by value
 * - items of a `map` list are matched by their keys, of a `set` by value; `atomic` values count whole
 * - one change stands at the highest path that is wholly absent on the live side
 */
export function compare({ desired, live, schema }: CompareInput): CompareResult {
  const walk = new Walk();
  walk.object(desired, live, schema);
  if (walk.changes.length === 0) return { changes: [], unknownFields: walk.unknownFields };
  const changes = walk.changes.sort((a, b) => comparePaths(a.path, b.path));
  return { changes: withManagers(changes, live), unknownFields: walk.unknownFields };
}

/** Never compared at the top: identity, metadata (apart), and what controllers report. */
const skippedFields: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "status"]);

class Walk {
  readonly changes: FieldChange[] = [];
  readonly unknownFields: FieldPath[] = [];
  /** From the root to the value at hand; copied only where a change is found. */
  readonly #path: PathElement[] = [];

  object(desired: KubernetesObject, live: KubernetesObject, schema: SchemaNode): void {
    this.#path.push({ type: "field", name: "metadata" });
    for (const [name, field] of metadataFields) {
      this.#field(name, { desired: desired.metadata[name], live: live.metadata[name], field });
    }
    this.#path.pop();
    for (const name of Object.keys(desired)) {
      if (skippedFields.has(name)) continue;
      this.#member(name, { desired, live, schema });
    }
  }

  /** A field of a value whose schema may be a struct, or not known. */
  #member(
    name: string,
    { desired, live, schema }: { desired: JsonObject; live: JsonObject; schema: SchemaNode },
  ): void {
    const known = schema.type === "struct" ? schema.fields.get(name) : undefinedField;
    if (known === undefined && schema.type === "struct" && !schema.open) {
      if (desired[name] !== null) this.unknownFields.push([...this.#path, { type: "field", name }]);
      return;
    }
    this.#field(name, { desired: desired[name], live: own(live, name), field: known ?? undefinedField });
  }

  #field(
    name: string,
    { desired, live, field }: { desired: Json | undefined; live: Json | undefined; field: StructField },
  ): void {
    if (desired === undefined || desired === null) return;
    this.#path.push({ type: "field", name });
    if (live !== undefined && live !== null) this.#value(desired, live, field.node);
    else if (!isLeftOut(desired, field)) this.#removed(desired);
    this.#path.pop();
  }

  #value(desired: Json, live: Json, schema: SchemaNode): void {
    switch (schema.type) {
      case "scalar":
        if (!sameScalar(desired, live, schema.format)) this.#modified(desired, live);
        return;
      case "struct":
        return this.#struct(desired, live, schema);
      case "map":
        return this.#map(desired, live, schema);
      case "list":
        return this.#list(desired, live, schema);
      case "any":
        return this.#any(desired, live);
    }
  }

  #struct(desired: Json, live: Json, schema: StructNode): void {
    if (!isJsonObject(desired) || !isJsonObject(live)) return this.#mismatch(desired, live);
    if (schema.atomic) return this.#atomic(desired, live, schema);
    for (const name of Object.keys(desired)) this.#member(name, { desired, live, schema });
  }

  #map(desired: Json, live: Json, schema: MapNode): void {
    if (!isJsonObject(desired) || !isJsonObject(live)) return this.#mismatch(desired, live);
    if (schema.atomic) return this.#atomic(desired, live, schema);
    for (const name of Object.keys(desired)) {
      // A key with an empty value is a key: only null says nothing.
      this.#field(name, { desired: desired[name], live: own(live, name), field: entryOf(schema.values) });
    }
  }

  #list(desired: Json, live: Json, schema: ListNode): void {
    if (!Array.isArray(desired) || !Array.isArray(live)) return this.#mismatch(desired, live);
    switch (schema.listType) {
      case "atomic":
        return this.#atomic(desired, live, schema);
      case "set":
        return this.#set(desired, live);
      case "map":
        return this.#mapList(desired, live, schema);
    }
  }

  #set(desired: readonly Json[], live: readonly Json[]): void {
    const present = new Set(live.map((value) => JSON.stringify(value)));
    for (const value of desired) {
      if (present.has(JSON.stringify(value))) continue;
      this.#path.push({ type: "value", value });
      this.#removed(value);
      this.#path.pop();
    }
  }

  #mapList(desired: readonly Json[], live: readonly Json[], schema: ListNode): void {
    const liveByKey = new Map<string, { readonly item: Json; readonly index: number }>();
    live.forEach((item, index) => {
      const key = itemKey(item, schema.keys);
      if (!liveByKey.has(key)) liveByKey.set(key, { item, index });
    });
    let lastIndex = -1;
    let isInOrder = true;
    for (const item of desired) {
      const match = liveByKey.get(itemKey(item, schema.keys));
      this.#path.push(keyElement(item, schema.keys));
      if (match === undefined) this.#removed(item);
      else {
        isInOrder &&= match.index > lastIndex;
        lastIndex = match.index;
        this.#value(item, match.item, schema.items);
      }
      this.#path.pop();
    }
    if (schema.ordered && !isInOrder) {
      this.changes.push({
        type: "Modified",
        path: [...this.#path],
        desired,
        live,
        managers: [],
        orderOnly: true,
      });
    }
  }

  #any(desired: Json, live: Json): void {
    if (!isJsonObject(desired) || !isJsonObject(live)) return this.#atomic(desired, live, anyNode);
    for (const name of Object.keys(desired)) {
      this.#field(name, { desired: desired[name], live: own(live, name), field: undefinedField });
    }
  }

  #atomic(desired: Json, live: Json, schema: SchemaNode): void {
    if (!sameAtomic(desired, live, schema)) this.#modified(desired, live);
  }

  /** The two sides are of different shapes, or the schema is not true of them. */
  #mismatch(desired: Json, live: Json): void {
    if (isEmpty(desired) && isEmpty(live)) return;
    if (!sameAtomic(desired, live, anyNode)) this.#modified(desired, live);
  }

  #removed(desired: Json): void {
    this.changes.push({ type: "Removed", path: [...this.#path], desired });
  }

  #modified(desired: Json, live: Json): void {
    this.changes.push({ type: "Modified", path: [...this.#path], desired, live, managers: [] });
  }
}

const undefinedField: StructField = { node: anyNode, omits: "nothing" };

/** Whether "absent" is how the server writes what Git states. */
function isLeftOut(desired: Json, { omits }: StructField): boolean {
  switch (omits) {
    case "nothing":
      return false;
    case "empty":
      return isEmpty(desired);
    case "zero":
      return isZero(desired);
  }
}

function entryOf(values: SchemaNode): StructField {
  return { node: values, omits: "nothing" };
}

/** A key such as `__proto__` is data, not a way to something else. */
function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Names the managers only where something changed: decoding them costs more than comparing. */
function withManagers(changes: readonly FieldChange[], live: KubernetesObject): readonly FieldChange[] {
  const ownersOf = createOwnership(live.metadata["managedFields"], live.apiVersion);
  return changes.map((change) => {
    if (change.type === "Removed") return change;
    const managers = ownersOf(change.path).map(({ manager, operation, subresource, time }) => ({
      name: manager,
      operation,
      ...(subresource === undefined ? {} : { subresource }),
      ...(time === undefined ? {} : { time }),
    }));
    return { ...change, managers };
  });
}
