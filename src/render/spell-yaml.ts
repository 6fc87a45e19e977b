/** Values as text, in the manner of the file that they are put into. */
import { dump } from "js-yaml";
import { isJsonObject, type Json } from "../resource/resource.ts";
import type { ScalarStyle, YamlNode } from "./yaml-tree.ts";

/** What is written stands behind what is there already; lines after the first are indented by `column`. */
export interface Speller {
  /** `key: value` on lines of its own. */
  entry(key: string, value: Json, column: number): string;
  /** `- value` on lines of its own. */
  item(value: Json, column: number): string;
  /** A whole document. */
  document(value: Json): string;
  /** Inside of braces or brackets. */
  flow(value: Json, column: number): string;
  flowEntry(key: string, value: Json, column: number): string;
  /** On one line, quoted as the scalar was that stood there; undefined if it takes more than one. */
  scalar(value: Json, style: ScalarStyle): string | undefined;
}

export function spellerOf(text: string, root: YamlNode): Speller {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const options = { noRefs: true, lineWidth: 120, seqNoIndent: hasListsAtTheColumnOfTheirKey(text, root) };
  const block = (value: Json) => dump(value, options).trimEnd();
  const json = isJson(text) ? jsonSpeller(text) : undefined;
  const indented = (lines: string, column: number) => indent(lines, column).replaceAll("\n", end);
  const flow = (value: Json) => dump(value, { ...options, lineWidth: -1, flowLevel: 0 }).trimEnd();
  return {
    entry: (key, value, column) => indented(block({ [key]: value }), column),
    item: (value, column) => indented(block([value]), column),
    document: (value) => json?.(value, 0) ?? indented(block(value), 0),
    // Alone, a text may be plain that has to be quoted inside of brackets.
    flow: (value, column) => json?.(value, column) ?? flow([value]).slice(1, -1).trim(),
    flowEntry: (key, value, column) =>
      json === undefined
        ? flow({ [key]: value })
            .slice(1, -1)
            .trim()
        : `${JSON.stringify(key)}:${json.space}${json(value, column)}`,
    scalar(value, style) {
      if (typeof value !== "string")
        return isJsonObject(value) || Array.isArray(value) ? undefined : block(value);
      if (json !== undefined || unprintable.test(value)) return doubleQuoted(value);
      if (value.includes("\n")) return undefined;
      if (style === "double") return doubleQuoted(value);
      if (style === "single") return `'${value.replaceAll("'", "''")}'`;
      const plain = block(value);
      return plain.includes("\n") ? undefined : plain;
    },
  };
}

/** All that a text could steer a terminal with, but line ends. */
const unprintable = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u;

/** As JSON and YAML read it, and nothing in it steers a terminal. */
function doubleQuoted(value: string): string {
  return JSON.stringify(value).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

interface JsonSpeller {
  (value: Json, column: number): string;
  /** Behind the colon. */
  readonly space: "" | " ";
}

/** As far indented as the file is; on one line, if the file is. */
function jsonSpeller(text: string): JsonSpeller {
  const unit = /^[[{]\s*\n([ \t]+)/.exec(text.trimStart())?.[1];
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const spell = (value: Json, column: number) =>
    indent(JSON.stringify(value, null, unit), column).replaceAll("\n", end);
  return Object.assign(spell, {
    space: unit !== undefined || /":\s/.test(text) ? (" " as const) : ("" as const),
  });
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Every line but the first, and empty ones. */
function indent(lines: string, column: number): string {
  return lines.replaceAll(/\n(?=[^\n])/g, `\n${" ".repeat(column)}`);
}

/** `- a` under `key:` without indentation, as kubectl writes it. */
function hasListsAtTheColumnOfTheirKey(text: string, node: YamlNode): boolean {
  if (node.type === "list") return node.items.some((item) => hasListsAtTheColumnOfTheirKey(text, item));
  if (node.type !== "map" || node.isFlow) return false;
  return node.entries.some(
    ({ keyStart, value }) =>
      (value.type === "list" && !value.isFlow && columnOf(text, value.start) === columnOf(text, keyStart)) ||
      hasListsAtTheColumnOfTheirKey(text, value),
  );
}

export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

export function lineStart(text: string, offset: number): number {
  return offset <= 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}
