/** Walks through what Git states, and notes where live differs. */
import { isJsonObject, type Json, type JsonObject, type KubernetesObject } from "../resource/resource.ts";
import { itemKey } from "../schema/item-key.ts";
import { PathStack } from "../schema/path-stack.ts";
import {
  anyNode,
  type ListNode,
  type SchemaNode,
  type StructField,
  type StructNode,
} from "../schema/schema-node.ts";
import { isServerMade, sameAtomic } from "./atomic.ts";
import type { FieldChange } from "./field-change.ts";
import { matchItems } from "./list-items.ts";
import { metadataFields, systemAnnotations } from "./metadata.ts";
import { isEmpty, isOmitted } from "./omission.ts";
import { sameScalar } from "./scalar.ts";

/** Never compared at the top: identity, metadata (apart), and what controllers report. */
const neverCompared: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "status"]);

/** Deeper than any real object: below, values count whole, so that nobody can exhaust the stack. */
const deepest = 100;

const keptField: StructField = { node: anyNode, omits: "nothing" };

/** One comparison in mode `Declared`. */
export class DeclaredWalk {
  /** In the order in which they were met; without managers. */
  readonly changes: FieldChange[] = [];
  readonly #path = new PathStack();

  object(desired: KubernetesObject, live: KubernetesObject, schema: SchemaNode): void {
    this.#path.enterField("metadata");
    for (const [name, field] of metadataFields) {
      const value = own(desired.metadata, name);
      const stated = name === "annotations" ? withoutSystemAnnotations(value) : value;
      this.#field(name, { stated, live: own(live.metadata, name), field, parent: desired.metadata });
    }
    this.#path.leave();
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
    this.#path.enterField(name);
    const before = this.changes.length;
    if (live === undefined || live === null) {
      if (!isOmitted(stated, field)) this.#removed(stated);
    } else {
      this.#value(stated, live, field.node);
      if (this.changes.length > before && isServerMade(live, at)) this.changes.length = before;
    }
    this.#path.leave();
  }

  #value(desired: Json, live: Json, schema: SchemaNode): void {
    if (this.#path.depth > deepest) return this.#whole(desired, live, schema);
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
      if ((own(desired, name) ?? null) !== null || !displaces(name, { desired, live })) continue;
      this.#path.enterField(name);
      this.#added(live[name] ?? null);
      this.#path.leave();
    }
  }

  #list(desired: Json, live: Json, schema: ListNode): void {
    if (schema.listType === "atomic" || !Array.isArray(desired) || !Array.isArray(live)) {
      return this.#whole(desired, live, schema);
    }
    const matches = matchItems(desired, live, schema.keys);
    if (matches === undefined) return this.#ambiguousList(desired, live, schema);
    for (let i = 0; i < desired.length; i++) {
      const item: Json = desired[i] ?? null;
      const match: Json | undefined = live[matches[i] ?? -1];
      this.#path.enterItem(item, i, schema);
      if (match === undefined) this.#removed(item);
      else if (schema.listType === "map") this.#value(item, match, schema.items);
      this.#path.leave();
    }
    if (schema.ordered && !isAscending(matches)) this.#reordered(desired, live);
    if (schema.displaces !== undefined && matches.includes(-1)) this.#displacingItems(desired, live, schema);
  }

  /** Of two items that the server does not allow side by side Git states one and live has the other. */
  #displacingItems(desired: readonly Json[], live: readonly Json[], schema: ListNode): void {
    const keyOf = (item: Json) => itemKey(item, schema.keys);
    const stated = new Set(desired.map(keyOf));
    const found = new Set(live.map(keyOf));
    const missing = desired.filter((item) => !found.has(keyOf(item)));
    for (const [i, item] of live.entries()) {
      if (stated.has(keyOf(item)) || !missing.some((absent) => schema.displaces?.(item, absent))) continue;
      this.#path.enterItem(item, i, schema);
      this.#added(item);
      this.#path.leave();
    }
  }

  /**
   * Items that share a key, or have none, have no path of their own. The first of a key is compared with the first, and
   * so on; if anything differs, the list is the change.
   */
  #ambiguousList(desired: readonly Json[], live: readonly Json[], schema: ListNode): void {
    const keyOf = (item: Json) => itemKey(item, schema.keys);
    const stated = Map.groupBy(desired, keyOf);
    if (schema.listType === "set" || stated.has(undefined)) return this.#whole(desired, live, schema);
    const related = live.filter((item) => stated.has(keyOf(item)));
    const found = Map.groupBy(related, keyOf);
    const before = this.changes.length;
    let isSame = !schema.ordered || sameKeys(desired.map(keyOf), related.map(keyOf));
    for (const [key, items] of stated) {
      const others = found.get(key) ?? [];
      isSame &&= items.length === others.length;
      for (const [i, item] of items.entries()) {
        this.#path.enterItem(item, i, schema);
        this.#value(item, others[i] ?? null, schema.items);
        this.#path.leave();
      }
    }
    if (isSame && this.changes.length === before) return;
    this.changes.length = before;
    this.#modified(desired, live);
  }

  /** A value that is replaced as a whole, or whose two sides are of different shapes. */
  #whole(desired: Json, live: Json, schema: SchemaNode): void {
    if (!sameAtomic(desired, live, schema) && !(isEmpty(desired) && isEmpty(live)))
      this.#modified(desired, live);
  }

  #added(live: Json): void {
    this.changes.push({ type: "Added", path: this.#path.toPath(), live, managers: [] });
  }

  #removed(desired: Json): void {
    this.changes.push({ type: "Removed", path: this.#path.toPath(), desired });
  }

  #modified(desired: Json, live: Json): void {
    this.changes.push({ type: "Modified", path: this.#path.toPath(), desired, live, managers: [] });
  }

  #reordered(desired: Json, live: Json): void {
    this.changes.push({
      type: "Modified",
      path: this.#path.toPath(),
      desired,
      live,
      managers: [],
      orderOnly: true,
    });
  }
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

function sameKeys(a: readonly unknown[], b: readonly unknown[]): boolean {
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
