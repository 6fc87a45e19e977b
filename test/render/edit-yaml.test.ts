/** Editing an object inside a text: the smallest edit, whatever style the text is written in. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { editYaml, objectInText, type PlaceInFile } from "../../src/render/edit-yaml.ts";
import { isJsonObject, type Json, type KubernetesObject } from "../../src/resource/resource.ts";

const place: PlaceInFile = { line: 1, apiVersion: "v1", kind: "X", name: "a", namespace: "n" };
const head = "apiVersion: v1\nkind: X\nmetadata: {name: a}\n";

/** The text behind the head, after `spec` has become another one. */
function edited(spec: string, target: Json, end = "\n"): string {
  const text = (head + spec).replaceAll("\n", end);
  const object = objectInText(text, place);
  if (object === undefined) throw new Error(`not there: ${text}`);
  const result = editYaml(text, place, { ...object, spec: target });
  if (result === undefined) throw new Error("no edit");
  return result.slice(head.replaceAll("\n", end).length);
}

describe("an edit", () => {
  it.each<[string, string, Json, string]>([
    // Scalars.
    ["a number", "spec:\n  a: 1 # one\n", { a: 2 }, "spec:\n  a: 2 # one\n"],
    ["a number that becomes text", "spec:\n  a: 1\n", { a: "1" }, "spec:\n  a: '1'\n"],
    ["text in double quotes", 'spec:\n  a: "x" # c\n', { a: 'y"' }, 'spec:\n  a: "y\\"" # c\n'],
    ["text in single quotes", "spec:\n  a: 'x'\n", { a: "it's" }, "spec:\n  a: 'it''s'\n"],
    ["quoted text that becomes a number", 'spec:\n  a: "1"\n', { a: 1 }, "spec:\n  a: 1\n"],
    ["text that an old reader takes for a yes", "spec:\n  a: x\n", { a: "yes" }, "spec:\n  a: 'yes'\n"],
    ["text that an old reader takes for octal", "spec:\n  a: x\n", { a: "0644" }, "spec:\n  a: '0644'\n"],
    ["text with a colon", "spec:\n  a: x\n", { a: "b: c #d" }, "spec:\n  a: 'b: c #d'\n"],
    [
      "text that steers a terminal",
      "spec:\n  a: x\n",
      { a: "\u001b[31m\u202e" },
      'spec:\n  a: "\\u001b[31m\\u202e"\n',
    ],
    ["an empty value", "spec:\n  a:\n  b: 1\n", { a: "x", b: 1 }, "spec:\n  a: x\n  b: 1\n"],
    ["a tagged value", "spec:\n  a: !!str 5 # t\n", { a: "6" }, "spec:\n  a: '6' # t\n"],
    ["a value that becomes null", "spec:\n  a: 1\n", { a: null }, "spec:\n  a: null\n"],
    [
      "text over several lines",
      "spec:\n  a: one\n    two\n  b: 1\n",
      { a: "x", b: 1 },
      "spec:\n  a: x\n  b: 1\n",
    ],
    [
      "a block of text",
      "spec:\n  a: |\n    x\n    y\n  # c\n  b: 1\n",
      { a: "x\nz\n", b: 1 },
      "spec:\n  a: |\n    x\n    z\n  # c\n  b: 1\n",
    ],
    [
      "a block of text that becomes one line",
      "spec:\n  a: |-\n    x\n\n  b: 1\n",
      { a: "y", b: 1 },
      "spec:\n  a: 'y'\n\n  b: 1\n",
    ],
    [
      "a scalar that becomes a block",
      "spec:\n  a: 1\n  b: 2\n",
      { a: { c: [1] }, b: 2 },
      "spec:\n  a:\n    c:\n      - 1\n  b: 2\n",
    ],
    [
      "a block that becomes a scalar",
      "spec:\n  a:\n    c: 1\n  b: 2\n",
      { a: 1, b: 2 },
      "spec:\n  a: 1\n  b: 2\n",
    ],
    // Block maps.
    [
      "a key more, before a comment",
      "spec:\n  a: 1\n  # end\nz: 1\n",
      { a: 1, b: { c: 2 } },
      "spec:\n  a: 1\n  b:\n    c: 2\n  # end\nz: 1\n",
    ],
    ["a key more, at the end without a line end", "spec:\n  a: 1", { a: 1, b: 2 }, "spec:\n  a: 1\n  b: 2"],
    [
      "a key less, between comments",
      "spec:\n  a: 1\n  # b\n  b: 2 # two\n  # c\n  c: 3\n",
      { a: 1, c: 3 },
      "spec:\n  a: 1\n  # b\n  # c\n  c: 3\n",
    ],
    ["a key less, at the end without a line end", "spec:\n  a: 1\n  b: 2", { a: 1 }, "spec:\n  a: 1\n"],
    ["the last key and one more", "spec:\n  a: 1\n", { b: 1 }, "spec:\n  b: 1\n"],
    ["the only key gone", "spec:\n  a: 1\n", {}, "spec: {}\n"],
    ["a key into an empty map", "spec: {}\n", { a: 1 }, "spec:\n  a: 1\n"],
    ["a key that needs quotes", "spec:\n  a: 1\n", { a: 1, yes: 2 }, "spec:\n  a: 1\n  'yes': 2\n"],
    ["a quoted key's value", 'spec:\n  "a:b": 1 # c\n', { "a:b": 2 }, 'spec:\n  "a:b": 2 # c\n'],
    // Block lists.
    ["an item in place", "spec:\n  - a # one\n  - b\n", ["x", "b"], "spec:\n  - x # one\n  - b\n"],
    ["an item more", "spec:\n  - a\n  # end\n", ["a", "b"], "spec:\n  - a\n  - b\n  # end\n"],
    ["an item first", "spec:\n  # first\n  - a\n", ["b", "a"], "spec:\n  # first\n  - b\n  - a\n"],
    ["an item less", "spec:\n  - a\n  # b\n  - b\n  - c\n", ["a", "c"], "spec:\n  - a\n  # b\n  - c\n"],
    [
      "an item at the column of its key",
      "spec:\n- a: 1\n",
      [{ a: 1 }, { b: [2] }],
      "spec:\n- a: 1\n- b:\n  - 2\n",
    ],
    ["a field of an item, beside the dash", "spec:\n  - a: 1\n    b: 2\n", [{ b: 2 }], "spec:\n  - b: 2\n"],
    [
      "a field more of an item",
      "spec:\n  - a: 1\n  - a: 2\n",
      [{ a: 1, b: 1 }, { a: 2 }],
      "spec:\n  - a: 1\n    b: 1\n  - a: 2\n",
    ],
    [
      "an item of a list in a list",
      "spec:\n  - - a\n    - b\n  - - c\n",
      [["a", "x"], ["c"]],
      "spec:\n  - - a\n    - x\n  - - c\n",
    ],
    ["an empty item", "spec:\n  -\n  - b\n", ["a", "b"], "spec:\n  - a\n  - b\n"],
    [
      "an item of several fields that becomes text",
      "spec:\n  - a: 1\n    b: 2\n  - c\n",
      ["x", "c"],
      "spec:\n  - x\n  - c\n",
    ],
    ["no item left", "spec:\n  - a\n", [], "spec: []\n"],
    // Flow style.
    ["a flow value", "spec: {a: 1, b: 'x'} # c\n", { a: 1, b: "y" }, "spec: {a: 1, b: 'y'} # c\n"],
    ["a flow value that needs quotes there alone", "spec: {a: x}\n", { a: "b, c" }, "spec: {a: 'b, c'}\n"],
    ["a flow key more", "spec: {a: 1}\n", { a: 1, b: { c: [2] } }, "spec: {a: 1, b: {c: [2]}}\n"],
    ["a flow key less, the first", "spec: {a: 1, b: 2}\n", { b: 2 }, "spec: {b: 2}\n"],
    ["a flow key less, the last", "spec: {a: 1, b: 2}\n", { a: 1 }, "spec: {a: 1}\n"],
    ["a flow item before others", "spec: [b]\n", ["a", "b"], "spec: [a, b]\n"],
    [
      "flow over several lines",
      "spec: {\n  a: 1, # one\n  b: 2\n  }\n",
      { a: 1, b: 3, c: 4 },
      "spec: {\n  a: 1, # one\n  b: 3,\n  c: 4\n  }\n",
    ],
    [
      "flow inside of flow",
      "spec: {a: [{b: 1}, {c: 2}]}\n",
      { a: [{ b: 1 }, { c: 3 }] },
      "spec: {a: [{b: 1}, {c: 3}]}\n",
    ],
    // What is shared.
    ["a use of an anchor", "base: &x {a: 1}\nspec: *x\n", { a: 2 }, "base: &x {a: 1}\nspec:\n  a: 2\n"],
    ["an anchor that nobody uses", "spec: &x\n  a: 1 # c\n", { a: 2 }, "spec: &x\n  a: 2 # c\n"],
    [
      "what a merge brings",
      "base: &x {a: 1}\nspec:\n  <<: *x\n  b: 2 # c\n",
      { a: 3, b: 2 },
      "base: &x {a: 1}\nspec:\n  <<: *x\n  b: 2 # c\n  a: 3\n",
    ],
    [
      "without what a merge brings",
      "base: &x {a: 1}\nspec:\n  <<: *x\n  b: 2\n",
      { b: 2 },
      "base: &x {a: 1}\nspec:\n  b: 2\n",
    ],
  ])("makes %s", (_, spec, target, text) => {
    expect(edited(spec, target)).toBe(text);
  });

  it("never changes what others share: the anchor's document is written anew, and says the same elsewhere", () => {
    const text = `${head}spec: &x\n  a: 1\nother: *x\n`;
    const object = objectInText(text, place);
    const result = editYaml(text, place, { ...object, spec: { a: 2 } } as unknown as KubernetesObject); // has all that makes an object
    expect(result === undefined ? undefined : objectInText(result, place)).toMatchObject({
      spec: { a: 2 },
      other: { a: 1 },
    });
  });

  it("keeps the line ends of Windows", () => {
    expect(edited("spec:\n  a: 1\n  b: 2\n", { b: 3, c: { d: 4 } }, "\r\n")).toBe(
      "spec:\r\n  b: 3\r\n  c:\r\n    d: 4\r\n",
    );
  });

  it("leaves every other document as it is, and finds its own by the line", () => {
    const doc = `${head}spec: {a: 1}\n`;
    const text = `---\n# first\n${doc}---\n---\n${doc}`;
    const result = editYaml(
      text,
      { ...place, line: 9 },
      {
        apiVersion: "v1",
        kind: "X",
        metadata: { name: "a" },
        spec: { a: 2 },
      },
    );
    expect(result).toBe(`---\n# first\n${doc}---\n---\n${head}spec: {a: 2}\n`);
  });

  it("finds an item of a List by its namespace", () => {
    const item = (namespace: string, spec = 1) =>
      `- apiVersion: v1\n  kind: X\n  metadata: {name: a, namespace: ${namespace}}\n  spec: ${spec} # c\n`;
    const list = (...items: readonly string[]) => `apiVersion: v1\nkind: List\nitems:\n${items.join("")}`;
    const text = list(item("one"), item("two"));
    const target = { apiVersion: "v1", kind: "X", metadata: { name: "a", namespace: "two" }, spec: 2 };
    expect(editYaml(text, { ...place, namespace: "two" }, target)).toBe(list(item("one"), item("two", 2)));
    expect(objectInText(text, { ...place, namespace: "three" })).toBeUndefined();
  });

  it.each([
    ["no YAML", "a: b: c"],
    ["another object", head.replace("name: a", "name: b")],
    ["a scalar", "x\n"],
  ])("is not to be had of %s", (_, text) => {
    const target = { apiVersion: "v1", kind: "X", metadata: { name: "a" } };
    expect(editYaml(text, place, target)).toBeUndefined();
  });

  it("makes any value of any other, and keeps the comments of what it does not touch", () => {
    const leaf = fc.oneof(
      fc.constantFrom<Json>("yes", "a: b", "#x", "a\nb\n", " a ", "", "x", null, true),
      fc.integer(),
    );
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom("a", "b", "c", "on", "x y"), tie("value"), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
      ),
    }));
    const style = fc.constantFrom<Style>("block", "flow", "json");
    fc.assert(
      fc.property(value, value, style, (before, after, written) => {
        const text = `${head}# above\nspec: # beside\n  kept: 1 # kept\n  value:${spelled(before, written)}\n  # below\nlast: 1\n`;
        const object = objectInText(text, place);
        if (object === undefined) throw new Error(text);
        const target = { ...object, spec: { kept: 1, value: after } };
        const result = editYaml(text, place, target);
        expect(result).toContain("# above\nspec: # beside\n  kept: 1 # kept\n  value:");
        expect(result).toMatch(/\n {2}# below\nlast: 1\n$/);
        expect(objectInText(result ?? "", place)).toEqual(target);
      }),
      { numRuns: 300 },
    );
  });
});

type Style = "block" | "flow" | "json";

/** A value behind its key at column 2, by hand, and not by what is tested. */
function spelled(value: Json, style: Style, column = 4): string {
  if (style !== "block")
    return ` ${JSON.stringify(value, null, style === "json" ? 6 : undefined).replaceAll("\n", "\n    ")}`;
  const start = `\n${" ".repeat(column)}`;
  if (Array.isArray(value) && value.length > 0)
    return value.map((item: Json) => `${start}-${spelled(item, style, column + 2)}`).join("");
  if (isJsonObject(value) && Object.keys(value).length > 0)
    return Object.entries(value)
      .map(([key, item]) => `${start}${JSON.stringify(key)}:${spelled(item, style, column + 2)}`)
      .join("");
  return ` ${JSON.stringify(value)}`;
}
