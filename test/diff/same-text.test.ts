/** A JSON text that is compared without being parsed: never taken for what it does not say. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { sameJson } from "../../src/diff/same-json.ts";
import { isTextOf } from "../../src/diff/same-text.ts";
import type { Json, JsonObject } from "../../src/resource/resource.ts";
import { arbitraryJson, arbitraryName, objectOf, withKeysReversed } from "../support/arbitrary-json.ts";

describe("a text is that of a value", () => {
  it("which it was made of, whatever the order of names, with a line break or without", () => {
    const plain = fc.stringMatching(/^[^"\\\p{C}]*$/u);
    const scalar = fc.oneof(plain, fc.integer(), fc.double(finite), fc.boolean(), fc.constant(null));
    const names = fc.oneof(plain, fc.constantFrom("__proto__", "constructor", "name", ""));
    const value = fc.letrec<{ any: Json }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        scalar,
        fc.array(tie("any"), { maxLength: 4 }),
        fc.array(fc.tuple(names, tie("any")), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
      ),
    })).any;
    fc.assert(
      fc.property(value, fc.boolean(), (value, isReversed) => {
        const text = JSON.stringify(isReversed ? withKeysReversed(value) : value);
        expect([text, isTextOf(text, value), isTextOf(`${text}\n`, value)]).toEqual([text, true, true]);
      }),
    );
  });

  it("in any letters", () => {
    expect(
      isTextOf('{"ключ":"значение 🙂","\u2028":"\u007f"}', { ключ: "значение 🙂", "\u2028": "\u007f" }),
    ).toBe(true);
  });
});

describe("a text that is that of a value", () => {
  /** Either the value's own text, edited somewhere, or that of a value much like it. */
  const both = fc
    .tuple(arbitraryJson(), arbitraryJson(), fc.nat(), fc.nat({ max: 3 }), arbitraryPiece())
    .map(([value, other, at, length, piece]) => {
      const text = JSON.stringify(value);
      const from = at % (text.length + 1);
      return {
        value,
        texts: [text, JSON.stringify(other), text.slice(0, from) + piece + text.slice(from + length)],
      };
    });

  it("gives the value when it is parsed, however it was edited", () => {
    fc.assert(
      fc.property(both, ({ value, texts }) => {
        for (const text of texts) if (isTextOf(text, value)) expect(isSameWhenParsed(text, value)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("gives it also where strings hold what looks like JSON", () => {
    const pieces = fc.constantFrom(
      '"',
      "\\",
      ",",
      ":",
      "{",
      "}",
      "[",
      "]",
      "a",
      "b",
      "1",
      "\n",
      "\\u0061",
      '","b":"',
    );
    const odd = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        fc.dictionary(odd, fc.oneof(odd, objectOf(odd)), { maxKeys: 3 }),
        odd,
        fc.nat(),
        (value, piece, at) => {
          const raw = rawText(value);
          const from = at % (raw.length + 1);
          for (const text of [raw, raw.slice(0, from) + piece + raw.slice(from), JSON.stringify(value)])
            if (isTextOf(text, value)) expect(isSameWhenParsed(text, value)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("a text is not taken for that of a value", () => {
  it.each<[string, string, Json]>([
    ["another value", '{"a":1}', { a: 2 }],
    ["a number that goes on", '{"a":12}', { a: 1 }],
    ["a fraction", '{"a":1.5}', { a: 1 }],
    ["a text that goes on", '{"a":"xy"}', { a: "x" }],
    ["a number for a text", '{"a":1}', { a: "1" }],
    ["a text for a number", '{"a":"1"}', { a: 1 }],
    ["a member more", '{"a":1,"b":2}', { a: 1 }],
    ["a member less", '{"a":1}', { a: 1, b: 2 }],
    ["a member less, another twice", '{"a":1,"a":1}', { a: 1, b: 1 }],
    ["a member twice", '{"a":1,"a":1}', { a: 1 }],
    ["an item more", "[1,2]", [1]],
    ["an item less", "[1]", [1, 2]],
    ["an empty object for an empty list", "{}", []],
    ["a quote in a value that ends a string in the text", '{"a":"x","b":"y"}', { a: 'x","b":"y' }],
    ["a backslash that stands for itself in the value only", '{"a":"\\n"}', { a: "\\n" }],
    ["a line break inside a string", '{"a":"x\ny"}', { a: "x\ny" }],
    ["what is no number", '{"a":NaN}', { a: Number.NaN }],
    ["what is no number, either", '{"a":Infinity}', { a: Number.POSITIVE_INFINITY }],
    ["something behind it", '{"a":1}\n\n', { a: 1 }],
    ["what every object inherits", '{"toString":1}', { a: 1 }],
    ["nothing", "", {}],
  ])("%s", (_, text, value) => {
    expect(isTextOf(text, value)).toBe(false);
  });

  it.each<[string, string, Json]>([
    ["white space", '{"a": 1}', { a: 1 }],
    ["escapes", '{"a":"\\u003c"}', { a: "<" }],
    ["other spellings of numbers", '{"a":1.0,"b":1e3}', { a: 1, b: 1000 }],
    ["more than kubectl writes of most objects", JSON.stringify("x".repeat(10_000)), "x".repeat(10_000)],
  ])("where it takes a parser: %s", (_, text, value) => {
    expect(isTextOf(text, value)).toBe(false);
    expect(JSON.parse(text)).toEqual(value);
  });

  it("where both are deeper than any stack", () => {
    let deep: Json = 1;
    for (let i = 0; i < 3_000; i++) deep = [deep];
    expect(isTextOf(`${"[".repeat(3_000)}1${"]".repeat(3_000)}`, deep)).toBe(false);
  });
});

const finite = { noNaN: true, noDefaultInfinity: true } as const;

function arbitraryPiece(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(
      "",
      '"',
      "\\",
      ",",
      ":",
      "{}",
      "[]",
      "null",
      "1",
      "0",
      ".0",
      "e3",
      " ",
      "\n",
      "\\u0061",
      '"a":1,',
    ),
    arbitraryName(),
  );
}

function isSameWhenParsed(text: string, value: Json): boolean {
  const parsed = JSON.parse(text) as Json; // JSON.parse answers JSON
  // Neither takes an absent member for a null one here: each has all that the other has.
  return sameJson(parsed, value) && sameNames(parsed, value);
}

function sameNames(a: Json, b: Json): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted); // a JSON array
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, sorted(member)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** As JSON, but for escapes: what somebody would write who wants to be misread. */
function rawText(value: string | JsonObject): string {
  if (typeof value === "string") return `"${value}"`;
  const members = Object.entries(value).map(
    ([name, member]) => `"${name}":${rawText(member as string | JsonObject)}`,
  ); // as it is made above
  return `{${members.join(",")}}`;
}
