/** Which item is which: what is quick agrees with what is thorough. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isAligned, matchItems } from "../../src/diff/list-items.ts";
import type { Json } from "../../src/resource/resource.ts";
import type { ListKey } from "../../src/schema/schema-node.ts";

const name: ListKey = { name: "name", isOmittedIfEmpty: true };
const port: ListKey = { name: "port", isOmittedIfEmpty: false };
const protocol: ListKey = { name: "protocol", isOmittedIfEmpty: true, defaultValue: "TCP" };
const odd: ListKey = { name: "__proto__", isOmittedIfEmpty: false };

describe("lists whose items stand in the same order", () => {
  const value = fc.constantFrom<Json>(0, -0, 1, 80, "80", "a", "b", "a\0b", "", true, "true", null, {}, [1]);
  const item = fc.oneof(
    { weight: 1, arbitrary: value },
    {
      weight: 5,
      arbitrary: fc
        .array(fc.tuple(fc.constantFrom("name", "port", "protocol", "__proto__", "other"), value), {
          maxLength: 4,
        })
        .map((members): Json => Object.fromEntries(members)),
    },
  );
  const keys = fc.constantFrom<readonly ListKey[]>(
    [],
    [name],
    [port],
    [odd],
    [port, protocol],
    [name, protocol],
  );
  const lists = fc
    .tuple(fc.array(item, { maxLength: 4 }), fc.array(item, { maxLength: 4 }), fc.boolean())
    .map(([a, b, isCopy]) => ({ a, b: isCopy ? structuredClone(a) : b }));

  it("are matched item by item", () => {
    fc.assert(
      fc.property(lists, keys, ({ a, b }, keys) => {
        if (isAligned(a, b, keys)) expect(matchItems(a, b, keys)).toEqual(a.map((_, i) => i));
      }),
      { numRuns: 3_000 },
    );
  });

  it("are recognised, with one key, with several, and without", () => {
    const ports = [{ port: 80 }, { port: 443, protocol: "TCP" }];
    const served = [{ protocol: "TCP", port: 80 }, { port: 443 }];
    expect(isAligned(ports, served, [port, protocol])).toBe(true);
    expect(isAligned([{ name: "a" }, { name: "b" }], [{ name: "a", x: 1 }, { name: "b" }], [name])).toBe(
      true,
    );
    expect(isAligned(["a", "b"], ["a", "b"], [])).toBe(true);
  });

  it.each<[string, readonly Json[], readonly Json[]]>([
    ["in another order", [{ name: "a" }, { name: "b" }], [{ name: "b" }, { name: "a" }]],
    ["one more", [{ name: "a" }], [{ name: "a" }, { name: "b" }]],
    ["the same twice", [{ name: "a" }, { name: "a" }], [{ name: "a" }, { name: "a" }]],
    ["one without a key", [{ name: "a" }, {}], [{ name: "a" }, {}]],
  ])("are not those with %s", (_, a, b) => {
    expect(isAligned(a, b, [name])).toBe(false);
  });
});
