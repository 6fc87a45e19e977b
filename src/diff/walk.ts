/** Walks through both objects side by side, and notes where live is not what Git, and the server after it, say. */
import { ownMember } from "../resource/own-member.ts";
import { isJsonObject, type Json, type JsonObject, type KubernetesObject } from "../resource/resource.ts";
import { itemKey } from "../schema/item-key.ts";
import { keptField, memberField } from "../schema/member-field.ts";
import { PathStack } from "../schema/path-stack.ts";
import {
  type ListNode,
  noRoots,
  type Roots,
  type SchemaNode,
  type StructField,
  type StructNode,
} from "../schema/schema-node.ts";
import { isServerMade, sameAtomic } from "./atomic.ts";
import type { DetectionMode, FieldChange } from "./field-change.ts";
import { isAligned, matchItems } from "./list-items.ts";
import { metadataFields, systemAnnotations } from "./metadata.ts";
import { isDropped, isEmpty, isFilled, isOmitted } from "./omission.ts";
import { sameScalar } from "./scalar.ts";

/** Never compared at the top: identity, metadata (apart), and what controllers report. */
const neverCompared: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "status"]);

/** Deeper than any real object: below, values count whole, so that nobody can exhaust the stack. */
const deepest = 100;

/** One field of two objects. */
interface Field {
  readonly stated: Json | undefined;
  readonly live: Json | undefined;
  /** What Git states of the object that it is a field of. */
  readonly parent: JsonObject;
}

/** One comparison. */
export class Walk {
  /** In the order in which they were met; without managers. */
  readonly changes: FieldChange[] = [];
  readonly #path = new PathStack();
  readonly #isExact: boolean;
  #roots: Roots = noRoots;

  constructor(mode: DetectionMode) {
    this.#isExact = mode === "Exact";
  }

  object(desired: KubernetesObject, live: KubernetesObject, schema: SchemaNode): void {
    this.#roots = { desired, live };
    this.#metadata(desired.metadata, live.metadata);
    for (const name of Object.keys(desired)) {
      if (!neverCompared.has(name)) this.#member(name, fieldOf(name, desired, live), schema);
    }
    if (!this.#isExact) return;
    for (const name of Object.keys(live)) {
      if (neverCompared.has(name)) continue;
      this.#unstated(name, fieldOf(name, desired, live), memberField(schema, name) ?? keptField);
    }
  }

  #metadata(desired: JsonObject, live: JsonObject): void {
    this.#path.enterField("metadata");
    for (const [name, field] of metadataFields) {
      let { stated, live: found } = fieldOf(name, desired, live);
      if (name === "annotations" && statesSystemAnnotation(stated)) {
        found = withoutSystemAnnotations(found);
        stated = withoutSystemAnnotations(stated);
      }
      this.#field(name, { stated, live: found, parent: desired }, field);
      if (this.#isExact) this.#unstated(name, { stated, live: found, parent: desired }, field);
    }
    this.#path.leave();
  }

  #member(name: string, at: Field, schema: SchemaNode): void {
    const known = memberField(schema, name);
    // The server drops what it does not know. If it holds such a field all the same, the schema is not the newest.
    if (known !== undefined || at.live !== undefined) this.#field(name, at, known ?? keptField);
  }

