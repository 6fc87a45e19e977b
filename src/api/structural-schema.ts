/** zod → the structural schemas that CustomResourceDefinitions take. */
import { z } from "zod";
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";

/** A rule that a schema cannot say, in CEL, with the message that the user sees. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
}

/** What zod cannot say, by path below the root, e.g. `spec.source.ref`; an item of a list is `spec.list[]`. */
export interface SchemaExtras {
  readonly rules: { readonly [path: string]: readonly Rule[] };
  /** The fields by which a list of objects is merged; every other list is replaced as a whole. */
  readonly listKeys: { readonly [path: string]: readonly string[] };
}

/** @throws Error if the zod schema has what no structural schema can express, such as a union. */
export function structuralSchema(schema: z.ZodType, path: string, extras: SchemaExtras): JsonObject {
  // What users write, hence what may be left out: defaults are filled in by the API server.
  const json = z.toJSONSchema(schema, { io: "input" }) as Json; // a JSON Schema is JSON
  return convert(json, path, extras);
}

/** Fields of JSON Schema that a structural schema has as well. */
const common = [
  "type",
  "format",
  "description",
  "default",
  "enum",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
  "required",
] as const;
/** Handled below, or without meaning here: unknown fields are pruned, never kept. */
const converted: readonly string[] = ["properties", "items", "additionalProperties", "$schema"];

function convert(schema: Json, path: string, extras: SchemaExtras): JsonObject {
  if (!isJsonObject(schema) || typeof schema["type"] !== "string") throw new Error(`${path} has no type`);
  const foreign = Object.keys(schema).find((name) => ![...common, ...converted].includes(name));
  if (foreign !== undefined) throw new Error(`${path}: ${foreign} cannot be said in a structural schema`);
  const rules = extras.rules[path];
  return {
    ...commonFields(schema),
    ...(schema["type"] === "integer" ? { format: "int64" } : {}),
    ...nested(schema, path, extras),
    ...(rules === undefined
      ? {}
      : { "x-kubernetes-validations": rules.map(({ rule, message }) => ({ rule, message })) }),
  };
}

function commonFields(schema: JsonObject): JsonObject {
  const fields = common.flatMap((name) => {
    const value = schema[name];
    // zod bounds every integer by what JavaScript can count to.
    return value === undefined || Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER ? [] : [[name, value]];
  });
  return Object.fromEntries(fields);
}

function nested({ properties, items }: JsonObject, path: string, extras: SchemaExtras): JsonObject {
  if (items !== undefined)
    return { items: convert(items, `${path}[]`, extras), ...listType(extras.listKeys[path]) };
  if (!isJsonObject(properties)) return {};
  const fields = Object.entries(properties).map(([name, property]) => {
    return [name, convert(property, `${path}.${name}`, extras)] as const;
  });
  return { properties: Object.fromEntries(fields) };
}

function listType(keys: readonly string[] | undefined): JsonObject {
  if (keys === undefined) return { "x-kubernetes-list-type": "atomic" };
  return { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys };
}
