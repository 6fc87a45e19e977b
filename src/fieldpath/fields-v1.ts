/** fieldsV1: the wire form of field sets in managedFields (structured-merge-diff, KEP-555). */
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import { sameElement } from "./compare-paths.ts";
import type { FieldPath, PathElement } from "./field-path.ts";

/** A set of fields as a tree: each node is one path; `isMember` says whether the path itself is in the set. */
export interface FieldSet {
  readonly isMember: boolean;
  readonly children: readonly { readonly element: PathElement; readonly set: FieldSet }[];
}

const deepest = 100;

/** Reads fieldsV1. What is malformed is left out: a live object must not be able to stop the judgement of others. */
export function decodeFieldsV1(fields: Json | undefined): FieldSet {
  return decode(fields, { isMember: false, depth: 0 });
}

function decode(
  fields: Json | undefined,
  at: { readonly isMember: boolean; readonly depth: number },
): FieldSet {
  if (!isJsonObject(fields) || at.depth > deepest) return { isMember: at.isMember, children: [] };
  const children: { element: PathElement; set: FieldSet }[] = [];
  let isMember = at.isMember;
  for (const [text, below] of Object.entries(fields)) {
    if (text === ".") {
      isMember = true;
      continue;
    }
    const element = decodeElement(text);
    // A leaf is written as `{}`; a node with children is a member only if it holds ".".
    const isLeaf = !isJsonObject(below) || Object.keys(below).length === 0;
    if (element !== undefined)
      children.push({ element, set: decode(below, { isMember: isLeaf, depth: at.depth + 1 }) });
  }
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
export function encodeFieldsV1(set: FieldSet): JsonObject {
  const fields: Record<string, Json> = {};
  for (const { element, set: below } of set.children) {
    const inner = encodeFieldsV1(below);
    fields[encodeElement(element)] =
      below.isMember && below.children.length > 0 ? { ".": {}, ...inner } : inner;
  }
  return fields;
}

/** Whether the set holds the path, something below it, or a leaf above it (an atomic value that contains it). */
export function touches(set: FieldSet, path: FieldPath): boolean {
  let node = set;
  for (const element of path) {
    const child = node.children.find((candidate) => sameElement(candidate.element, element));
    if (child === undefined) return node !== set && node.isMember && node.children.length === 0;
    node = child.set;
  }
  return node.isMember || node.children.length > 0;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // JSON.parse answers JSON
  } catch {
    return undefined;
  }
}
