/** The smallest edits of a YAML text that turn one value into another, found by walking both along the text's nodes. */
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import { alignItems } from "./align-items.ts";
import { sameValue } from "./same-value.ts";
import { columnOf, type Speller } from "./spell-yaml.ts";
import { TextLines } from "./text-lines.ts";
import type { YamlEntry, YamlList, YamlMap, YamlNode } from "./yaml-tree.ts";

/** Replaces what stands from `start` to before `end`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface EditTask {
  readonly text: string;
  readonly speller: Speller;
  readonly root: YamlNode;
  /** What the root says, and what it is to say. */
  readonly current: Json;
  readonly target: Json;
  /** So many levels below the root a value that differs is written anew as a whole. */
  readonly depth: number;
}

/** How a value is written anew where it stands; undefined if that cannot be done without what is around it. */
type Rewrite = (node: YamlNode, value: Json) => readonly Edit[] | undefined;

/** Undefined if the text is written in a way that is not known here. */
export function editsOf({
  text,
  speller,
  root,
  current,
  target,
  depth,
}: EditTask): readonly Edit[] | undefined {
  return new Editor(text, speller).change({ node: root, current, target, depth }, (node, value) => [
    { start: node.outerStart, end: node.end, text: speller.document(value) },
  ]);
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  // Edits at the same place stay in their order: what belongs to an inner block comes first.
  const sorted = edits.toSorted((a, b) => a.start - b.start);
  let edited = "";
  let at = 0;
  for (const edit of sorted) {
    edited += text.slice(at, Math.max(at, edit.start)) + edit.text;
    at = Math.max(at, edit.end);
  }
  return edited + text.slice(at);
}

interface Change {
  readonly node: YamlNode;
  readonly current: Json;
  readonly target: Json;
  readonly depth: number;
}

class Editor {
  readonly #text: string;
  readonly #speller: Speller;
  readonly #lines: TextLines;

  constructor(text: string, speller: Speller) {
    this.#text = text;
    this.#speller = speller;
    this.#lines = new TextLines(text);
  }

  change({ node, current, target, depth }: Change, rewrite: Rewrite): readonly Edit[] | undefined {
    if (sameValue(current, target)) return [];
    return (depth > 0 ? this.#inside(node, { current, target, depth }) : undefined) ?? rewrite(node, target);
  }

  /** The edits below a node; undefined if it is to be written anew. */
  #inside(node: YamlNode, { current, target, depth }: Omit<Change, "node">): readonly Edit[] | undefined {
    if (node.type === "map" && isFilledObject(current) && isFilledObject(target))
      return this.#inMap(node, { current, target, depth });
    if (node.type === "list" && isFilledList(current) && isFilledList(target))
      return this.#inList(node, { current, target, depth });
    return undefined;
  }

