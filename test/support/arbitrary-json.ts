/** Arbitrary JSON, paths and schemas for property tests. */
import fc from "fast-check";
import type { FieldPath, PathElement } from "../../src/fieldpath/field-path.ts";
import type { Json, JsonObject, KubernetesObject } from "../../src/resource/resource.ts";

const oddNames = ["__proto__", "constructor", "toString", "", "a.b/c", "name", "metadata", "spec", "*"];

/** Field names, odd ones among them. */
export function arbitraryName(): fc.Arbitrary<string> {
  return fc.oneof(fc.constantFrom("a", "b", "c", "name", "value"), fc.constantFrom(...oddNames), fc.string());
}

export function arbitraryScalar(): fc.Arbitrary<Json> {
  return fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.constantFrom(0, 1, "", "a", "1Gi", "1024Mi", "YQ==", "2024-01-02T03:04:05Z"),
    fc.string(),
  );
}

/** Objects are made by definition, never by assignment, so that `__proto__` is a key like any other. */
export function objectOf<T>(values: fc.Arbitrary<T>): fc.Arbitrary<{ readonly [name: string]: T }> {
  return fc
    .array(fc.tuple(arbitraryName(), values), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries));
}

export function arbitraryJson(depth = 4): fc.Arbitrary<Json> {
  if (depth === 0) return arbitraryScalar();
  return fc.oneof(
    { weight: 2, arbitrary: arbitraryScalar() },
    { weight: 1, arbitrary: fc.array(arbitraryJson(depth - 1), { maxLength: 4 }) },
    { weight: 2, arbitrary: objectOf(arbitraryJson(depth - 1)) },
  );
}

/** An object of any shape beside its identity. */
export function arbitraryObject(
  body: fc.Arbitrary<JsonObject> = objectOf(arbitraryJson()),
): fc.Arbitrary<KubernetesObject> {
  return fc.tuple(body, objectOf(fc.string()), objectOf(fc.string())).map(([body, labels, annotations]) => ({
    ...body,
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "w", namespace: "shop", resourceVersion: "7", labels, annotations },
  }));
}

export function arbitraryPath(): fc.Arbitrary<FieldPath> {
  const scalars = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const element: fc.Arbitrary<PathElement> = fc.oneof(
    arbitraryName().map((name): PathElement => ({ type: "field", name })),
    fc.nat().map((index): PathElement => ({ type: "index", index })),
    objectOf(scalars).map((fields): PathElement => ({ type: "key", fields })),
    arbitraryJson(2).map((value): PathElement => ({ type: "value", value: normalised(value) })),
  );
  // An element at the head is always a field: objects are no lists.
  return fc
    .tuple(arbitraryName(), fc.array(element, { maxLength: 5 }))
    .map(([name, rest]): FieldPath => [{ type: "field", name }, ...rest]);
}

/** The same with every object's keys in another order. */
export function withKeysReversed(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withKeysReversed); // a JSON array
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, withKeysReversed(member)]),
  );
}

/** JSON has no -0. */
function normalised(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json; // JSON.parse answers JSON
}
