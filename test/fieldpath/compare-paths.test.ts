import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { comparePaths, isWithin, pathsOverlap } from "../../src/fieldpath/compare-paths.ts";
import { parsePath } from "../../src/fieldpath/format-path.ts";
import { arbitraryPath } from "../support/arbitrary-json.ts";

describe("the order of paths", () => {
  it("has a parent before what is below it, names by text, and indices by number", () => {
    const sorted = [
      "metadata.labels.app",
      'metadata.labels["a.b/c"]',
      "spec",
      "spec.args[2]",
      "spec.args[10]",
      'spec.containers[name="a"].image',
      'spec.containers[name="b"]',
      "spec.replicas",
    ];
    const paths = sorted.map(parsePath);
    expect(paths.toReversed().sort(comparePaths)).toEqual(paths);
  });

  it("is total", () => {
    fc.assert(
      fc.property(arbitraryPath(), arbitraryPath(), (a, b) => {
        expect(Math.sign(comparePaths(a, b))).toBe(0 - Math.sign(comparePaths(b, a)));
        expect(comparePaths(a, a)).toBe(0);
      }),
    );
  });
});

describe("containment of paths", () => {
  it("covers a subtree", () => {
    expect(isWithin(parsePath("spec.a.b"), parsePath("spec.a"))).toBe(true);
    expect(isWithin(parsePath("spec.a"), parsePath("spec.a"))).toBe(true);
    expect(isWithin(parsePath("spec.a"), parsePath("spec.a.b"))).toBe(false);
    expect(isWithin(parsePath("spec.ab"), parsePath("spec.a"))).toBe(false);
  });

  it("compares keys by what they hold, not by their order", () => {
    const path = parsePath('spec.ports[port=80,protocol="TCP"].name');
    expect(isWithin(path, parsePath('spec.ports[protocol="TCP",port=80]'))).toBe(true);
    expect(isWithin(path, parsePath('spec.ports[port="80",protocol="TCP"]'))).toBe(false);
  });

  it("overlaps in both directions", () => {
    expect(pathsOverlap(parsePath("a.b"), parsePath("a"))).toBe(true);
    expect(pathsOverlap(parsePath("a"), parsePath("a.b"))).toBe(true);
    expect(pathsOverlap(parsePath("a.b"), parsePath("a.c"))).toBe(false);
  });
});
