/** The rollback as a guarded JSON Patch (RFC 6902): exactly the recorded changes, and nothing else. */
import type { FieldChange } from "../diff/field-change.ts";
import type { FieldPath, PathElement } from "../fieldpath/field-path.ts";
import { isJsonObject, type Json, type KubernetesObject } from "../resource/resource.ts";

/** One operation of RFC 6902, as far as rollbacks need them. */
export type JsonPatchOperation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string };

export interface RollbackPatchInput {
  /** From `compare`; paths only are used of them, since their values are redacted. */
  readonly changes: readonly FieldChange[];
  /** The unredacted desired object: every value that is written comes from here. */
  readonly desired: KubernetesObject;
  /** The live object that the changes are against; for its version, and to find list items. */
  readonly live: KubernetesObject;
}

/**
 * The operations that make live say what Git says, at the changed paths alone.
 *
 * The first one replaces resourceVersion by the one that was judged: the server answers 409 if the object has moved
 * since, also if it was deleted and made anew (a `test` would answer 422, which cannot be told from a bad patch).
 *
 * Operations are made against a copy that each of them is applied to, so indices are those that the server will see.
 */
export function rollbackPatch({ changes, desired, live }: RollbackPatchInput): readonly JsonPatchOperation[] {
  const resourceVersion = live.metadata.resourceVersion ?? "";
  const operations: JsonPatchOperation[] = [
    { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
  ];
  const source = withStringData(desired);
  const draft = new Draft(live, operations);
  // Lists first: an order is restored by moving whole items, which changes the indices of everything in them.
  for (const change of changes) if (isReorder(change)) draft.reorder(change.path, source);
  for (const change of changes) {
    if (isReorder(change)) continue;
    if (change.type === "Added") draft.remove(change.path);
    else draft.put(change.path, source);
  }
  return operations;
}

/** The body that creates a missing object anew: what Git states, without what only the server may say. */
export function recreateBody(desired: KubernetesObject): KubernetesObject {
  const { status: _, ...body } = desired;
  const { uid, resourceVersion, creationTimestamp, generation, managedFields, selfLink, ...metadata } =
    desired.metadata;
  // Only server-owned fields were taken out; the three that make an object are still there.
  return { ...body, metadata } as KubernetesObject;
}

/** Mutable JSON, for the draft alone. */
type Draftable = null | boolean | number | string | Draftable[] | { [field: string]: Draftable };

class Draft {
  readonly #root: Draftable;
  readonly #operations: JsonPatchOperation[];

  constructor(live: KubernetesObject, operations: JsonPatchOperation[]) {
    this.#root = structuredClone(live) as Draftable; // a copy of JSON is JSON
    this.#operations = operations;
  }

  /** Puts the desired value at the path; parents that are gone are put back with it. */
  put(path: FieldPath, desired: KubernetesObject): void {
    let live = this.#root;
    let wanted: Json = desired;
    let pointer = "";
    for (const [depth, element] of path.entries()) {
      const next = child(wanted, element);
      if (next === undefined) return;
      const at = locate(live, element);
      const isLast = depth === path.length - 1;
      if (at === undefined) return;
      if (at.type === "absent")
        return this.#add({ parent: live, pointer, element, siblings: wanted, value: next });
      pointer += `/${escapePointer(at.token)}`;
      if (isLast) return this.#replace(live, { pointer, token: at.token, value: next });
      live = at.value;
      wanted = next;
    }
  }

  remove(path: FieldPath): void {
    let live = this.#root;
    let pointer = "";
    for (const [depth, element] of path.entries()) {
      const at = locate(live, element);
      if (at === undefined || at.type === "absent") return;
      pointer += `/${escapePointer(at.token)}`;
      if (depth === path.length - 1) {
        this.#operations.push({ op: "remove", path: pointer });
        if (Array.isArray(live)) live.splice(Number(at.token), 1);
        else if (isDraftObject(live)) delete live[at.token];
        return;
      }
      live = at.value;
    }
  }

  /** Brings the items that Git states into Git's order; what Git does not state stays, behind them. */
  reorder(path: FieldPath, desired: KubernetesObject): void {
    const wanted = valueAt(desired, path);
    const found = this.#find(path);
    if (!Array.isArray(wanted) || found === undefined || !Array.isArray(found.value)) return;
    const items = found.value;
    const stated = (wanted as readonly Json[]).flatMap((item) => {
      const name = isJsonObject(item) ? item["name"] : undefined;
      const index = items.findIndex((candidate) => isDraftObject(candidate) && candidate["name"] === name);
      const match = items[index];
      return match === undefined ? [] : [match];
    });
    const order = [...stated, ...items.filter((item) => !stated.includes(item))];
    items.splice(0, items.length, ...order);
    this.#operations.push({ op: "replace", path: found.pointer, value: structuredClone(order) });
  }

  #find(path: FieldPath): { readonly value: Draftable; readonly pointer: string } | undefined {
    let value = this.#root;
    let pointer = "";
    for (const element of path) {
      const at = locate(value, element);
      if (at === undefined || at.type === "absent") return undefined;
      pointer += `/${escapePointer(at.token)}`;
      value = at.value;
    }
    return { value, pointer };
  }

  #replace(
    parent: Draftable,
    { pointer, token, value }: { pointer: string; token: string; value: Json },
  ): void {
    this.#operations.push({ op: "replace", path: pointer, value });
    const copy = structuredClone(value) as Draftable; // a copy of JSON is JSON
    if (Array.isArray(parent)) parent[Number(token)] = copy;
    else if (isDraftObject(parent)) parent[token] = copy;
  }

  #add(step: {
    parent: Draftable;
    pointer: string;
    element: PathElement;
    siblings: Json;
    value: Json;
  }): void {
    const { parent, pointer, element, siblings, value } = step;
    const copy = structuredClone(value) as Draftable; // a copy of JSON is JSON
    if (Array.isArray(parent)) {
      const index = insertionIndex(parent, { element, siblings });
      parent.splice(index, 0, copy);
      this.#operations.push({ op: "add", path: `${pointer}/${index}`, value });
    } else if (isDraftObject(parent) && element.type === "field") {
      parent[element.name] = copy;
      this.#operations.push({ op: "add", path: `${pointer}/${escapePointer(element.name)}`, value });
    }
  }
}

