/** The comparison of desired with live: schema-driven, field by field, without a word to anybody else. */
import { comparePaths } from "../fieldpath/compare-paths.ts";
import type { FieldPath, PathElement } from "../fieldpath/field-path.ts";
import { createOwnership } from "../fieldpath/managed-fields.ts";
import { isJsonObject, type Json, type JsonObject, type KubernetesObject } from "../resource/resource.ts";
import { itemKey, keyElement } from "../schema/item-key.ts";
import {
  anyNode,
  type ListNode,
  type SchemaNode,
  type StructField,
  type StructNode,
} from "../schema/schema-node.ts";
import { unknownFields } from "../schema/unknown-fields.ts";
import { isServerMade, sameAtomic } from "./atomic.ts";
import type { DetectionMode, FieldChange } from "./field-change.ts";
import { matchItems } from "./list-items.ts";
import { metadataFields, systemAnnotations } from "./metadata.ts";
import { isEmpty, isOmitted } from "./omission.ts";
import { sameScalar } from "./scalar.ts";
import { withStringDataFolded } from "./secret.ts";

export interface CompareInput {
  /** Both of one apiVersion, and redacted in the same way or not at all. */
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
  readonly schema: SchemaNode;
  /** `Exact` needs tables that are not here yet: whoever reads it from a user refuses it. */
  readonly mode: DetectionMode;
}

export interface CompareResult {
  /** Definite, sorted by path. */
  readonly changes: readonly FieldChange[];
  /** Findings that may be our own fault, and findings that are no drift for a reason. In mode `Declared` there are none. */
  readonly doubtful: readonly FieldChange[];
  readonly excused: readonly ExcusedChange[];
  /** Fields in Git that the server's schema does not know: it drops them, so they are a fault of the source. */
  readonly unknownFields: readonly FieldPath[];
}

export interface ExcusedChange {
  readonly change: FieldChange;
  readonly reason: string;
}

/**
 * Compares what Git states with what is live. A field that Git does not state is not looked at (`Declared`), but where
 * it has taken the place of a stated one: of a probe's handlers, or two ports of one name, the server allows one.
 *
 * - null and absent are one; so is a stated zero or emptiness where the server leaves it out
 * - quantities, times and byte strings are compared by value
 * - items of a `map` list are matched by their keys, of a `set` by value; `atomic` values count whole
 * - one change stands at the highest path that is wholly absent on the live side
 *
 * Never throws, whatever the objects hold. Managers are looked up only where something changed.
 */
export function compare({ desired, live, schema }: CompareInput): CompareResult {
  const stated = withStringDataFolded(desired);
  const walk = new Walk();
  walk.object(stated, live, schema);
  return {
    changes: withManagers(
      walk.changes.sort((a, b) => comparePaths(a.path, b.path)),
      live,
    ),
    doubtful: [],
    excused: [],
    unknownFields: unknownFields(stated, schema),
  };
}

/** Never compared at the top: identity, metadata (apart), and what controllers report. */
const neverCompared: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "status"]);

/** Deeper than any real object: below, values count whole, so that nobody can exhaust the stack. */
const deepest = 100;

const keptField: StructField = { node: anyNode, omits: "nothing" };

class Walk {
  readonly changes: FieldChange[] = [];
  /** From the root to the value at hand; copied only where a change is found. */
  readonly #path: PathElement[] = [];

  object(desired: KubernetesObject, live: KubernetesObject, schema: SchemaNode): void {
    this.#path.push({ type: "field", name: "metadata" });
    for (const [name, field] of metadataFields) {
      const value = own(desired.metadata, name);
      const stated = name === "annotations" ? withoutSystemAnnotations(value) : value;
      this.#field(name, { stated, live: own(live.metadata, name), field, parent: desired.metadata });
    }
    this.#path.pop();
    for (const name of Object.keys(desired)) {
      if (!neverCompared.has(name)) this.#member(name, { desired, live, schema });
    }
  }

