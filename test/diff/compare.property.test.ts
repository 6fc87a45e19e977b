/** Laws of comparing, and of undoing what it finds. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { compare } from "../../src/diff/compare.ts";
import { noRules } from "../../src/diff/excuse-rules.ts";
import type { DetectionMode, FieldChange } from "../../src/diff/field-change.ts";
import { rollbackPatch } from "../../src/drift/patch.ts";
import type { FieldPath } from "../../src/fieldpath/field-path.ts";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import { parsePathPattern, relate } from "../../src/fieldpath/path-pattern.ts";
import type { Json, KubernetesObject } from "../../src/resource/resource.ts";
import { anyNode, type SchemaNode } from "../../src/schema/schema-node.ts";
import { applyPatch } from "../support/apply-patch.ts";
import { arbitraryObject, arbitraryPath, objectOf, withKeysReversed } from "../support/arbitrary-json.ts";
import { arbitraryJsonOf, arbitrarySchema } from "../support/arbitrary-schema.ts";

/** A schema with two objects that more or less follow it. */
const sides = arbitrarySchema().chain((schema) => {
  const side = arbitraryObject(objectOf(arbitraryJsonOf(schema)));
  return fc.record({ schema: fc.constant(rootOf(schema)), desired: side, live: side });
});

describe.each<DetectionMode>(["Declared", "Exact"])("compare, in mode %s", (mode) => {
  const changesOf = (desired: KubernetesObject, live: KubernetesObject, schema: SchemaNode) =>
    compare({ desired, live, schema, mode }).changes;

  it("finds nothing between an object and itself", () => {
    fc.assert(
      fc.property(sides, ({ schema, desired }) => {
        expect(changesOf(desired, structuredClone(desired), schema)).toEqual([]);
      }),
    );
  });

  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(sides, ({ schema, desired, live }) => {
        const other = changesOf(reversed(desired), reversed(live), schema);
        expect(inOneOrder(other)).toEqual(inOneOrder(changesOf(desired, live, schema)));
      }),
    );
  });

  it("states each path once, but for an item that live holds twice", () => {
    fc.assert(
      fc.property(sides, ({ schema, desired, live }) => {
        const changes = changesOf(desired, live, schema);
        const isItem = ({ path }: FieldChange) => /^(?:key|value)$/.test(path.at(-1)?.type ?? "");
        const once = changes.filter((change) => change.type !== "Added" || !isItem(change));
        const texts = once.map(({ path }) => formatPath(path));
        expect(new Set(texts).size).toBe(texts.length);
      }),
    );
  });

  it("is undone by its rollback, which live then equals", () => {
    fc.assert(
      fc.property(sides, ({ schema, desired, live }) => {
        const patch = rollbackPatch({ changes: changesOf(desired, live, schema), desired, live });
        const restored = applyPatch(live, patch);
        expect(changesOf(desired, restored, schema)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("finds the same, or parts of it, where a rule ignores paths: nothing besides", () => {
    const withRule = sides.chain((both) => {
      const found = changesOf(both.desired, both.live, both.schema).map(({ path }) => path);
      return fc.record({ both: fc.constant(both), path: pathNear(found) });
    });
    fc.assert(
      fc.property(withRule, ({ both, path }) => {
        const found = changesOf(both.desired, both.live, both.schema);
        const rules = { ...noRules, ignore: [ignoring(path)] };
        const { changes } = compare({ ...both, mode, rules });
        const known = new Set(found.map((change) => formatPath(change.path)));
        const isKnown = ({ path }: FieldChange) =>
          path.some((_, depth) => known.has(formatPath(path.slice(0, depth + 1))));
        expect(changes.filter((change) => !isKnown(change))).toEqual([]);
        expect(changes.filter((change) => relate(ignoring(path).paths[0], change.path) === "covers")).toEqual(
          [],
        );
      }),
    );
  });

  it("never fails, however deep the objects are", () => {
    let deep: Json = 1;
    for (let i = 0; i < 20_000; i++) deep = i % 2 === 0 ? { a: deep } : [deep];
    let other: Json = 2;
    for (let i = 0; i < 20_000; i++) other = i % 2 === 0 ? { a: other } : [other];
    const object = (a: Json): KubernetesObject => ({ apiVersion: "v1", kind: "X", metadata: {}, a });
    for (const schema of [anyNode, recursiveSchema("atomic"), recursiveSchema("map")]) {
      expect(changesOf(object(deep), object(deep), schema)).toEqual([]);
      expect(changesOf(object(deep), object(other), schema)).toHaveLength(1);
    }
  });
});

/** Two items of a set may be named by the same text but for the order of keys in it: by that they are not sorted. */
function inOneOrder(changes: readonly FieldChange[]): readonly string[] {
  const canonical = (_: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
      : value;
  return changes.map((change) => JSON.stringify(change, canonical)).sort();
}

/** A path that was found, one above it, one below it, or another one. */
function pathNear(found: readonly FieldPath[]): fc.Arbitrary<FieldPath> {
  const near = fc
    .tuple(
      found.length === 0 ? arbitraryPath() : fc.constantFrom(...found),
      fc.nat({ max: 3 }),
      arbitraryPath(),
    )
    .map(([path, up, more]) =>
      up === 3 ? [...path, ...more.slice(0, 1)] : path.slice(0, Math.max(1, path.length - up)),
    );
  return fc
    .oneof({ weight: 4, arbitrary: near }, { weight: 1, arbitrary: arbitraryPath() })
    .filter((path) => path.every((element) => element.type !== "key" || isNamed(element.fields)));
}

/** No pattern stands for an item without any key. */
function isNamed(fields: object): boolean {
  return Object.keys(fields).length > 0;
}

/** A path is a pattern; what a pattern reads otherwise is written otherwise, and so names something else. */
function ignoring(path: FieldPath) {
  const text = formatPath(path).replace(/[*?]/g, "_");
  return { name: "r", match: [{}], paths: [parsePathPattern(text)] as const, reason: "tried" };
}

/** `a` holds the schema again, or a list of it. */
function recursiveSchema(listType: "atomic" | "map"): SchemaNode {
  const fields = new Map();
  const node: SchemaNode = { type: "struct", name: "", fields, atomic: false, open: false };
  const keys = listType === "map" ? [{ name: "name", isOmittedIfEmpty: false }] : [];
  fields.set("a", { node: { type: "list", items: node, listType, keys, ordered: false }, omits: "nothing" });
  return node;
}

/** The top of an object is a struct whose members are what the schema says. */
function rootOf(schema: SchemaNode): SchemaNode {
  const field = { node: schema, omits: "nothing" } as const;
  const fields = new Map(["a", "b", "c", "name", "value", "spec"].map((name) => [name, field]));
  return { type: "struct", name: "", fields, atomic: false, open: true };
}

function reversed(object: KubernetesObject): KubernetesObject {
  return withKeysReversed(object) as KubernetesObject; // only the order changes
}
