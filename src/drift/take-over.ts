/** What Git has to say so that live is right: the rollback's patch with the roles of both sides swapped. */
import type { FieldChange } from "../diff/field-change.ts";
import type { FieldPath, PathElement } from "../fieldpath/field-path.ts";
import { isJsonList, isJsonObject, type Json, type KubernetesObject } from "../resource/resource.ts";
import type { JsonPatchOperation } from "./json-patch.ts";
import { PatchDraft } from "./patch-draft.ts";
import { elementIndex, memberAt, valueAt } from "./path-walk.ts";

export interface TakeOver {
  readonly object: KubernetesObject;
  /** What makes the object of what Git states. */
  readonly operations: readonly JsonPatchOperation[];
}

/** The stated object with one change taken over from live, and nothing else of live. */
export function takeOver(change: FieldChange, stated: KubernetesObject, live: KubernetesObject): TakeOver {
  const draft = new PatchDraft(stated);
  switch (change.type) {
    case "Added":
      add(draft, change, live);
      break;
    case "Removed":
      // A parent that is gone too is what the change stands at.
      draft.remove(change.path);
      break;
    case "Modified":
      if (change.orderOnly === true) draft.reorder(change.path, live);
      else draft.put(change.path, live);
  }
  return { object: draft.object(), operations: draft.operations };
}

/** Of a parent that Git does not state either, only what leads to the change: the rest of it is no drift. */
function add(
  draft: PatchDraft,
  { path, live: value }: FieldChange & { type: "Added" },
  live: KubernetesObject,
): void {
  const stated = draft.object();
  const depth = path.findIndex((_, i) => (valueAt(stated, path.slice(0, i + 1)) ?? null) === null);
  if (depth < 0 || depth === path.length - 1) return draft.put(path, live);
  const missing = path.slice(0, depth + 1);
  draft.put(missing, withValue(live, missing, skeleton(path.slice(depth + 1), value)) as KubernetesObject); // only its inside is another
}

/** The value with what leads to it. */
function skeleton(path: FieldPath, value: Json): Json {
  return path.reduceRight<Json>((inner, element) => {
    if (element.type === "field") return { [element.name]: inner };
    if (element.type === "key" && isJsonObject(inner)) return [{ ...element.fields, ...inner }];
    return [inner];
  }, value);
}

function withValue(root: Json, [element, ...rest]: FieldPath, value: Json): Json {
  if (element === undefined) return value;
  const inner = withValue(memberAt(root, element) ?? null, rest, value);
  if (element.type === "field") return isJsonObject(root) ? { ...root, [element.name]: inner } : root;
  if (!isJsonList(root)) return root;
  const index = elementIndex(root, element);
  // A value in a set is what it is found by: it stays.
  return index < 0 || element.type === "value" ? root : root.with(index, keyed(inner, element));
}

/** An item without its key would not be found. */
function keyed(item: Json, element: PathElement): Json {
  return element.type === "key" && isJsonObject(item) ? { ...element.fields, ...item } : item;
}