type Location =
  | { readonly type: "present"; readonly token: string; readonly value: Draftable }
  | { readonly type: "absent" };

/** Where an element stands in a value. A field that is null is absent: the server holds nothing there. */
function locate(value: Draftable, element: PathElement): Location | undefined {
  if (element.type === "field") {
    if (!isDraftObject(value)) return undefined;
    const next = Object.hasOwn(value, element.name) ? value[element.name] : undefined;
    return next === undefined || next === null
      ? { type: "absent" }
      : { type: "present", token: element.name, value: next };
  }
  if (!Array.isArray(value)) return undefined;
  const index = indexOf(value, element);
  const item = value[index];
  return item === undefined ? { type: "absent" } : { type: "present", token: String(index), value: item };
}

function indexOf(list: readonly Json[], element: Exclude<PathElement, { type: "field" }>): number {
  switch (element.type) {
    case "index":
      return element.index;
    case "value":
      return list.findIndex((item) => JSON.stringify(item) === JSON.stringify(element.value));
    case "key":
      return list.findIndex((item) => hasKey(item, element.fields));
  }
}

/** A key field that the item leaves out stands for the default that the path already holds. */
function hasKey(item: Json, fields: { readonly [key: string]: Json }): boolean {
  if (!isJsonObject(item)) return false;
  const names = Object.keys(fields);
  return (
    names.every((name) => item[name] === undefined || item[name] === null || item[name] === fields[name]) &&
    names.some((name) => item[name] === fields[name])
  );
}

/** Behind the nearest item that precedes it in Git and is live; at the head if there is none. */
function insertionIndex(
  list: readonly Json[],
  { element, siblings }: { element: PathElement; siblings: Json },
): number {
  if (element.type === "field" || !Array.isArray(siblings)) return list.length;
  const stated = siblings as readonly Json[]; // Array.isArray does not narrow a readonly union
  const own = indexOf(stated, element);
  for (let i = own - 1; i >= 0; i--) {
    const before = stated[i];
    const name = isJsonObject(before) ? before["name"] : undefined;
    const index = list.findIndex((item) =>
      name === undefined
        ? JSON.stringify(item) === JSON.stringify(before)
        : isJsonObject(item) && item["name"] === name,
    );
    if (index >= 0) return index + 1;
  }
  // Lists whose items have no name have no order either: behind everything is where a deliverer would add.
  const first = stated[own];
  return isJsonObject(first) && first["name"] !== undefined ? 0 : list.length;
}

function child(value: Json, element: PathElement): Json | undefined {
  if (element.type === "field") {
    return isJsonObject(value) && Object.hasOwn(value, element.name) ? value[element.name] : undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const list = value as readonly Json[]; // Array.isArray does not narrow a readonly union
  return list[indexOf(list, element)];
}

function valueAt(object: KubernetesObject, path: FieldPath): Json | undefined {
  let value: Json | undefined = object;
  for (const element of path) {
    if (value === undefined) return undefined;
    value = child(value, element);
  }
  return value;
}

function isReorder(change: FieldChange): boolean {
  return change.type === "Modified" && change.orderOnly === true;
}

/** What `stringData` states is written as `data`: that is where the server keeps it, and where the change stands. */
function withStringData(desired: KubernetesObject): KubernetesObject {
  const { stringData, ...rest } = desired;
  if (desired.kind !== "Secret" || desired.apiVersion !== "v1" || !isJsonObject(stringData)) return desired;
  const encoded = Object.entries(stringData).map(([key, value]) => [key, toBase64(String(value))] as const);
  const data = isJsonObject(rest["data"]) ? rest["data"] : {};
  // Only stringData was taken out; the three fields that make an object are still there.
  return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } } as KubernetesObject;
}

function toBase64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function isDraftObject(value: Draftable): value is { [field: string]: Draftable } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** RFC 6901. */
function escapePointer(token: string): string {
  return token.replaceAll("~", "~0").replaceAll("/", "~1");
}
