/** Whether a JSON text says what a value is, found out without parsing it. */
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";

/**
 * If true, parsing the text gives a value that is deeply equal, whatever the order of names. If false, nothing is said:
 * white space, escapes, a name that stands twice, and numbers in a spelling of their own are left to a real parser.
 * Takes half as long as parsing and comparing, since nothing is made on the way.
 */
export function isTextOf(text: string, value: Json): boolean {
  // Without escapes, what stands between two quotes is what it stands for.
  if (text.length > longest || text.includes("\\")) return false;
  const reading = new Reading(text);
  return reading.passes(value) && reading.isAtEnd;
}

/** Longer texts have longer strings in them, and those a parser reads more quickly. */
const longest = 8_000;

/** Deeper than any real object. */
const deepest = 100;

const [space, quote] = [0x20, 0x22];

/** A place in the text, which moves on as long as the text says what it is asked for. */
class Reading {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** A line break may follow: programs end what they write with one. */
  get isAtEnd(): boolean {
    return this.#at === this.#text.length || this.#text.slice(this.#at) === "\n";
  }

  /** Moves on behind the value if it is what stands here. */
  passes(value: Json): boolean {
    if (typeof value === "string") return this.#passesString(value);
    if (typeof value === "number" && !Number.isFinite(value)) return false; // JSON has none of these
    if (typeof value !== "object" || value === null) return this.#passesWord(String(value));
    if (this.#depth >= deepest) return false;
    this.#depth += 1;
    const isPassed = isJsonObject(value) ? this.#passesObject(value) : this.#passesList(value);
    this.#depth -= 1;
    return isPassed;
  }

  #passesObject(object: JsonObject): boolean {
    if (!this.#passesMark("{")) return false;
    const names = Object.keys(object);
    for (let i = 0; i < names.length; i++) {
      if (i > 0 && !this.#passesMark(",")) return false;
      const name = this.#passedName(names, i);
      if (name === undefined || !this.#passesMark(":") || !this.passes(object[name] ?? null)) return false;
    }
    return this.#passesMark("}");
  }

  /** Which of the names, from this index on, stands here. Changes places with the first of them: none counts twice. */
  #passedName(names: string[], from: number): string | undefined {
    for (let i = from; i < names.length; i++) {
      const name = names[i] ?? "";
      if (!this.#passesString(name)) continue;
      names[i] = names[from] ?? "";
      names[from] = name;
      return name;
    }
    return undefined;
  }

  #passesList(items: readonly Json[]): boolean {
    if (!this.#passesMark("[")) return false;
    for (let i = 0; i < items.length; i++) {
      if (i > 0 && !this.#passesMark(",")) return false;
      if (!this.passes(items[i] ?? null)) return false;
    }
    return this.#passesMark("]");
  }

  #passesString(value: string): boolean {
    const text = this.#text;
    const start = this.#at + 1;
    const end = start + value.length;
    if (text.charCodeAt(start - 1) !== quote || text.charCodeAt(end) !== quote) return false;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      // A quote would have ended the string before; control characters are not allowed in one.
      if (code !== text.charCodeAt(start + i) || code === quote || code < space) return false;
    }
    this.#at = end + 1;
    return true;
  }

  #passesWord(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #passesMark(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }
}
