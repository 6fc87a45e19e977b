/** Globs: what fits, and that no text makes them slow. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { hasWildcard, matchesGlob } from "../../src/resource/glob.ts";

describe("a glob", () => {
  it.each([
    ["web-*", "web-shop"],
    ["web-*", "web-"],
    ["*", ""],
    ["*", "anything at all"],
    ["*-web", "a-web-web"],
    ["a*b*c", "aXbbYbc"],
    ["v?", "v1"],
    ["v?.*", "v1.25"],
    ["exact", "exact"],
    ["**", "x"],
    ["a.b/*", "a.b/c"],
    ["*?", "x"],
  ])("%s fits %j", (glob, text) => {
    expect(matchesGlob(glob, text)).toBe(true);
  });

  it.each([
    ["web-*", "the-web-shop"],
    ["web-*", "web"],
    ["v?", "v"],
    ["v?", "v12"],
    ["*-web", "web-shop"],
    ["a*b*c", "acb"],
    ["a.b", "axb"],
    ["", "x"],
    ["exact", "Exact"],
    ["[ab]", "a"],
    ["*?", ""],
  ])("%s does not fit %j", (glob, text) => {
    expect(matchesGlob(glob, text)).toBe(false);
  });

  it("says what the same regular expression says", () => {
    const parts = fc.array(fc.constantFrom("a", "b", "*", "?"), { maxLength: 8 }).map((all) => all.join(""));
    const texts = fc.array(fc.constantFrom("a", "b"), { maxLength: 10 }).map((all) => all.join(""));
    fc.assert(
      fc.property(parts, texts, (glob, text) => {
        const expression = new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`);
        expect(matchesGlob(glob, text)).toBe(expression.test(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is not made slow by many stars and a text that nearly fits", () => {
    // A backtracking expression would take longer than the universe has existed.
    expect(matchesGlob(`${"*a".repeat(100)}b`, "a".repeat(10_000))).toBe(false);
  });

  it("is told from a plain name", () => {
    expect(["a", "a*", "a?"].map(hasWildcard)).toEqual([false, true, true]);
  });
});
