/** How an item of a list is named in a path. */
import { describe, expect, it } from "@jest/globals";
import { keyElement } from "../../src/schema/item-key.ts";

const port = [
  { name: "port", isOmittedIfEmpty: false },
  { name: "protocol", isOmittedIfEmpty: true, defaultValue: "TCP" },
];
const name = [{ name: "name", isOmittedIfEmpty: true }];

describe("an item of a list is named", () => {
  it("by its keys, absent ones having their defaults", () => {
    expect(keyElement({ port: 80, protocol: "" }, port)).toEqual({
      type: "key",
      fields: { port: 80, protocol: "TCP" },
    });
  });

  it("by its value, in a set", () => {
    expect(keyElement("a", [])).toEqual({ type: "value", value: "a" });
  });

  it.each([{}, { name: "" }, { name: {} }])("by its value, where it has no key: %j", (item) => {
    // By no key at all it would be every item, and a rollback would take away the first.
    expect(keyElement(item, name)).toEqual({ type: "value", value: item });
  });
});
