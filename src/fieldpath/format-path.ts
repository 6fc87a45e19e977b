/** Paths as text, written as Kubernetes writes them. */
import type { Json } from "../resource/resource.ts";
import type { FieldPath, PathElement } from "./field-path.ts";

/** Field names that need no quotes. */
const plainName = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;

/**
 * Writes a path: `spec.containers[name="app"].args[0]`, `metadata.annotations["a.b/c"]`, `finalizers[="x"]`.
 * The empty path, the object itself, is `.`.
 */
export function formatPath(path: FieldPath): string {
  if (path.length === 0) return ".";
  let text = "";
  for (const element of path) text += formatElement(element, text === "");
  return text;
}

/** Writes one element as it stands inside a path; a field at the head has no dot. */
export function formatElement(element: PathElement, isFirst = false): string {
  switch (element.type) {
    case "field":
      if (!plainName.test(element.name)) return `[${JSON.stringify(element.name)}]`;
      return isFirst ? element.name : `.${element.name}`;
    case "key":
      return `[${Object.entries(element.fields)
        .map(
          ([name, value]) => `${plainName.test(name) ? name : JSON.stringify(name)}=${JSON.stringify(value)}`,
        )
        .join(",")}]`;
    case "value":
      return `[=${JSON.stringify(element.value)}]`;
    case "index":
      return `[${element.index}]`;
  }
}

/** A text that is no path: what is wrong, and at which character (from 0). */
export class PathSyntaxError extends Error {
  override readonly name = "PathSyntaxError";
}

/**
 * Reads what `formatPath` writes.
 * @throws PathSyntaxError
 */
export function parsePath(text: string): FieldPath {
  if (text === ".") return [];
  const reader = new PathReader(text);
  const path: PathElement[] = [];
  while (!reader.atEnd) path.push(reader.readElement(path.length === 0));
  if (path.length === 0) reader.fail("a path has at least one field");
  return path;
}

class PathReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  readElement(isFirst: boolean): PathElement {
    if (this.#take("[")) return this.#readBracket();
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
    if (this.#take("=")) return { type: "value", value: this.#readJson() };
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
      if (!this.#take(",")) return Object.fromEntries(fields);
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

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) this.fail(`expected ${character}`);
  }

  fail(what: string): never {
    throw new PathSyntaxError(`${what} at character ${this.#at} of ${this.#text}`);
  }
}
