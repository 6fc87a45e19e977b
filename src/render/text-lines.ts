/** The lines of a text, and how one looks for places in them. */
import { columnOf, lineStart } from "./spell-yaml.ts";
import type { YamlList } from "./yaml-tree.ts";

export class TextLines {
  /** What ends them. */
  readonly end: "\n" | "\r\n";
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.end = text.includes("\r\n") ? "\r\n" : "\n";
  }

  /** Where the line begins, if nothing but blanks stands on it before the offset. */
  ownLine(offset: number): number | undefined {
    const start = lineStart(this.#text, offset);
    return /^[ \t]*$/.test(this.#text.slice(start, offset)) ? start : undefined;
  }

  nextLine(offset: number): number {
    const end = this.#text.indexOf("\n", offset);
    return end < 0 ? this.#text.length : end + 1;
  }

  newLine(column: number): string {
    return this.end + " ".repeat(column);
  }

  /** Where each item's dash stands; undefined if they are not found. */
  dashes(list: YamlList): readonly number[] | undefined {
    const column = columnOf(this.#text, list.start);
    const dashes: number[] = [list.start];
    for (const item of list.items.slice(0, -1)) {
      let at = this.nextLine(Math.max(item.end, (dashes.at(-1) ?? 0) + 1));
      while (at < this.#text.length && /^[ \t]*(#[^\n]*)?\r?$/.test(this.#lineAt(at))) at = this.nextLine(at);
      if (this.#text[at + column] !== "-") return undefined;
      dashes.push(at + column);
    }
    return dashes;
  }

  #lineAt(start: number): string {
    const end = this.#text.indexOf("\n", start);
    return this.#text.slice(start, end < 0 ? undefined : end);
  }
}
