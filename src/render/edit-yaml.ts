/** Changes an object inside a YAML or JSON text, and leaves the text around the changes as it is. */
import { isJsonList, isJsonObject, type Json, type KubernetesObject } from "../resource/resource.ts";
import { parseKubernetesYaml, type YamlDocument } from "./kubernetes-yaml.ts";
import { sameValue } from "./same-value.ts";
import { isJson, spellerOf } from "./spell-yaml.ts";
import { applyEdits, editsOf } from "./yaml-edits.ts";
import { type YamlNode, yamlTree } from "./yaml-tree.ts";

/** Which object of the file is meant. */
export interface PlaceInFile {
  /** The line, from 1, at which its document begins. */
  readonly line: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Of an item of a list; one that states none is meant by any. */
  readonly namespace: string;
}

/** Deeper than any field that is worth a try of its own. */
const deepest = 24;

/** The object as the text has it; undefined if it is not there. */
export function objectInText(text: string, place: PlaceInFile): KubernetesObject | undefined {
  return find(text.slice(...documentSpan(text, place.line)), place)?.object;
}

/**
 * The text in which the object is the target, and all else is as it was; undefined if there is no such text to be had.
 * What comes out is read again before it is believed: where a small edit would say something else (an anchor that
 * others refer to), the block around it is written anew, at last the whole document.
 */
export function editYaml(text: string, place: PlaceInFile, target: KubernetesObject): string | undefined {
  const [start, end] = documentSpan(text, place.line);
  const edited = editDocument(text.slice(start, end), place, target);
  if (edited === undefined) return undefined;
  const needsLineEnd = end < text.length && !edited.endsWith("\n");
  return `${text.slice(0, start)}${edited}${needsLineEnd ? "\n" : ""}${text.slice(end)}`;
}

/**
 * From the marker before a line to the one behind it. Wherever `---` begins a line, a document does: neither quotes
 * nor blocks of text may hold one. So each is read for itself, and a long file not again for every change.
 */
function documentSpan(text: string, line: number): readonly [number, number] {
  const lineStart = line <= 1 ? 0 : offsetOfLine(text, line);
  let start = 0;
  for (const { index } of text.matchAll(/^(---|\.\.\.)(?=\s|$)/gm)) {
    if (index > lineStart) return [start, index];
    start = index;
  }
  return [start, text.length];
}

function offsetOfLine(text: string, line: number): number {
  let at = 0;
  for (let i = 1; i < line; i++) {
    const end = text.indexOf("\n", at);
    if (end < 0) return text.length;
    at = end + 1;
  }
  return at;
}

function editDocument(text: string, place: PlaceInFile, target: KubernetesObject): string | undefined {
  const found = find(text, place);
  if (found === undefined) return undefined;
  const wanted = found.withObject(target);
  const speller = spellerOf(text, found.root);
  let last: string | undefined;
  for (let depth = deepest; depth >= 0; depth--) {
    const edits = editsOf({ text, speller, root: found.root, current: found.value, target: wanted, depth });
    const edited = edits === undefined ? undefined : applyEdits(text, edits);
    if (edited === undefined || edited === last) continue;
    last = edited;
    if (says(edited, { like: text, documents: found.documents.with(found.index, wanted) })) return edited;
  }
  return undefined;
}

interface Found {
  readonly documents: readonly Json[];
  readonly index: number;
  readonly root: YamlNode;
  /** Of the document. */
  readonly value: Json;
  readonly object: KubernetesObject;
  withObject(object: KubernetesObject): Json;
}

function find(text: string, place: PlaceInFile): Found | undefined {
  const parsed = parseKubernetesYaml(text);
  if (parsed.type === "Invalid") return undefined;
  const roots = yamlTree(text);
  const index = indexOf(parsed.documents, place.line);
  const value = parsed.documents[index]?.value;
  const only = roots.length === 1 && parsed.documents.length === 1 ? roots[0] : undefined;
  const root = only ?? roots.find((node) => lineAt(text, node.start) === place.line);
  if (value === undefined || root === undefined) return undefined;
  const documents = parsed.documents.map((document) => document.value);
  const items = itemsOf(value);
  if (items === undefined) {
    if (!isMeant(value, place)) return undefined;
    return { documents, index, root, value, object: value, withObject: (object) => object };
  }
  const at = itemIndex(items, place);
  const object = items[at];
  if (object === undefined || !isMeant(object, place) || !isJsonObject(value)) return undefined;
  const withObject = (item: Json) => ({ ...value, items: items.with(at, item) });
  return { documents, index, root, value, object, withObject };
}

/** A single document may begin behind comments and blank lines that nobody counted. */
function indexOf(documents: readonly YamlDocument[], line: number): number {
  return documents.length === 1
    ? 0
    : documents.findIndex((document) => document.line === line && isJsonObject(document.value));
}

function itemsOf(value: Json): readonly Json[] | undefined {
  if (!isJsonObject(value)) return undefined;
  const { kind, items } = value;
  if (typeof kind !== "string" || !kind.endsWith("List")) return undefined;
  return isJsonList(items) ? items : undefined;
}

/** One that states the namespace comes before one that leaves it open. */
function itemIndex(items: readonly Json[], place: PlaceInFile): number {
  const states = (item: Json) => isMeant(item, place) && item.metadata.namespace === place.namespace;
  const exact = items.findIndex(states);
  return exact >= 0
    ? exact
    : items.findIndex((item) => isMeant(item, place) && item.metadata.namespace === undefined);
}

function isMeant(value: Json, { apiVersion, kind, name }: PlaceInFile): value is KubernetesObject {
  return (
    isJsonObject(value) &&
    value["apiVersion"] === apiVersion &&
    value["kind"] === kind &&
    isJsonObject(value["metadata"]) &&
    value["metadata"]["name"] === name
  );
}

/** Whether the text holds these documents, and is JSON if the other one is. */
function says(
  text: string,
  { like, documents }: { readonly like: string; readonly documents: readonly Json[] },
): boolean {
  const parsed = parseKubernetesYaml(text);
  if (parsed.type === "Invalid" || parsed.documents.length !== documents.length) return false;
  if (isJson(like) && !isJson(text)) return false;
  return parsed.documents.every(({ value }, i) => sameValue(value, documents[i]));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, Math.max(0, offset)).split("\n").length;
}
