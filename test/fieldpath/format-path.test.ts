import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { FieldPath, PathElement } from "../../src/fieldpath/field-path.ts";
import { formatPath, parsePath } from "../../src/fieldpath/format-path.ts";
import { PathSyntaxError } from "../../src/fieldpath/path-reader.ts";
import { arbitraryPath } from "../support/arbitrary-json.ts";

const field = (name: string): PathElement => ({ type: "field", name });
const key = (fields: { readonly [name: string]: string | number }): PathElement => ({ type: "key", fields });

const examples: readonly (readonly [text: string, path: FieldPath])[] = [
  [".", []],
  ["spec.replicas", [field("spec"), field("replicas")]],
  [
    'spec.template.spec.containers[name="app"].env[name="MODE"].value',
    [
      field("spec"),
      field("template"),
      field("spec"),
      field("containers"),
      key({ name: "app" }),
      field("env"),
      key({ name: "MODE" }),
      field("value"),
    ],
  ],
  ['metadata.annotations["a.b/c"]', [field("metadata"), field("annotations"), field("a.b/c")]],
  ['spec.ports[port=80,protocol="TCP"]', [field("spec"), field("ports"), key({ port: 80, protocol: "TCP" })]],
  ['metadata.finalizers[="x/y"]', [field("metadata"), field("finalizers"), { type: "value", value: "x/y" }]],
  ["args[0]", [field("args"), { type: "index", index: 0 }]],
  ['["a.b"].c', [field("a.b"), field("c")]],
  ['data["8080"]', [field("data"), field("8080")]],
  ['data["quote\\"and]bracket"]', [field("data"), field('quote"and]bracket')]],
  ['data[""]', [field("data"), field("")]],
  ["data.__proto__", [field("data"), field("__proto__")]],
  ["x-kubernetes-map-type", [field("x-kubernetes-map-type")]],
];

describe("a path as text", () => {
  it.each(examples)("%s is written and read", (text, path) => {
    expect(formatPath(path)).toBe(text);
    expect(parsePath(text)).toEqual(path);
  });

  it("is read back as it was written, whatever the keys hold", () => {
    fc.assert(
      fc.property(arbitraryPath(), (path) => {
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });

  it.each([
    "",
    "a..b",
    "a.",
    "a[",
    "a[]x",
    "a[name=]",
    'a["x',
    "a[-1]",
    "a[01]",
    "a[name=x]",
    ".a",
    "a b",
    "a[=1",
  ])("%j is refused with the character at fault", (text) => {
    expect(() => parsePath(text)).toThrow(PathSyntaxError);
    expect(() => parsePath(text)).toThrow(/at character \d+/);
  });

  it("never fails in another way", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        try {
          parsePath(text);
        } catch (error) {
          expect(error).toBeInstanceOf(PathSyntaxError);
        }
      }),
    );
  });
});
