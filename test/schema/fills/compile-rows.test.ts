import { describe, expect, it } from "@jest/globals";
import type { Json, JsonObject } from "../../../src/resource/resource.ts";
import { compileRows } from "../../../src/schema/fills/compile-rows.ts";
import type { Condition, FillRow } from "../../../src/schema/fills/fill-row.ts";
import { noRoots, type Roots } from "../../../src/schema/schema-node.ts";

const row = (rest: Omit<FillRow, "field" | "reason">): FillRow => ({
  field: "core.Any.field",
  reason: "a test",
  ...rest,
});

/** What the rows put in; undefined if nothing. */
function filled(rows: readonly FillRow[], parent: JsonObject, roots: Roots = noRoots): Json | undefined {
  const { when, value } = compileRows(rows);
  return when?.(parent, roots) === false ? undefined : value?.(parent, roots);
}

function holds(condition: Condition, parent: JsonObject, desired: JsonObject = {}): boolean {
  return filled([row({ when: [condition], value: { is: true } })], parent, { desired, live: {} }) === true;
}

describe("a row", () => {
  it("without conditions puts in its value always", () => {
    expect(compileRows([row({ value: { is: 1 } })])).not.toHaveProperty("when");
    expect(filled([row({ value: { is: 1 } })], {})).toBe(1);
  });

  it.each<readonly [string, Condition, JsonObject, JsonObject]>([
    ["a value", { field: "a", in: ["x", "y"] }, { a: "y" }, { a: "z" }],
    ["no value, which counts as another", { field: "a", in: ["x"], otherwise: "x" }, { a: null }, { a: "z" }],
    ["an empty text, which is none", { field: "a", in: ["x"], otherwise: "x" }, { a: "" }, { a: "z" }],
    ["none of some values", { field: "a", notIn: ["x"] }, { a: "y" }, { a: "x" }],
    ["anything", { field: "a", isSet: true }, { a: [] }, { a: null }],
    ["nothing", { field: "a", isSet: false }, {}, { a: 0 }],
    ["something inside", { field: "a", hasContent: true }, { a: [1] }, { a: [] }],
    ["nothing inside", { field: "a", hasContent: false }, { a: {} }, { a: { b: 1 } }],
    ["an image that is pulled", { field: "a", isLatestImage: true }, { a: "x" }, { a: "x:1" }],
    ["a deeper value", { field: "a.b", in: [1] }, { a: { b: 1 } }, { a: 1 }],
    ["only some fields", { onlyFields: ["name"] }, { name: "a", other: null }, { name: "a", other: {} }],
  ])("applies where there is %s", (_, condition, yes, no) => {
    expect(holds(condition, yes)).toBe(true);
    expect(holds(condition, no)).toBe(false);
  });

  it("may ask for a field from the root, and for the kind", () => {
    expect(holds({ field: "/spec/type", in: ["A"] }, {}, { spec: { type: "A" } })).toBe(true);
    const rows = [row({ kinds: ["Pod"], value: { is: 1 } })];
    expect(filled(rows, {}, { desired: { kind: "Pod" }, live: {} })).toBe(1);
    expect(filled(rows, {}, { desired: { kind: "Job" }, live: {} })).toBeUndefined();
  });

  it("never takes what an object inherits for a field of its own", () => {
    expect(holds({ field: "constructor", isSet: true }, {})).toBe(false);
    expect(filled([row({ value: { copyOf: "toString" } })], {})).toBeUndefined();
  });

  it("may copy another field, if there is one", () => {
    expect(filled([row({ value: { copyOf: "a.b" } })], { a: { b: 7 } })).toBe(7);
    expect(filled([row({ value: { copyOf: "a.b" } })], {})).toBeUndefined();
  });

  it("may leave the value to the server, or leave out what is stated", () => {
    const allocated = compileRows([row({ value: "allocated", mutable: true })]);
    expect([allocated.mutable, allocated.when, allocated.value]).toEqual([true, undefined, undefined]);
    const { drops, value } = compileRows([row({ when: [{ field: "a", isSet: true }], value: "dropped" })]);
    expect([drops?.({ a: 1 }, noRoots), drops?.({}, noRoots), value]).toEqual([true, false, undefined]);
  });
});

describe("of several rows", () => {
  const rows = [
    row({ when: [{ field: "a", isSet: true }], value: { is: "first" } }),
    row({ when: [{ field: "b", isSet: true }], value: { is: "second" } }),
  ];

  it("the first counts whose conditions hold", () => {
    expect(filled(rows, { a: 1, b: 1 })).toBe("first");
    expect(filled(rows, { b: 1 })).toBe("second");
    expect(filled(rows, {})).toBeUndefined();
  });

  it("one cannot leave the value to the server while another states it", () => {
    expect(() => compileRows([...rows, row({ value: "allocated" })])).toThrow("core.Any.field is allocated");
  });
});
