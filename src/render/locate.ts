/** Where a field stands in the file that it comes from. */
import type { FieldPath, PathElement } from "../fieldpath/field-path.ts";
import type { Json } from "../resource/resource.ts";
import { type YamlNode, yamlTree } from "./yaml-tree.ts";

/** Which object of the file is meant. */
export interface ObjectPlace {
  /** The line, from 1, at which its document begins. */
  readonly line: number;
  readonly kind: string;
  readonly name: string;
}

/**
 * The line, from 1, of a field in a YAML or JSON text; of the nearest field above it, where it does not stand there
 * itself. Undefined if the object is not there.
 */
export function locateField(text: string, place: ObjectPlace, path: FieldPath): number | undefined {
  const lines = lineStarts(text);
  const root = yamlTree(text).find((node) => lineOf(lines, firstOffset(node)) === place.line);
  const object = root === undefined ? undefined : objectIn(root, place);
  if (object === undefined) return undefined;
  let node: YamlNode = object;
  let offset = firstOffset(object);
  for (const element of path) {
    const found = childOf(node, element);
    if (found === undefined) break;
    ({ node, offset } = found);
  }
  return lineOf(lines, offset);
}

/** The document's own object, or one item of the list that the document is. */
function objectIn(root: YamlNode, { kind, name }: ObjectPlace): YamlNode | undefined {
  const items = valueAt(root, "items");
  if (items?.type !== "list" || !scalarAt(root, "kind")?.endsWith("List")) return root;
  const named = items.items.filter((item) => {
    const metadata = valueAt(item, "metadata");
    return metadata !== undefined && scalarAt(metadata, "name") === name;
  });
  return named.find((item) => scalarAt(item, "kind") === kind) ?? named[0];
}

interface Found {
  readonly node: YamlNode;
  /** Of the key, or of the item. */
  readonly offset: number;
}

function childOf(node: YamlNode, element: PathElement): Found | undefined {
  if (element.type === "field") {
    const entry = node.type === "map" ? node.entries.findLast(({ key }) => key === element.name) : undefined;
    return entry === undefined ? undefined : { node: entry.value, offset: entry.keyStart };
  }
  if (node.type !== "list") return undefined;
  const item = element.type === "index" ? node.items[element.index] : itemOf(node.items, element);
  return item === undefined ? undefined : { node: item, offset: firstOffset(item) };
}

function itemOf(
  items: readonly YamlNode[],
  element: Exclude<PathElement, { type: "field" | "index" }>,
): YamlNode | undefined {
  if (element.type === "value")
    return items.find((item) => item.type === "scalar" && isWritten(item.text, element.value));
  const keys = Object.entries(element.fields);
  const states = (item: YamlNode, [name, value]: readonly [string, Json]) => {
    const text = scalarAt(item, name);
    return text !== undefined && isWritten(text, value);
  };
  // A key field that the manifest leaves out has its default in the path.
  const isPossible = (item: YamlNode) =>
    keys.every((key) => scalarAt(item, key[0]) === undefined || states(item, key)) &&
    keys.some((key) => states(item, key));
  return items.find((item) => keys.every((key) => states(item, key))) ?? items.find(isPossible);
}

function isWritten(text: string, value: Json): boolean {
  return text === (typeof value === "string" ? value : JSON.stringify(value));
}

function valueAt(node: YamlNode, field: string): YamlNode | undefined {
  return node.type === "map" ? node.entries.findLast(({ key }) => key === field)?.value : undefined;
}

function scalarAt(node: YamlNode, field: string): string | undefined {
  const value = valueAt(node, field);
  return value?.type === "scalar" ? value.text : undefined;
}

/** A block mapping begins where its first key does. */
function firstOffset(node: YamlNode): number {
  if (node.type === "map" && node.start < 0) return node.entries[0]?.keyStart ?? 0;
  return node.start;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** How many lines begin at or before the offset. */
function lineOf(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