  #field(name: string, at: Field, field: StructField): void {
    const { stated, live, parent } = at;
    if (stated === undefined || stated === null) return;
    if (isLeftToServer(at, field, this.#roots)) {
      if (this.#isExact) this.#unstated(name, { ...at, stated: undefined }, field);
      return;
    }
    this.#path.enterField(name);
    const before = this.changes.length;
    if (live === undefined || live === null) {
      if (!isOmitted(stated, field) && !isDropped(field, parent, this.#roots)) this.#removed(stated);
    } else {
      this.#value(stated, live, field.node);
      if (this.changes.length > before && isServerMade(live, { field, stated, parent, roots: this.#roots }))
        this.changes.length = before;
    }
    this.#path.leave();
  }

  /** What live has and Git does not state: made by the server, or added. */
  #unstated(name: string, { stated, live, parent }: Field, field: StructField): void {
    if ((stated ?? null) !== null || live === undefined || live === null || isOmitted(live, field)) return;
    const { fills } = field;
    let expected: Json | undefined;
    if (fills !== undefined && isFilled(field, parent, this.#roots)) {
      // The server's own choice: that there is one says nothing.
      if (fills.value === undefined) return;
      expected = fills.value(parent, this.#roots) ?? undefined;
      if (expected === live) return;
    }
    this.#path.enterField(name);
    if (expected === undefined) this.#addition(live, field);
    else this.#againstDefault(expected, live, field.node);
    this.#path.leave();
  }

  /** Where nothing and emptiness are one, an addition is what stands inside. */
  #addition(live: Json, { node, omits }: StructField): void {
    if (omits === "nothing") return this.#added(live);
    if (node.type === "map" && !node.atomic && isJsonObject(live)) return this.#value({}, live, node);
    if (node.type === "list" && node.listType !== "atomic" && Array.isArray(live))
      return this.#value([], live, node);
    this.#added(live);
  }

  /** Git states nothing here, so what differs from the server's own value was added. */
  #againstDefault(expected: Json, live: Json, schema: SchemaNode): void {
    const before = this.changes.length;
    this.#value(expected, live, schema);
    if (this.changes.length === before) return;
    const found = this.changes.splice(before);
    for (const change of found) {
      if (change.type === "Added") this.changes.push(change);
      // What the server would put in, and live lacks, nobody added.
      if (change.type !== "Modified") continue;
      const { path, desired, live: value } = change;
      this.changes.push({ type: "Added", path, live: value, default: desired, managers: [] });
    }
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
    // The innermost loops of Holdfast: no array is made, and a field that is the same costs two look-ups.
    let shared = 0;
    for (const name in desired) {
      const stated = desired[name] ?? null;
      const found = ownMember(live, name);
      if (stated !== null && found !== undefined) shared += 1;
      if (stated !== found || typeof stated === "object")
        this.#member(name, { stated, live: found, parent: desired }, schema);
    }
    if (!this.#isExact) {
      if (schema.type === "struct") this.#displacing(desired, live, schema);
    } else if (sizeOf(live) > shared) this.#unstatedMembers(desired, live, schema);
  }

  /** Of an object that has more fields than both sides share. */
  #unstatedMembers(desired: JsonObject, live: JsonObject, schema: SchemaNode): void {
    for (const name in live) {
      const stated = ownMember(desired, name);
      if (stated !== undefined && stated !== null) continue;
      const found = live[name];
      const field = memberField(schema, name) ?? keptField;
      // Most of what Git leaves out is a default, and most defaults are the same everywhere.
      if (found !== field.fills?.constant)
        this.#unstated(name, { stated, live: found, parent: desired }, field);
    }
  }

  /** Of two fields that exclude each other Git states one and live has the other: both must change. */
  #displacing(desired: JsonObject, live: JsonObject, { displaces }: StructNode): void {
    if (displaces === undefined) return;
    for (const name of Object.keys(live)) {
      if ((ownMember(desired, name) ?? null) !== null || !displaces(name, { desired, live })) continue;
      this.#path.enterField(name);
      this.#added(live[name] ?? null);
      this.#path.leave();
    }
  }

  #list(desired: Json, live: Json, schema: ListNode): void {
    if (schema.listType === "atomic" || !Array.isArray(desired) || !Array.isArray(live)) {
      return this.#whole(desired, live, schema);
    }
    if (isAligned(desired, live, schema.keys)) return this.#alignedItems(desired, live, schema);
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
    if (this.#isExact) this.#unstatedItems(live, matches, schema);
    else if (schema.displaces !== undefined && matches.includes(-1))
      this.#displacingItems(desired, live, schema);
  }

  /** Each item of the one list is the item of the other at the same index. */
  #alignedItems(desired: readonly Json[], live: readonly Json[], schema: ListNode): void {
    if (schema.listType === "set") return;
    for (let i = 0; i < desired.length; i++) {
      const item: Json = desired[i] ?? null;
      this.#path.enterItem(item, i, schema);
      this.#value(item, live[i] ?? null, schema.items);
      this.#path.leave();
    }
  }

  #unstatedItems(live: readonly Json[], matches: readonly number[], schema: ListNode): void {
    const missing = matches.reduce((count, match) => (match < 0 ? count + 1 : count), 0);
    if (live.length === matches.length - missing) return;
    const stated = new Set(matches);
    for (const [i, item] of live.entries()) {
      if (!stated.has(i)) this.#addedItem(item, i, schema);
    }
  }

  /** Of two items that the server does not allow side by side Git states one and live has the other. */
  #displacingItems(desired: readonly Json[], live: readonly Json[], schema: ListNode): void {
    const keyOf = (item: Json) => itemKey(item, schema.keys);
    const stated = new Set(desired.map(keyOf));
    const found = new Set(live.map(keyOf));
    const missing = desired.filter((item) => !found.has(keyOf(item)));
    for (const [i, item] of live.entries()) {
      if (stated.has(keyOf(item)) || !missing.some((absent) => schema.displaces?.(item, absent))) continue;
      this.#addedItem(item, i, schema);
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
    if (!isSame || this.changes.length > before) {
      this.changes.length = before;
      return this.#modified(desired, live);
    }
    if (!this.#isExact) return;
    for (const [i, item] of live.entries()) if (!stated.has(keyOf(item))) this.#addedItem(item, i, schema);
  }

  /** A value that is replaced as a whole, or whose two sides are of different shapes. */
  #whole(desired: Json, live: Json, schema: SchemaNode): void {
    if (!sameAtomic(desired, live, { schema, roots: this.#roots }) && !(isEmpty(desired) && isEmpty(live)))
      this.#modified(desired, live);
  }

  #addedItem(item: Json, index: number, schema: ListNode): void {
    this.#path.enterItem(item, index, schema);
    this.#added(item);
    this.#path.leave();
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

/** A zero that the server cannot tell from nothing, where it puts in a value of its own: as if Git stated nothing. */
function isLeftToServer({ stated, live, parent }: Field, field: StructField, roots: Roots): boolean {
  if (field.fills === undefined || field.fills.overrides === true || (live ?? null) === null) return false;
  return isOmitted(stated ?? null, field) && isFilled(field, parent, roots);
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

function statesSystemAnnotation(annotations: Json | undefined): boolean {
  return isJsonObject(annotations) && Object.keys(annotations).some((key) => systemAnnotations.has(key));
}

function withoutSystemAnnotations(annotations: Json | undefined): Json | undefined {
  if (!isJsonObject(annotations)) return annotations;
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !systemAnnotations.has(key)));
}

function fieldOf(name: string, desired: JsonObject, live: JsonObject): Field {
  return { stated: ownMember(desired, name), live: ownMember(live, name), parent: desired };
}

/** Counting is much quicker than looking each name up elsewhere. */
function sizeOf(object: JsonObject): number {
  let size = 0;
  for (const _ in object) size += 1;
  return size;
}
