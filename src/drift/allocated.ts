/** Values that the server chose, and lets anybody change: remembered, so that such a change is seen. */

import { matchItems } from "../diff/list-items.ts";
import { isFilled } from "../diff/omission.ts";
import type { FieldPath } from "../fieldpath/field-path.ts";
import { formatPath, parsePath } from "../fieldpath/format-path.ts";
import {
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
  refOf,
} from "../resource/resource.ts";
import { PathStack } from "../schema/path-stack.ts";
import type { ListNode, Roots, SchemaNode } from "../schema/schema-node.ts";
import { elementIndex, valueAt } from "./path-walk.ts";

/** By path, as `formatPath` writes it. */
export type AllocatedValues = Readonly<Record<string, Json>>;

/** The kinds that have such values: node ports and address families, and the class of an Ingress. */
const kinds: ReadonlySet<string> = new Set(["/Service", "networking.k8s.io/Ingress"]);

/** Deeper than any of them stands. */
const deepest = 20;

/**
 * What the server chose for an object that is in sync, where Git leaves the choice to it and the value can be changed
 * on the object (`mutable` in the table of defaults); and what was remembered before, as it is live now.
 */
export function allocatedValues(
  sides: { readonly desired: KubernetesObject; readonly live: KubernetesObject },
  schema: SchemaNode,
  before: AllocatedValues = {},
): AllocatedValues | undefined {
  const { group, kind } = refOf(sides.live);
  if (!kinds.has(`${group}/${kind}`)) return undefined;
  const search = new Search(sides);
  search.members(sides.desired, sides.live, schema);
  const kept = Object.keys(before).flatMap((path) => {
    const value = valueAt(sides.live, parsePath(path)) ?? undefined;
    return value === undefined ? [] : [[path, value] as const];
  });
  const found = [...kept, ...search.found];
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/**
 * What Git says, with the remembered values where it leaves the choice to the server: compared so, a value that
 * somebody changed differs, and is put back. An item that Git states no longer gets none.
 */
export function withAllocated(desired: KubernetesObject, allocated: AllocatedValues): KubernetesObject {
  let stated: KubernetesObject = desired;
  for (const [text, value] of Object.entries(allocated)) {
    const path = parsePath(text);
    const parent = valueAt(stated, path.slice(0, -1));
    if (!isJsonObject(parent) || (valueAt(stated, path) ?? undefined) !== undefined) continue;
    // Only a field below the top is set: what makes an object stays.
    stated = withValue(stated, path, value) as KubernetesObject;
  }
  return stated;
}

/** A copy along the path; all else is shared. */
function withValue(target: Json | undefined, path: FieldPath, value: Json): Json {
  const [element, ...rest] = path;
  if (element === undefined) return value;
  if (element.type === "field") {
    const object = isJsonObject(target) ? target : {};
    return { ...object, [element.name]: withValue(object[element.name], rest, value) };
  }
  const items = isJsonList(target) ? target : [];
  const index = elementIndex(items, element);
  return items.map((item, i) => (i === index ? withValue(item, rest, value) : item));
}

class Search {
  readonly found: (readonly [string, Json])[] = [];
  readonly #roots: Roots;
  readonly #path = new PathStack();

  constructor(roots: Roots) {
    this.#roots = roots;
  }

  members(desired: JsonObject, live: JsonObject, schema: SchemaNode): void {
    if (schema.type !== "struct" || this.#path.depth > deepest) return;
    for (const [name, field] of schema.fields) {
      const [stated, found] = [desired[name] ?? undefined, live[name] ?? undefined];
      if (found === undefined) continue;
      this.#path.enterField(name);
      const { fills } = field;
      if (stated === undefined && fills?.mutable === true && fills.value === undefined) {
        if (isFilled(field, desired, this.#roots)) this.found.push([formatPath(this.#path.toPath()), found]);
      } else if (field.node.type === "list") this.#items(stated, found, field.node);
      else if (isJsonObject(stated) && isJsonObject(found)) this.members(stated, found, field.node);
      this.#path.leave();
    }
  }

  #items(desired: Json | undefined, live: Json, schema: ListNode): void {
    if (schema.listType !== "map" || !isJsonList(desired) || !isJsonList(live)) return;
    const matches = matchItems(desired, live, schema.keys);
    for (const [i, item] of desired.entries()) {
      const match = live[matches?.[i] ?? -1];
      if (!isJsonObject(item) || !isJsonObject(match)) continue;
      this.#path.enterItem(item, i, schema);
      this.members(item, match, schema.items);
      this.#path.leave();
    }
  }
}
