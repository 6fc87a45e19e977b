/** A copy of a live object that a patch is worked out on: every operation is applied to it as it is written down. */
import type { FieldPath, PathElement } from "../fieldpath/field-path.ts";
import { isJsonList, isJsonObject, type Json, type KubernetesObject } from "../resource/resource.ts";
import type { JsonPatchOperation } from "./json-patch.ts";
import { elementIndex, memberAt, siblingElement, valueAt } from "./path-walk.ts";

/** Mutable JSON. */
type Draft = null | boolean | number | string | Draft[] | { [field: string]: Draft };

export class PatchDraft {
  readonly operations: JsonPatchOperation[] = [];
  readonly #root: Draft;

  constructor(live: KubernetesObject) {
    this.#root = copyOf(live);
  }

  /** As the operations have made it so far. */
  object(): KubernetesObject {
    // No operation takes away what makes an object.
    return structuredClone(this.#root) as KubernetesObject;
  }

  /** The server answers 409 unless the object is still of this version. */
  guard(resourceVersion: string): void {
    this.operations.push({ op: "replace", path: "/metadata/resourceVersion", value: resourceVersion });
  }

  /** Puts the desired value at the path. A change stands at the highest absent path, so its parent is there. */
  put(path: FieldPath, desired: KubernetesObject): void {
    let parent = this.#root;
    let wanted: Json = desired;
    let pointer = "";
    for (const [depth, element] of path.entries()) {
      const value = memberAt(wanted, element);
      if (value === undefined) return;
      const token = tokenOf(parent, element);
      if (token === undefined) return this.#add({ parent, pointer, element, value, siblings: wanted });
      pointer += `/${escapeToken(token)}`;
      if (depth === path.length - 1) {
        this.operations.push({ op: "replace", path: pointer, value });
        return assign(parent, token, copyOf(value));
      }
      parent = childOf(parent, token);
      wanted = value;
    }
  }

  /** Replaces what stands at the path. */
  write(path: FieldPath, value: Json): void {
    const found = this.#find(path);
    if (found === undefined) return;
    this.operations.push({ op: "replace", path: found.pointer, value });
    assign(found.parent, found.token, copyOf(value));
  }

  remove(path: FieldPath): void {
    const found = this.#find(path);
    if (found === undefined) return;
    const { parent, token, pointer } = found;
    this.operations.push({ op: "remove", path: pointer });
    if (Array.isArray(parent)) parent.splice(Number(token), 1);
    else if (isDraftObject(parent)) delete parent[token];
  }

  /** Brings the items that Git states into Git's order. What Git does not state stays behind the item it stands behind. */
  reorder(path: FieldPath, desired: KubernetesObject): void {
    const wanted = valueAt(desired, path);
    const found = this.#find(path);
    const items = found === undefined ? undefined : childOf(found.parent, found.token);
    if (found === undefined || !Array.isArray(items) || !Array.isArray(wanted)) return;
    const order = inOrderOf(wanted, items);
    this.operations.push({ op: "replace", path: found.pointer, value: structuredClone(order) });
    items.splice(0, items.length, ...order);
  }

  #find(
    path: FieldPath,
  ): { readonly parent: Draft; readonly token: string; readonly pointer: string } | undefined {
    let parent = this.#root;
    let pointer = "";
    for (const [depth, element] of path.entries()) {
      const token = tokenOf(parent, element);
      if (token === undefined) return undefined;
      pointer += `/${escapeToken(token)}`;
      if (depth === path.length - 1) return { parent, token, pointer };
      parent = childOf(parent, token);
    }
    return undefined;
  }

  #add(at: { parent: Draft; pointer: string; element: PathElement; value: Json; siblings: Json }): void {
    const { parent, pointer, element, value, siblings } = at;
    if (Array.isArray(parent)) {
      const index = insertionIndex(parent, { element, siblings });
      this.operations.push({ op: "add", path: `${pointer}/${index}`, value });
      parent.splice(index, 0, copyOf(value));
    } else if (isDraftObject(parent) && element.type === "field") {
      this.operations.push({ op: "add", path: `${pointer}/${escapeToken(element.name)}`, value });
      assign(parent, element.name, copyOf(value));
    }
  }
}

/** Behind the nearest item that stands before it in Git and is live; else before the first that stands behind it. */
function insertionIndex(
  list: readonly Json[],
  { element, siblings }: { element: PathElement; siblings: Json },
): number {
  if (!isJsonList(siblings)) return list.length;
  const own = elementIndex(siblings, element);
  const liveIndexOf = (item: Json): number => elementIndex(list, siblingElement(item, element));
  const before = siblings
    .slice(0, own)
    .reverse()
    .map(liveIndexOf)
    .find((index) => index >= 0);
  if (before !== undefined) return before + 1;
  return (
    siblings
      .slice(own + 1)
      .map(liveIndexOf)
      .find((index) => index >= 0) ?? list.length
  );
}

/** Ordered lists are all keyed by name. */
function inOrderOf(wanted: readonly Json[], items: readonly Draft[]): Draft[] {
  const nameOf = (item: Json | undefined): Json | undefined =>
    isJsonObject(item) ? item["name"] : undefined;
  const stated = new Set(wanted.map(nameOf));
  // Each item that Git states takes along those behind it that Git does not state.
  const groups: { readonly name: Json | undefined; readonly items: Draft[] }[] = [
    { name: undefined, items: [] },
  ];
  for (const item of items) {
    const name = nameOf(item);
    if (stated.has(name)) groups.push({ name, items: [item] });
    else groups.at(-1)?.items.push(item);
  }
  const [head, ...rest] = groups;
  const rank = new Map(wanted.map((item, index) => [nameOf(item), index]));
  rest.sort((a, b) => (rank.get(a.name) ?? 0) - (rank.get(b.name) ?? 0));
  return [...(head?.items ?? []), ...rest.flatMap((group) => group.items)];
}

/** Where an element stands. A field that is null is absent: the server holds nothing there. */
function tokenOf(value: Draft, element: PathElement): string | undefined {
  if (element.type === "field") {
    if (!isDraftObject(value) || !Object.hasOwn(value, element.name)) return undefined;
    return value[element.name] === null ? undefined : element.name;
  }
  if (!Array.isArray(value)) return undefined;
  const index = elementIndex(value, element);
  return index < 0 || index >= value.length ? undefined : String(index);
}

function childOf(parent: Draft, token: string): Draft {
  if (Array.isArray(parent)) return parent[Number(token)] ?? null;
  return isDraftObject(parent) ? (parent[token] ?? null) : null;
}

function assign(parent: Draft, token: string, value: Draft): void {
  if (Array.isArray(parent)) parent[Number(token)] = value;
  // Not by assignment: a key may be called `__proto__`.
  else if (isDraftObject(parent)) {
    Object.defineProperty(parent, token, { value, enumerable: true, configurable: true, writable: true });
  }
}

function copyOf(value: Json): Draft {
  return structuredClone(value) as Draft; // a copy of JSON is JSON
}

function isDraftObject(value: Draft): value is { [field: string]: Draft } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** RFC 6901. */
function escapeToken(token: string): string {
  return token.replaceAll("~", "~0").replaceAll("/", "~1");
}
