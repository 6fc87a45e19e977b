/** Path patterns: what they cover, and what is said of those that are none. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { formatPath, parsePath } from "../../src/fieldpath/format-path.ts";
import { type PatternRelation, parsePathPattern, relate } from "../../src/fieldpath/path-pattern.ts";
import { PathSyntaxError } from "../../src/fieldpath/path-reader.ts";
import { arbitraryPath } from "../support/arbitrary-json.ts";

describe("a path pattern", () => {
  it.each<[pattern: string, path: string, PatternRelation]>([
    ["spec.replicas", "spec.replicas", "covers"],
    ["spec", "spec.template.spec.containers[0].image", "covers"],
    ["spec.replicas", "spec", "below"],
    ["spec.replicas", "spec.paused", "apart"],
    ["spec.replicas", "metadata", "apart"],
    ['spec.containers[name="app"]', 'spec.containers[name="app"].image', "covers"],
    ['spec.containers[name="app"]', 'spec.containers[name="other"]', "apart"],
    ['spec.containers[name="app"].image', 'spec.containers[name="app"]', "below"],
    ['spec.containers[name="istio-*"]', 'spec.containers[name="istio-proxy"].image', "covers"],
    ["webhooks[*].clientConfig.caBundle", 'webhooks[name="a"].clientConfig.caBundle', "covers"],
    ["webhooks[*].clientConfig.caBundle", "webhooks[0].clientConfig.caBundle", "covers"],
    ["webhooks[*].clientConfig.caBundle", 'webhooks[name="a"]', "below"],
    ["webhooks[*].clientConfig.caBundle", 'webhooks[name="a"].clientConfig.url', "apart"],
    ["metadata.finalizers[*]", 'metadata.finalizers[="x"]', "covers"],
    ["metadata.labels[*]", "metadata.labels.app", "apart"],
    ['metadata.annotations["a.b/*"]', 'metadata.annotations["a.b/c"]', "covers"],
    ['metadata.annotations["a.b/*"]', "metadata.annotations", "below"],
    ['metadata.annotations["a.b/*"]', 'metadata.annotations["xa.b/c"]', "apart"],
    ['spec["*"].ca', "spec.anything.ca", "covers"],
    ["spec.ports[port=80]", 'spec.ports[port=80,protocol="UDP"]', "covers"],
    ['spec.ports[port=80,protocol="TCP"]', 'spec.ports[protocol="TCP",port=80]', "covers"],
    ['spec.ports[port=80,protocol="TCP"]', 'spec.ports[port=80,protocol="UDP"]', "apart"],
    ['spec.ports[port="80"]', 'spec.ports[port=80,protocol="UDP"]', "apart"],
    ["spec.args[0]", "spec.args[0]", "covers"],
    ["spec.args[0]", "spec.args[1]", "apart"],
    ['metadata.finalizers[="x/y"]', 'metadata.finalizers[="x/y"]', "covers"],
    ['metadata.finalizers[="x/*"]', 'metadata.finalizers[="x/y"]', "covers"],
    ['metadata.finalizers[="x/y"]', 'metadata.finalizers[="y"]', "apart"],
    ["spec.__proto__", "spec.a", "apart"],
  ])("%s lies to %s so: %s", (pattern, path, relation) => {
    expect(relate(parsePathPattern(pattern), parsePath(path))).toBe(relation);
  });

  it("that is written as a path is printed covers that path, and what is below it", () => {
    const printable = arbitraryPath().filter((path) =>
      path.every((element) => element.type !== "key" || Object.keys(element.fields).length > 0),
    );
    fc.assert(
      fc.property(printable, (path) => {
        const pattern = parsePathPattern(formatPath(path));
        expect(relate(pattern, path)).toBe("covers");
        expect(relate(pattern, [...path, { type: "field", name: "below" }])).toBe("covers");
        expect(relate(pattern, path.slice(0, -1))).toBe("below");
      }),
    );
  });

  it.each([
    [
      "*",
      '"*" alone is refused: write [*] for any item, or a glob in quotes such as ["example.com/*"], at character 0 of *',
    ],
    ["spec.*", "at character 4 of spec.*"],
    ["spec.*.image", "at character 4 of"],
    ["spec.a*", "at character 6 of"],
    ["", "a path has at least one field at character 0"],
    [".", "expected a field name at character 0"],
    ["spec.", "expected a field name at character 5"],
    [".spec", "expected a field name at character 0"],
    ["spec..replicas", "expected a field name at character 5"],
    ["spec replicas", "expected . at character 4"],
    ["[*].spec", "a path begins with a field at character 0"],
    ["[0]", "a path begins with a field at character 0"],
    ["spec[]", "write [*] for any item, or name its keys, at character 4"],
    ["spec[name=app]", '"app" is not a JSON value'],
    ['spec[name="app"', "expected ] at character 15"],
    ['metadata.annotations["a.b/c]', "is not a JSON value"],
    ["spec.containers[-1]", "expected a field name at character 16"],
    ["spec[**]", "expected a field name at character 5"],
  ])("is not %s, and the message says why and where", (text, message) => {
    expect(() => parsePathPattern(text)).toThrow(PathSyntaxError);
    expect(() => parsePathPattern(text)).toThrow(message);
  });

  it("is refused with a message, whatever it holds", () => {
    const pieces = fc.constantFrom("spec", ".", "[", "]", "*", '"', "=", "a", "0", ",", "\\", "{", "é", "\n");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (all) => {
        try {
          expect(parsePathPattern(all.join("")).steps).not.toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(PathSyntaxError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
