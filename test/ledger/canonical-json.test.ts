/** RFC 8785, with the examples that it gives. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { canonicalJson } from "../../src/ledger/canonical-json.ts";
import type { Json } from "../../src/resource/resource.ts";

describe("the canonical form", () => {
  it("is the one of RFC 8785, 3.2.2", () => {
    const text = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalJson(JSON.parse(text) as Json)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("sorts members by their UTF-16 code units, as RFC 8785, 3.2.3, shows", () => {
    const text = String.raw`{
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
    }`;
    const order = [...canonicalJson(JSON.parse(text) as Json).matchAll(/:"(\w+)/g)].map(([, word]) => word);
    expect(order).toEqual(["Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew"]);
  });

  it.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555557", "333333333.33333343"],
  ])("writes the number %s of RFC 8785, appendix B, as %s", (bits, text) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(`0x${bits}`));
    expect(canonicalJson(view.getFloat64(0))).toBe(text);
  });

  it.each([
    ["a number that is none", Number.NaN],
    ["a number without end", Number.POSITIVE_INFINITY],
    ["half of a surrogate pair", { a: "\ud83d" }],
    ["half of one in a name", { "\ude00": 1 }],
  ])("does not exist of %s", (_, value) => {
    expect(() => canonicalJson(value)).toThrow();
  });

  it("is read back as the same value, and written again as the same text", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = JSON.parse(text) as Json;
        const canonical = canonicalJson(value);
        expect(canonicalJson(JSON.parse(canonical) as Json)).toBe(canonical);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
