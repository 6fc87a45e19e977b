/** Scalars as kubectl reads them; the expected column is what kubectl 1.36.3 answers. */
import { describe, expect, it } from "@jest/globals";
import { parseKubernetesYaml } from "../../src/render/kubernetes-yaml.ts";

function read(text: string): unknown {
  const parsed = parseKubernetesYaml(text);
  return parsed.type === "Parsed" ? parsed.documents[0]?.value : parsed.message;
}

describe("a scalar", () => {
  it.each<[string, unknown]>([
    ["yes", true],
    ["On", true],
    ["NO", false],
    ["off", false],
    ["y", true],
    ["n", false],
    ["tRue", "tRue"],
    ["~", null],
    ["Null", null],
    ["nULL", "nULL"],
    ["0644", 420],
    ["0o17", 15],
    ["0x1F", 31],
    ["0b101", 5],
    ["-0x10", -16],
    ["1_000", 1000],
    ["089", 89],
    ["1:30", "1:30"],
    ["2024-01-02", "2024-01-02"],
    ["2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"],
    ["1e3", 1000],
    ["1.50", 1.5],
    [".5", 0.5],
    ["1.2.3", "1.2.3"],
    ["1Gi", "1Gi"],
    ["'yes'", "yes"],
    ['"0644"', "0644"],
    ["!!str 5", "5"],
    ["!!binary aGk=", "hi"],
    ["=", "="],
  ])("%s", (text, expected) => {
    expect(read(`a: ${text}`)).toEqual({ a: expected });
  });
});

describe("a mapping", () => {
  it("merges with <<, its own keys first", () => {
    expect(read("base: &b {a: 1, b: 2}\nuse: {<<: *b, b: 3}")).toEqual({
      base: { a: 1, b: 2 },
      use: { a: 1, b: 3 },
    });
  });

  it("may not hold itself", () => {
    expect(read("a: &a {b: *a}")).toBe("an alias refers to what contains it");
  });

  it("may hold a key named __proto__ without becoming something else", () => {
    const value = read('{"__proto__": {"admin": true}, "a": 1}') as object;
    expect(Object.keys(value)).toEqual(["__proto__", "a"]);
    expect("admin" in value).toBe(false);
  });
});
