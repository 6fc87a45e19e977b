/** A YAML text as nodes that know where they stand in it: for telling people the line of a field. */
import {
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  type Event,
  getScalarValue,
  parseEvents,
} from "js-yaml";

/** `start` is the offset of its first character, -1 for an empty scalar. */
export type YamlNode =
  | { readonly type: "map"; readonly start: number; readonly entries: readonly YamlEntry[] }
  | { readonly type: "list"; readonly start: number; readonly items: readonly YamlNode[] }
  | { readonly type: "scalar"; readonly start: number; readonly end: number; readonly text: string }
  | { readonly type: "alias"; readonly start: number };

export interface YamlEntry {
  /** As it is written; empty for a key that is no scalar. */
  readonly key: string;
  readonly keyStart: number;
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
      case EVENT_MAPPING:
        return { type: "map", start: event.start, entries: entriesOf(this.#children()) };
      case EVENT_SEQUENCE:
        return { type: "list", start: event.start, items: this.#children() };
      case EVENT_SCALAR:
        return {
          type: "scalar",
          start: event.valueStart,
          end: event.valueEnd,
          text: getScalarValue(this.#text, event),
        };
      case EVENT_ALIAS:
        return { type: "alias", start: event.anchorStart };
      case EVENT_DOCUMENT:
      case EVENT_POP:
        return undefined;
    }
  }
}

/** Keys and values come in turns. */
function entriesOf(nodes: readonly YamlNode[]): readonly YamlEntry[] {
  const entries: YamlEntry[] = [];
  for (let i = 0; i + 1 < nodes.length; i += 2) {
    const [key, value] = [nodes[i], nodes[i + 1]];
    if (key === undefined || value === undefined) continue;
    entries.push({ key: key.type === "scalar" ? key.text : "", keyStart: key.start, value });
  }
  return entries;
}
