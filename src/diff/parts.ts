/** The parts of a value, as far as the server keeps track of them one by one. */
import type { FieldPath, PathElement } from "../fieldpath/field-path.ts";
import { isJsonList, isJsonObject, type Json } from "../resource/resource.ts";
import { keyElement } from "../schema/item-key.ts";
import { anyNode, type ListNode, type SchemaNode } from "../schema/schema-node.ts";
import { metadataFields } from "./metadata.ts";

export interface Part {
  readonly path: FieldPath;
  readonly value: Json;
  readonly node: SchemaNode;
}

/** Deeper than any real object: below, a value counts whole. */
const deepest = 100;

const metadataNodes: ReadonlyMap<string, SchemaNode> = new Map(
  metadataFields.map(([name, { node }]) => [name, node]),
);

/** What the schema says of the value at a path. */
export function nodeAt(schema: SchemaNode, path: FieldPath): SchemaNode {
  const [first, second] = path;
  const isMetadata = first?.type === "field" && first.name === "metadata";
  if (!isMetadata) return path.reduce(stepInto, schema);
  if (second?.type !== "field") return anyNode;
  return path.slice(2).reduce(stepInto, metadataNodes.get(second.name) ?? anyNode);
}

/** Fields and items; undefined for what is one: a scalar, emptiness, a value that is replaced as a whole. */
export function partsOf({ path, value, node }: Part): readonly Part[] | undefined {
  if (path.length > deepest) return undefined;
  if (isJsonObject(value)) {
    if (node.type === "scalar" || node.type === "list" || (node.type !== "any" && node.atomic))
      return undefined;
    const parts = Object.entries(value).map(([name, member]) =>
      partAt({ path, node }, { type: "field", name }, member),
    );
    return parts.length === 0 ? undefined : parts;
  }
  if (!isJsonList(value) || value.length === 0) return undefined;
  if (node.type !== "list" || node.listType === "atomic") return undefined;
  const parts = value.map((item) => partAt({ path, node }, keyElement(item, node.keys), item));
  return isDistinct(value, node) ? parts : undefined;
}

/** Every value that has an owner of its own. */
export function* leavesOf(part: Part): Generator<Part> {
  const parts = partsOf(part);
  if (parts === undefined) yield part;
  else for (const inner of parts) yield* leavesOf(inner);
}

function partAt(
  { path, node }: { readonly path: FieldPath; readonly node: SchemaNode },
  element: PathElement,
  value: Json,
): Part {
  return { path: [...path, element], value, node: stepInto(node, element) };
}

export function stepInto(node: SchemaNode, element: PathElement): SchemaNode {
  switch (node.type) {
    case "struct":
      return (element.type === "field" ? node.fields.get(element.name)?.node : undefined) ?? anyNode;
    case "map":
      return node.values;
    case "list":
      return node.items;
    case "any":
    case "scalar":
      return anyNode;
  }
}

/** Items that cannot be told apart have no paths of their own. */
function isDistinct(items: readonly Json[], { keys }: ListNode): boolean {
  const seen = new Set(items.map((item) => JSON.stringify(keyElement(item, keys))));
  return seen.size === items.length;
}