  #member(
    name: string,
    { desired, live, schema }: { desired: JsonObject; live: JsonObject; schema: SchemaNode },
  ): void {
    const found = own(live, name);
    const known = fieldOf(schema, name);
    // The server drops what it does not know. If it holds such a field all the same, the schema is not the newest.
    if (known === undefined && found === undefined) return;
    this.#field(name, { stated: desired[name], live: found, field: known ?? keptField, parent: desired });
  }

  #field(
    name: string,
    at: { stated: Json | undefined; live: Json | undefined; field: StructField; parent: JsonObject },
  ): void {
    const { stated, live, field } = at;
    if (stated === undefined || stated === null) return;
    this.#path.push({ type: "field", name });
    const before = this.changes.length;
    if (live === undefined || live === null) {
      if (!isOmitted(stated, field)) this.#removed(stated);
    } else {
      this.value(stated, live, field.node);
      if (this.changes.length > before && isServerMade(live, at)) this.changes.length = before;
    }
    this.#path.pop();
  }

  value(desired: Json, live: Json, schema: SchemaNode): void {
    if (this.#path.length > deepest) return this.#whole(desired, live, schema);
    switch (schema.type) {
      case "scalar":
        if (!sameScalar(desired, live, schema.format)) this.#modified(desired, live);
        return;
      case "struct":
      case "map":
        if (schema.atomic) return this.#whole(desired, live, schema);
        return this.#members(desired, live, schema);
      case "any":
        return this.#members(desired, live, schema);
      case "list":
        return this.#list(desired, live, schema);
    }
  }

  #members(desired: Json, live: Json, schema: SchemaNode): void {
    if (!isJsonObject(desired) || !isJsonObject(live)) return this.#whole(desired, live, schema);
    for (const name of Object.keys(desired)) this.#member(name, { desired, live, schema });
    if (schema.type === "struct") this.#displacing(desired, live, schema);
  }

  /** Of two fields that exclude each other Git states one and live has the other: both must change. */
  #displacing(desired: JsonObject, live: JsonObject, { displaces }: StructNode): void {
    if (displaces === undefined) return;
    for (const name of Object.keys(live)) {
      if ((desired[name] ?? null) !== null || !displaces(name, { desired, live })) continue;
      this.#added({ type: "field", name }, live[name] ?? null);
    }
  }

  #list(desired: Json, live: Json, schema: ListNode): void {
    if (!Array.isArray(desired) || !Array.isArray(live) || schema.listType === "atomic") {
      return this.#whole(desired, live, schema);
    }
    const matches = matchItems(desired, live, schema.keys);
    if (matches === undefined) return this.#ambiguousList(desired, live, schema);
    for (const [i, item] of desired.entries()) {
      const match = live[matches[i] ?? -1];
      this.#path.push(keyElement(item, schema.keys));
      if (match === undefined) this.#removed(item);
      else if (schema.listType === "map") this.value(item, match, schema.items);
      this.#path.pop();
    }
    if (schema.ordered && !isAscending(matches)) this.#reordered(desired, live);
    const { displaces } = schema;
    if (displaces === undefined || !matches.includes(-1)) return;
    const missing = desired.filter((_, i) => matches[i] === -1);
    for (const [index, item] of live.entries()) {
      if (matches.includes(index) || !missing.some((stated) => displaces(item, stated))) continue;
      this.#added(keyElement(item, schema.keys), item);
    }
  }

  /**
   * Items that share a key have no path of their own. The first is compared with the first, and so on; if anything
   * differs, the list is the change.
   */
  #ambiguousList(desired: readonly Json[], live: readonly Json[], schema: ListNode): void {
    const liveByKey = Map.groupBy(live, (item) => itemKey(item, schema.keys));
    const same = [...Map.groupBy(desired, (item) => itemKey(item, schema.keys))].every(([key, items]) => {
      const others = liveByKey.get(key) ?? [];
      return (
        items.length === others.length &&
        items.every((item, i) => isKept(item, others[i] ?? null, schema.items))
      );
    });
    const keys = new Set(desired.map((item) => itemKey(item, schema.keys)));
    const order = (items: readonly Json[]) =>
      items.map((item) => itemKey(item, schema.keys)).filter((key) => keys.has(key));
    if (!same || (schema.ordered && !sameOrder(order(desired), order(live)))) this.#modified(desired, live);
  }

  /** A value that is replaced as a whole, or whose two sides are of different shapes. */
  #whole(desired: Json, live: Json, schema: SchemaNode): void {
    if (!sameAtomic(desired, live, schema) && !(isEmpty(desired) && isEmpty(live)))
      this.#modified(desired, live);
  }

  #added(element: PathElement, live: Json): void {
    this.changes.push({ type: "Added", path: [...this.#path, element], live, managers: [] });
  }

  #removed(desired: Json): void {
    this.changes.push({ type: "Removed", path: [...this.#path], desired });
  }

  #modified(desired: Json, live: Json): void {
    this.changes.push({ type: "Modified", path: [...this.#path], desired, live, managers: [] });
  }

  #reordered(desired: Json, live: Json): void {
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

/** Whether everything that Git states of one item stands in another. */
function isKept(desired: Json, live: Json, schema: SchemaNode): boolean {
  const walk = new Walk();
  walk.value(desired, live, schema);
  return walk.changes.length === 0;
}

function isAscending(matches: readonly number[]): boolean {
  let last = -1;
  for (const match of matches) {
    if (match < 0) continue;
    if (match < last) return false;
    last = match;
  }
  return true;
}

function sameOrder(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i]);
}

/** How a member of an object is compared; undefined if the server would drop it. */
function fieldOf(schema: SchemaNode, name: string): StructField | undefined {
  switch (schema.type) {
    case "struct":
      return schema.fields.get(name) ?? (schema.open ? keptField : undefined);
    case "map":
      // A key with an empty value is a key: only null says nothing.
      return { node: schema.values, omits: "nothing" };
    case "any":
    case "scalar":
    case "list":
      return keptField;
  }
}

function withoutSystemAnnotations(annotations: Json | undefined): Json | undefined {
  if (!isJsonObject(annotations) || !Object.keys(annotations).some((key) => systemAnnotations.has(key)))
    return annotations;
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !systemAnnotations.has(key)));
}

/** A key such as `__proto__` is data, not a way to something else. */
function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Names the managers only where something changed: decoding them costs more than comparing. */
function withManagers(changes: readonly FieldChange[], live: KubernetesObject): readonly FieldChange[] {
  if (changes.length === 0) return changes;
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
