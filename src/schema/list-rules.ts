/** What OpenAPI does not say of lists: whose order has an effect, and what an absent key field stands for. */
import { isJsonList, type Json } from "../resource/resource.ts";
import { builtInTypeKey } from "./built-in-types.ts";
import { type ListKey, noRoots, type SchemaNode } from "./schema-node.ts";

/**
 * Lists that the server merges by key but whose order has an effect, by type and field.
 * Sources: init containers run in sequence (Pod lifecycle); `$(NAME)` in a variable sees those that stand before it
 * (dependent environment variables), and of two with one name the last one counts.
 */
const orderedLists: ReadonlySet<string> = new Set([
  "core.PodSpec.initContainers",
  "core.Container.env",
  "core.EphemeralContainer.env",
]);

/** Whether the order of this `map` list's items has an effect. */
export function hasOrderedItems(typeName: string, field: string): boolean {
  return orderedLists.has(`${builtInTypeKey(typeName) ?? ""}.${field}`);
}

/** The keys that `x-kubernetes-list-map-keys` names; an absent one stands for the value that the server puts in. */
export function listKeys(names: Json | undefined, items: SchemaNode): readonly ListKey[] {
  if (!isJsonList(names)) return [];
  return names.flatMap((name) => (typeof name === "string" ? [listKey(name, items)] : []));
}

function listKey(name: string, items: SchemaNode): ListKey {
  const field = items.type === "struct" ? items.fields.get(name) : undefined;
  const defaultValue = field?.fills?.when === undefined ? field?.fills?.value?.({}, noRoots) : undefined;
  const isOmittedIfEmpty = field?.omits === "zero";
  return { name, isOmittedIfEmpty, ...(defaultValue === undefined ? {} : { defaultValue }) };
}
