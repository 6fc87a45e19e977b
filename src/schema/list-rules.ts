/** What OpenAPI does not say of lists: whose order has an effect, and what an absent key field means. */
import type { Json } from "../resource/resource.ts";
import type { SchemaNode } from "./schema-node.ts";

/**
 * Lists that the server merges by key but whose order has an effect, by type and field.
 * Sources: Pod lifecycle (init containers run in sequence), dependent environment variables (`$(NAME)` sees what
 * stands before it).
 */
const orderedLists: ReadonlySet<string> = new Set([
  "io.k8s.api.core.v1.PodSpec.initContainers",
  "io.k8s.api.core.v1.Container.env",
  "io.k8s.api.core.v1.EphemeralContainer.env",
]);

/** Whether the order of this `map` list's items has an effect. */
export function hasOrderedItems(typeAndField: string): boolean {
  return orderedLists.has(typeAndField);
}

/**
 * Fields that are keys and that the server fills in. The documents give them as `default` on the field for the port
 * types and for custom resources; these are the ones where they do not.
 * Source: `x-kubernetes-list-map-keys` of the 1.36 documents, and the server's answers to objects that omit them.
 */
const builtInKeyDefaults: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["io.k8s.api.core.v1.ContainerPort.protocol", "TCP"],
  ["io.k8s.api.core.v1.ServicePort.protocol", "TCP"],
]);

/** The value that an absent key field stands for. */
export function keyDefault(items: SchemaNode, key: string): { readonly defaultValue?: Json } {
  if (items.type !== "struct") return {};
  const defaultValue = builtInKeyDefaults.get(`${items.name}.${key}`) ?? items.fields.get(key)?.defaultValue;
  return defaultValue === undefined ? {} : { defaultValue };
}
