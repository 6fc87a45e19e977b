/** Arbitrary schemas over the names that arbitrary JSON uses, and JSON that follows them. */
import fc from "fast-check";
import type { Json } from "../../src/resource/resource.ts";
import type { ListNode, SchemaNode, StructField } from "../../src/schema/schema-node.ts";
import { arbitraryJson, arbitraryScalar, objectOf } from "./arbitrary-json.ts";

export function arbitrarySchema(depth = 4): fc.Arbitrary<SchemaNode> {
  const scalar: fc.Arbitrary<SchemaNode> = fc
    .constantFrom("plain", "quantity", "bytes", "time", "microTime")
    .map((format) => ({ type: "scalar", format }) as const);
  const leaf = fc.oneof(scalar, fc.constant<SchemaNode>({ type: "any" }));
  if (depth === 0) return leaf;
  const inner = arbitrarySchema(depth - 1);
  return fc.oneof(
    { weight: 1, arbitrary: leaf },
    { weight: 3, arbitrary: struct(inner) },
    map(inner),
    list(inner),
  );
}

function struct(inner: fc.Arbitrary<SchemaNode>): fc.Arbitrary<SchemaNode> {
  const field: fc.Arbitrary<StructField> = fc.record({
    node: inner,
    omits: fc.constantFrom("nothing", "empty", "zero"),
  });
  const fields = fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "name", "value", "spec"), field), {
    selector: ([name]) => name,
  });
  return fc
    .record({ fields, atomic: rarely(), open: fc.boolean() })
    .map(({ fields, atomic, open }) => ({ type: "struct", name: "", fields: new Map(fields), atomic, open }));
}

function map(values: fc.Arbitrary<SchemaNode>): fc.Arbitrary<SchemaNode> {
  return fc.record({ type: fc.constant("map" as const), values, atomic: rarely() });
}

function list(items: fc.Arbitrary<SchemaNode>): fc.Arbitrary<SchemaNode> {
  return fc.record({ items, listType: fc.constantFrom("atomic", "set", "map"), ordered: fc.boolean() }).map(
    ({ items, listType, ordered }): ListNode => ({
      type: "list",
      items,
      listType,
      // Lists whose order has an effect are all keyed by name.
      keys: listType === "map" ? [{ name: "name", isOmittedIfEmpty: false }] : [],
      ordered: listType === "map" && ordered,
    }),
  );
}

function rarely(): fc.Arbitrary<boolean> {
  return fc.nat({ max: 4 }).map((n) => n === 0);
}

/** JSON that follows a schema for the most part. */
export function arbitraryJsonOf(schema: SchemaNode): fc.Arbitrary<Json> {
  return fc.oneof({ weight: 9, arbitrary: following(schema) }, { weight: 1, arbitrary: arbitraryJson(2) });
}

function following(schema: SchemaNode): fc.Arbitrary<Json> {
  switch (schema.type) {
    case "any":
      return arbitraryJson(2);
    case "scalar":
      return arbitraryScalar();
    case "map":
      return objectOf(arbitraryJsonOf(schema.values));
    case "list":
      return fc.array(arbitraryJsonOf(schema.items), { maxLength: 4 });
    case "struct": {
      const members = [...schema.fields].map(([name, { node }]) =>
        fc.option(arbitraryJsonOf(node), { nil: undefined }).map((value) => [name, value] as const),
      );
      return fc
        .tuple(...members)
        .map(
          (entries): Json =>
            Object.fromEntries(
              entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
            ),
        );
    }
  }
}
