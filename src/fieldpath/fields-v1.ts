/** fieldsV1: the wire form of field sets in managedFields (structured-merge-diff, KEP-555). */
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import { sameElement } from "./compare-paths.ts";
import type { FieldPath, PathElement } from "./field-path.ts";

/** A set of fields as a tree: each node is one path; `isMember` says whether the path itself is in the set. */
export interface FieldSet {
  readonly isMember: boolean;
  readonly children: readonly { readonly element: PathElement; readonly set: FieldSet }[];
}

/** Deeper than any object that a server takes; what lies below is left out. */
const deepest = 200;

/** Reads fieldsV1. What is malformed is left out: a live object must not be able to stop the judgement of others. */
export function decodeFieldsV1(fields: Json | undefined): FieldSet {
  return decode(fields, 0);
}

function decode(fields: Json | undefined, depth: number): FieldSet {
  if (!isJsonObject(fields) || depth > deepest) return { isMember: false, children: [] };
  const children = Object.entries(fields).flatMap(([text, below]) => {
    const element = decodeElement(text);
    return element === undefined ? [] : [{ element, set: decode(below, depth + 1) }];
  });
  // Written as `{}`, or with "." beside what lies below. At the top `{}` is the empty set.
  const isMember = depth > 0 && (Object.hasOwn(fields, ".") || Object.keys(fields).length === 0);
  return { isMember, children };
}

/** One key of fieldsV1: `f:name`, `k:{…}`, `v:…`, `i:3`. Undefined if it is none of these. */
export function decodeElement(text: string): PathElement | undefined {
  const content = text.slice(2);
  switch (text.slice(0, 2)) {
    case "f:":
      return { type: "field", name: content };
    case "i:":
      return /^[0-9]+$/.test(content) ? { type: "index", index: Number(content) } : undefined;
    case "v:": {
      const value = parseJson(content);
      return value === undefined ? undefined : { type: "value", value };
    }
    case "k:": {
      const value = parseJson(content);
      return isJsonObject(value) ? { type: "key", fields: value } : undefined;
    }
    default:
      return undefined;
  }
}

/** The wire form of one element; keys of an associative list are written in the order of their names. */
export function encodeElement(element: PathElement): string {
  switch (element.type) {
    case "field":
      return `f:${element.name}`;
    case "index":
      return `i:${element.index}`;
    case "value":
      return `v:${JSON.stringify(element.value)}`;
    case "key":
      return `k:${JSON.stringify(Object.fromEntries(Object.entries(element.fields).sort(([a], [b]) => (a < b ? -1 : 1))))}`;
  }
}

/** The wire form of a set: what `decodeFieldsV1` reads. */
export function encodeFieldsV1({ isMember, children }: FieldSet): JsonObject {
  const below = children.map(({ element, set }) => [encodeElement(element), encodeFieldsV1(set)] as const);
  return Object.fromEntries(isMember && below.length > 0 ? [[".", {}], ...below] : below);
}

/**
 * Whether the set, on its wire form, holds the path or something below it; or, for a path into an atomic list, the
 * list. Of a leaf above the path nothing else follows: `f:labels: {}` is also what is left when another manager took
 * over the last label. Follows the one path, and reads nothing beside it. `texts` are the path's elements as they are
 * encoded, where several sets are asked for one path.
 */
export function touches(
  fieldsV1: Json | undefined,
  path: FieldPath,
  texts: readonly string[] = path.map(encodeElement),
): boolean {
  let node = fieldsV1;
  for (const [depth, element] of path.entries()) {
    const text = texts[depth] ?? encodeElement(element);
    const child = isJsonObject(node) ? childOf(node, element, text) : undefined;
    if (child === undefined) return depth > 0 && element.type === "index" && isMember(node);
    node = child;
  }
  return (path.length > 0 && isMember(node)) || hasChildren(node);
}

function childOf(node: JsonObject, element: PathElement, text: string): Json | undefined {
  if (Object.hasOwn(node, text)) return node[text];
  // Go and JavaScript spell fields alike, and plain values too.
  if (element.type === "field" || element.type === "index" || plainAscii.test(text)) return undefined;
  for (const [key, child] of Object.entries(node)) {
    const other = decodeElement(key);
    if (other !== undefined && sameElement(other, element)) return child;
  }
  return undefined;
}

/** What JSON is written with by everybody alike; Go escapes `<`, `>` and `&`. */
const plainAscii = /^[ -%'-;=?-~]*$/;

/** Written as `{}`, or with "." beside what lies below. */
function isMember(node: Json | undefined): boolean {
  if (!isJsonObject(node)) return false;
  if (Object.hasOwn(node, ".")) return true;
  for (const _ in node) return false;
  return true;
}

function hasChildren(node: Json | undefined): boolean {
  if (!isJsonObject(node)) return false;
  for (const key in node) if (decodeElement(key) !== undefined) return true;
  return false;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // JSON.parse answers JSON
  } catch {
    return undefined;
  }
}
