/** Reads paths, element by element. */
import type { Json } from "../resource/resource.ts";
import type { PathElement } from "./field-path.ts";

/** A text that is no path: what is wrong, and at which character (from 0). */
export class PathSyntaxError extends Error {
  override readonly name = "PathSyntaxError";
}

/** Reads elements one after the other. @throws PathSyntaxError */
export class PathReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  readElement(isFirst: boolean): PathElement {
    if (this.take("[")) return this.#readBracket();
    if (!isFirst) this.#expect(".");
    const name = this.#match(/[A-Za-z_$][A-Za-z0-9_$-]*/y);
    return { type: "field", name: name ?? this.fail("expected a field name") };
  }

  #readBracket(): PathElement {
    const element = this.#readBracketContent();
    this.#expect("]");
    return element;
  }

  #readBracketContent(): PathElement {
    if (this.take("=")) return { type: "value", value: this.#readJson() };
    const index = this.#match(/(?:0|[1-9][0-9]*)(?=\])/y);
    if (index !== undefined) return { type: "index", index: Number(index) };
    if (this.#text[this.#at] === "]") return { type: "key", fields: {} };
    const isQuoted = this.#text[this.#at] === '"';
    const name = this.#readName();
    if (isQuoted && this.#text[this.#at] === "]") return { type: "field", name };
    return { type: "key", fields: this.#readKey(name) };
  }

  #readKey(firstName: string): { readonly [key: string]: Json } {
    const fields: (readonly [string, Json])[] = [];
    let name = firstName;
    for (;;) {
      this.#expect("=");
      fields.push([name, this.#readJson()]);
      // Not by assignment: a key may be called `__proto__`.
      if (!this.take(",")) return Object.fromEntries(fields);
      name = this.#readName();
    }
  }

  #readName(): string {
    const plain = this.#match(/[A-Za-z_$][A-Za-z0-9_$-]*/y);
    if (plain !== undefined) return plain;
    if (this.#text[this.#at] !== '"') return this.fail("expected a field name");
    const quoted = this.#readJson();
    return typeof quoted === "string" ? quoted : this.fail("expected a name in quotes");
  }

  #readJson(): Json {
    const start = this.#at;
    this.#skipJson();
    const token = this.#text.slice(start, this.#at);
    try {
      return JSON.parse(token) as Json; // JSON.parse answers JSON
    } catch {
      return this.fail(`"${token}" is not a JSON value: a string in quotes, a number, true, false or null`);
    }
  }

  /** Moves to the end of a value; whether it is one is for JSON.parse to say. Objects occur where sets hold them. */
  #skipJson(): void {
    let depth = 0;
    do {
      const token = this.#match(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]|[,:]|[^\]"[{},:]+/y);
      if (token === undefined) return;
      if (token === "[" || token === "{") depth += 1;
      if (token === "]" || token === "}") depth -= 1;
    } while (depth > 0);
  }

  #match(expression: RegExp): string | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** Whether this text comes next. */
  stands(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  /** Moves behind the text if it comes next. */
  take(text: string): boolean {
    if (!this.stands(text)) return false;
    this.#at += text.length;
    return true;
  }

  #expect(character: string): void {
    if (!this.take(character)) this.fail(`expected ${character}`);
  }

  fail(what: string): never {
    throw new PathSyntaxError(`${what} at character ${this.#at} of ${this.#text}`);
  }
}