  #inMap(
    node: YamlMap,
    { current, target, depth }: { current: JsonObject; target: JsonObject; depth: number },
  ): readonly Edit[] | undefined {
    const edits: Edit[] = [];
    const entryOf = (key: string) => node.entries.findLast((entry) => entry.key === key);
    const goes = (entry: YamlEntry) => !Object.hasOwn(target, entry.key) && entry.key !== "<<";
    const kept = node.entries.filter((entry) => !goes(entry));
    if (kept.length === 0) return undefined;
    for (const key of Object.keys(current)) {
      const entry = entryOf(key);
      const value = memberOf(target, key);
      // What a merge key brings cannot be taken away here.
      if (value === undefined && entry === undefined) return undefined;
      if (entry === undefined || value === undefined) continue;
      const change = {
        node: entry.value,
        current: memberOf(current, key) ?? null,
        target: value,
        depth: depth - 1,
      };
      const inner = this.change(change, (_, anew) => this.#rewriteEntry(node, { entry, value: anew }));
      if (inner === undefined) return undefined;
      edits.push(...inner);
    }
    for (const entry of node.entries) {
      if (!goes(entry)) continue;
      const removal = node.isFlow
        ? this.#cutFlow(pieces(node), node.entries.indexOf(entry))
        : this.#cutEntry(node, entry);
      if (removal === undefined) return undefined;
      edits.push(removal);
    }
    const added = Object.keys(target).filter(
      (key) => entryOf(key) === undefined && !sameValue(memberOf(current, key), memberOf(target, key)),
    );
    const last = kept.at(-1);
    if (added.length > 0 && last !== undefined) {
      const column = columnOf(this.#text, kept[0]?.keyNode.outerStart ?? 0);
      edits.push(this.#insertEntries(node, { last, column, added, target }));
    }
    return edits;
  }

  #insertEntries(
    node: YamlMap,
    {
      last,
      column,
      added,
      target,
    }: { last: YamlEntry; column: number; added: readonly string[]; target: JsonObject },
  ): Edit {
    const values = added.map((key) => [key, memberOf(target, key) ?? null] as const);
    if (!node.isFlow) {
      const texts = values.map(([key, value]) => this.#speller.entry(key, value, column));
      return this.#insertLines(endOf(last), { column, texts });
    }
    const separator = this.#flowSeparator(pieces(node));
    const texts = values.map(([key, value]) => separator + this.#speller.flowEntry(key, value, column));
    return insertion(endOf(last), texts.join(""));
  }

  #inList(
    node: YamlList,
    { current, target, depth }: { current: readonly Json[]; target: readonly Json[]; depth: number },
  ): readonly Edit[] | undefined {
    const edits: Edit[] = [];
    const { start, changed, removed, added } = alignItems(current, target);
    if (removed === current.length) return undefined;
    const dashes = node.isFlow ? [] : this.#lines.dashes(node);
    if (dashes === undefined || node.items.length !== current.length) return undefined;
    for (let i = start; i < start + changed; i++) {
      const item = node.items[i];
      if (item === undefined) return undefined;
      const change = { node: item, current: current[i] ?? null, target: target[i] ?? null, depth: depth - 1 };
      const inner = this.change(change, (_, value) =>
        this.#rewriteItem(node, { item, value, dash: dashes[i] }),
      );
      if (inner === undefined) return undefined;
      edits.push(...inner);
    }
    for (let i = start + changed; i < start + changed + removed; i++) {
      const item = node.items[i];
      const removal = node.isFlow ? this.#cutFlow(pieces(node), i) : this.#cutItem(dashes[i], item);
      if (removal === undefined) return undefined;
      edits.push(removal);
    }
    const values = target.slice(start + changed, start + changed + added);
    if (values.length > 0) {
      const insertion = this.#insertItems(node, { at: start + changed, values, dashes });
      if (insertion === undefined) return undefined;
      edits.push(insertion);
    }
    return edits;
  }

  #insertItems(
    node: YamlList,
    { at, values, dashes }: { at: number; values: readonly Json[]; dashes: readonly number[] },
  ): Edit | undefined {
    const before = node.items[at - 1];
    const first = node.items[0];
    if (first === undefined) return undefined;
    if (node.isFlow) {
      const column = columnOf(this.#text, first.outerStart);
      const separator = this.#flowSeparator(pieces(node));
      const texts = values.map((value) => this.#speller.flow(value, column));
      if (before === undefined)
        return insertion(first.outerStart, texts.map((text) => text + separator).join(""));
      return insertion(before.end, texts.map((text) => separator + text).join(""));
    }
    const column = columnOf(this.#text, node.start);
    const texts = values.map((value) => this.#speller.item(value, column));
    if (before === undefined) {
      const start = this.#lines.ownLine(node.start);
      const text = texts.map((item) => " ".repeat(column) + item + this.#lines.end).join("");
      return start === undefined ? undefined : insertion(start, text);
    }
    return this.#insertLines(Math.max(before.end, (dashes[at - 1] ?? 0) + 1), { column, texts });
  }

  #rewriteEntry(
    node: YamlMap,
    { entry, value }: { entry: YamlEntry; value: Json },
  ): readonly Edit[] | undefined {
    const colon = this.#text.indexOf(":", entry.keyNode.end);
    if (colon < 0) return undefined;
    const column = columnOf(this.#text, entry.keyNode.outerStart);
    const inPlace = this.#rewriteInPlace(node, { node: entry.value, value, column });
    if (inPlace !== undefined || node.isFlow) return inPlace;
    const written = this.#speller.entry("k", value, column).slice("k:".length);
    return [{ start: colon + 1, end: Math.max(colon + 1, entry.value.end), text: written }];
  }

  #rewriteItem(
    list: YamlList,
    { item, value, dash }: { item: YamlNode; value: Json; dash: number | undefined },
  ): readonly Edit[] | undefined {
    const column = columnOf(this.#text, list.isFlow ? item.outerStart : list.start);
    const inPlace = this.#rewriteInPlace(list, { node: item, value, column });
    if (inPlace !== undefined || dash === undefined) return inPlace;
    const written = this.#speller.item(value, column).slice("-".length);
    return [{ start: dash + 1, end: Math.max(dash + 1, item.end), text: written }];
  }

  /** What is and stays on one line, and all that stands in flow style. */
  #rewriteInPlace(
    parent: YamlMap | YamlList,
    { node, value, column }: { node: YamlNode; value: Json; column: number },
  ): readonly Edit[] | undefined {
    if (node.start < 0) return undefined;
    const { outerStart: start, end } = node;
    if (parent.isFlow) {
      const scalar =
        node.type === "scalar" && node.style !== "plain"
          ? this.#speller.scalar(value, node.style)
          : undefined;
      return [{ start, end, text: scalar ?? this.#speller.flow(value, column) }];
    }
    if (node.type === "scalar" && node.style === "block") return undefined;
    if (node.type !== "scalar" && node.type !== "alias") return undefined;
    const text = this.#speller.scalar(value, node.type === "scalar" ? node.style : "plain");
    return text === undefined ? undefined : [{ start, end, text }];
  }

  /** A block entry with its lines; the first of an item, which stands behind the dash, leaves the dash to the next. */
  #cutEntry(node: YamlMap, entry: YamlEntry): Edit | undefined {
    const { outerStart } = entry.keyNode;
    const start = this.#lines.ownLine(outerStart);
    if (start !== undefined) return { start, end: this.#lines.nextLine(endOf(entry)), text: "" };
    const next = node.entries[node.entries.indexOf(entry) + 1];
    return next === undefined ? undefined : { start: outerStart, end: next.keyNode.outerStart, text: "" };
  }

  #cutItem(dash: number | undefined, item: YamlNode | undefined): Edit | undefined {
    const start = dash === undefined ? undefined : this.#lines.ownLine(dash);
    if (dash === undefined || start === undefined || item === undefined) return undefined;
    return { start, end: this.#lines.nextLine(Math.max(item.end, dash + 1)), text: "" };
  }

  /** With the comma before it; the first with the one behind it. */
  #cutFlow(all: readonly Piece[], index: number): Edit | undefined {
    const [before, piece, next] = [all[index - 1], all[index], all[index + 1]];
    if (piece === undefined) return undefined;
    if (before !== undefined) return { start: before.end, end: piece.end, text: "" };
    return next === undefined ? undefined : { start: piece.start, end: next.start, text: "" };
  }

  /** As between the others: on a line of its own where they are. */
  #flowSeparator([first, second]: readonly Piece[]): string {
    if (first === undefined) return ", ";
    if (this.#lines.ownLine(first.start) !== undefined)
      return `,${this.#lines.newLine(columnOf(this.#text, first.start))}`;
    return second !== undefined && this.#text.slice(first.end, second.start) === "," ? "," : ", ";
  }

  /** Behind the line of the offset, so that a comment stays with what it is on; a last line may have no end. */
  #insertLines(
    offset: number,
    { column, texts }: { readonly column: number; readonly texts: readonly string[] },
  ): Edit {
    const start = this.#lines.nextLine(offset);
    const indent = " ".repeat(column);
    return this.#text[start - 1] === "\n"
      ? insertion(start, texts.map((text) => indent + text + this.#lines.end).join(""))
      : insertion(start, texts.map((text) => this.#lines.end + indent + text).join(""));
  }
}

interface Piece {
  readonly start: number;
  readonly end: number;
}

function pieces(node: YamlMap | YamlList): readonly Piece[] {
  if (node.type === "list") return node.items.map(({ outerStart, end }) => ({ start: outerStart, end }));
  return node.entries.map((entry) => ({ start: entry.keyNode.outerStart, end: endOf(entry) }));
}

/** An empty value has the colon for an end. */
function endOf({ keyNode, value }: YamlEntry): number {
  return value.start < 0 ? keyNode.end + 1 : value.end;
}

function insertion(start: number, text: string): Edit {
  return { start, end: start, text };
}

/** A key may be called `constructor`. */
function memberOf(value: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function isFilledObject(value: Json): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).length > 0;
}

function isFilledList(value: Json): value is readonly Json[] {
  return Array.isArray(value) && value.length > 0;
}
