/** CRDs are made from the zod schemas; what cannot be said in a CRD is refused while they are made. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { generateCrds } from "../../dev/generate/crds.ts";
import { customResourceDefinitions } from "../../src/api/crd.ts";
import { structuralSchema } from "../../src/api/structural-schema.ts";
import { isJsonObject, type Json } from "../../src/resource/resource.ts";

const root = join(import.meta.dirname, "../..");
const none = { rules: {}, listKeys: {} };

const generated = await generateCrds();

describe("what is committed", () => {
  it.each([...generated])("is what `make generate` makes: %s", (path, content) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(content);
  });

  it("is all that is installed", () => {
    const kustomization = readFileSync(join(root, "crds/kustomization.yaml"), "utf8");
    const files = [...kustomization.matchAll(/- (.+\.yaml)/g)].map(([, file]) => file);
    const plurals = [...customResourceDefinitions().keys()];
    expect(files).toEqual(plurals.map((plural) => `holdfast.dev_${plural}.yaml`).toSorted());
  });
});

describe.each([...customResourceDefinitions()])("the schema of %s", (_, crd) => {
  // The API server says itself what apiVersion and kind may be.
  const fields = [...walk(crd, "")].filter(({ path }) => /openAPIV3Schema.*\.(spec|status)\b/.test(path));

  it("bounds every text and every list", () => {
    const unbounded = fields.filter(
      ({ schema }) =>
        (schema["type"] === "string" &&
          schema["maxLength"] === undefined &&
          schema["enum"] === undefined &&
          schema["format"] !== "date-time") ||
        (schema["type"] === "array" && schema["maxItems"] === undefined),
    );
    expect(unbounded.map(({ path }) => path)).toEqual([]);
  });

  it("says of every list how it is merged", () => {
    const lists = fields.filter(({ schema }) => schema["type"] === "array");
    expect(lists).not.toEqual([]);
    expect(lists.filter(({ schema }) => schema["x-kubernetes-list-type"] === undefined)).toEqual([]);
  });
});

describe("a structural schema", () => {
  it("has the rules and list keys that zod cannot say", () => {
    const schema = z.strictObject({ items: z.array(z.strictObject({ name: z.string() })) });
    const extras = {
      rules: { "spec.items": [{ rule: "self.size() > 0", message: "spec.items: none" }] },
      listKeys: { "spec.items": ["name"] },
    };
    expect(structuralSchema(schema, "spec", extras)).toMatchObject({
      type: "object",
      required: ["items"],
      properties: {
        items: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
          "x-kubernetes-validations": [{ rule: "self.size() > 0", message: "spec.items: none" }],
        },
      },
    });
  });

  it("does not require what has a default", () => {
    const schema = z.strictObject({ mode: z.enum(["A", "B"]).default("A") });
    expect(structuralSchema(schema, "spec", none)).toEqual({
      type: "object",
      properties: { mode: { type: "string", default: "A", enum: ["A", "B"] } },
    });
  });

  it.each([
    ["a union", z.strictObject({ a: z.union([z.string(), z.number()]) }), "spec.a has no type"],
    ["a number that excludes its bound", z.strictObject({ a: z.number().positive() }), "exclusiveMinimum"],
    ["a constant", z.strictObject({ a: z.literal("x") }), "const"],
  ])("cannot be made of %s", (_, schema, message) => {
    expect(() => structuralSchema(schema, "spec", none)).toThrow(message);
  });
});

interface Field {
  readonly path: string;
  readonly schema: { readonly [name: string]: Json };
}

/** Everything that has a type. */
function* walk(value: Json, path: string): Generator<Field> {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) yield* walk(item, path);
  if (!isJsonObject(value)) return;
  if (typeof value["type"] === "string") yield { path, schema: value };
  for (const [name, inner] of Object.entries(value)) yield* walk(inner, `${path}.${name}`);
}
