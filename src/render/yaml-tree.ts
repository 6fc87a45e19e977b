/** A YAML text as nodes that know where they stand in it: for telling the line of a field, and for changing one. */
import {
  COLLECTION_STYLE_FLOW,
  type CollectionStyle,
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE_DOUBLE_QUOTED,
  SCALAR_STYLE_FOLDED_BLOCK,
  SCALAR_STYLE_LITERAL_BLOCK,
  SCALAR_STYLE_PLAIN,
  SCALAR_STYLE_SINGLE_QUOTED,
  type ScalarEvent,
} from "js-yaml";

/** From the first character of a node, its anchor, tag and quotes included, to behind its last one. */
interface Span {
  readonly outerStart: number;
  readonly end: number;
}

/** `start` is the offset of its first character, -1 for an empty scalar. */
export type YamlNode =
  | (Span & { readonly type: "map"; readonly start: number; readonly isFlow: boolean } & {
      readonly entries: readonly YamlEntry[];
    })
  | (Span & { readonly type: "list"; readonly start: number; readonly isFlow: boolean } & {
      readonly items: readonly YamlNode[];
    })
  | (Span & {
      readonly type: "scalar";
      readonly start: number;
      readonly text: string;
      readonly style: ScalarStyle;
    })
  | (Span & { readonly type: "alias"; readonly start: number });

export type YamlMap = Extract<YamlNode, { type: "map" }>;
export type YamlList = Extract<YamlNode, { type: "list" }>;
export type ScalarStyle = "plain" | "single" | "double" | "block";

export interface YamlEntry {
  /** As it is written; empty for a key that is no scalar. */
  readonly key: string;
  readonly keyStart: number;
  readonly keyNode: YamlNode;
  readonly value: YamlNode;
}

/** As deep as `parseKubernetesYaml` goes. */
const maxDepth = 100;

/** The root of each document that holds anything; none if the text is no YAML. */
export function yamlTree(text: string): readonly YamlNode[] {
  let events: readonly Event[];
  try {
    events = parseEvents(text, { maxDepth });
  } catch {
    return [];
  }
  const reader = new TreeReader(text, events);
  return reader.documents();
}

class TreeReader {
  readonly #text: string;
  readonly #events: readonly Event[];
  #at = 0;
  /** Behind what was read last: an empty scalar stands there. */
  #end = 0;

  constructor(text: string, events: readonly Event[]) {
    this.#text = text;
    this.#events = events;
  }

  documents(): readonly YamlNode[] {
    const roots: YamlNode[] = [];
    for (let event = this.#next(); event !== undefined; event = this.#next()) {
      if (event.type !== EVENT_DOCUMENT) continue;
      roots.push(...this.#children());
    }
    return roots;
  }

  #next(): Event | undefined {
    return this.#events[this.#at++];
  }

  /** Up to the event that closes what was opened last. */
  #children(): readonly YamlNode[] {
    const nodes: YamlNode[] = [];
    for (let event = this.#next(); event !== undefined && event.type !== EVENT_POP; event = this.#next()) {
      const node = this.#node(event);
      if (node !== undefined) nodes.push(node);
    }
    return nodes;
  }

  #node(event: Event): YamlNode | undefined {
    switch (event.type) {
      case EVENT_MAPPING: {
        const { start, isFlow, outerStart, children } = this.#collection(event);
        const entries = entriesOf(children);
        const first = start < 0 ? (entries[0]?.keyStart ?? start) : start;
        return {
          type: "map",
          start,
          isFlow,
          entries,
          outerStart: Math.min(outerStart, first),
          end: this.#end,
        };
      }
      case EVENT_SEQUENCE: {
        const { start, isFlow, outerStart, children } = this.#collection(event);
        return { type: "list", start, isFlow, items: children, outerStart, end: this.#end };
      }
      case EVENT_SCALAR:
        return this.#scalar(event);
      case EVENT_ALIAS:
        this.#end = event.anchorEnd;
        // The name stands behind its asterisk.
        return {
          type: "alias",
          start: event.anchorStart,
          outerStart: event.anchorStart - 1,
          end: event.anchorEnd,
        };
      case EVENT_DOCUMENT:
      case EVENT_POP:
        return undefined;
    }
  }

  #collection(event: Properties & { readonly start: number; readonly style: CollectionStyle }) {
    const { start } = event;
    const isFlow = event.style === COLLECTION_STYLE_FLOW;
    if (start >= 0) this.#end = isFlow ? start + 1 : start;
    const children = this.#children();
    if (isFlow && start >= 0) this.#end = behindBracket(this.#text, this.#end);
    return { start, isFlow, children, outerStart: outerStart(event, start) };
  }

  #scalar(event: ScalarEvent): YamlNode {
    const style = styleOf(event);
    const quote = style === "single" || style === "double" ? 1 : 0;
    const last = Math.max(event.valueEnd < 0 ? -1 : event.valueEnd + quote, event.anchorEnd, event.tagEnd);
    const end = last < 0 ? this.#end : last;
    // The blank lines behind a block are not its own.
    this.#end = style === "block" ? end - trailingLineEnds(this.#text, end) : end;
    const start = event.valueStart < 0 ? this.#end : event.valueStart - quote;
    return {
      type: "scalar",
      start: event.valueStart,
      text: getScalarValue(this.#text, event),
      style,
      outerStart: outerStart(event, start),
      end: this.#end,
    };
  }
}

interface Properties {
  readonly anchorStart: number;
  readonly tagStart: number;
}

/** An anchor's name stands behind its ampersand. */
function outerStart({ anchorStart, tagStart }: Properties, start: number): number {
  return Math.min(start, anchorStart < 0 ? start : anchorStart - 1, tagStart < 0 ? start : tagStart);
}

function styleOf({ style }: ScalarEvent): ScalarStyle {
  switch (style) {
    case SCALAR_STYLE_SINGLE_QUOTED:
      return "single";
    case SCALAR_STYLE_DOUBLE_QUOTED:
      return "double";
    case SCALAR_STYLE_LITERAL_BLOCK:
    case SCALAR_STYLE_FOLDED_BLOCK:
      return "block";
    case SCALAR_STYLE_PLAIN:
      return "plain";
  }
}

function trailingLineEnds(text: string, end: number): number {
  let count = 0;
  while (/[\r\n]/.test(text[end - 1 - count] ?? "")) count += 1;
  return count;
}

/** Nothing but blanks, commas, comments and the colon of an empty value stands between the last child and the bracket. */
function behindBracket(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === "]" || character === "}") return at + 1;
    if (character !== "#") continue;
    const end = text.indexOf("\n", at);
    if (end < 0) break;
    at = end;
  }
  return text.length;
}

/** Keys and values come in turns. */
function entriesOf(nodes: readonly YamlNode[]): readonly YamlEntry[] {
  const entries: YamlEntry[] = [];
  for (let i = 0; i + 1 < nodes.length; i += 2) {
    const [keyNode, value] = [nodes[i], nodes[i + 1]];
    if (keyNode === undefined || value === undefined) continue;
    const key = keyNode.type === "scalar" ? keyNode.text : "";
    entries.push({ key, keyStart: keyNode.start, keyNode, value });
  }
  return entries;
}
