/** What the table says that the server makes of an object: an account of its own, beside the comparison that uses the table. */
import { isFilled, isOmitted } from "../../../src/diff/omission.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../src/resource/resource.ts";
import { builtInTypeKey } from "../../../src/schema/built-in-types.ts";
import type { Roots, SchemaNode, StructField, StructNode } from "../../../src/schema/schema-node.ts";

/** Stands where a value is the server's choice. */
export const allocated = "(allocated)";

/** Told of each field that the table speaks of and Git leaves open, or that the server fills in any case. */
export type OnField = (key: string, parent: JsonObject) => void;

export interface Prediction {
  readonly roots: Roots;
  readonly onField: OnField;
}

export function predict(stated: Json, schema: SchemaNode, prediction: Prediction, within = ""): Json {
  if (schema.type === "list" && Array.isArray(stated))
    return (stated as readonly Json[]).map((item) => predict(item, schema.items, prediction, within));
  if (!isJsonObject(stated)) return stated;
  if (schema.type === "map") {
    return Object.fromEntries(
      Object.entries(stated).map(([key, value]) => [key, predict(value, schema.values, prediction)]),
    );
  }
  return schema.type === "struct" ? struct(stated, schema, prediction, within) : stated;
}

function struct(parent: JsonObject, schema: StructNode, prediction: Prediction, within: string): JsonObject {
  const known = Object.entries(parent).filter(([name]) => schema.open && !schema.fields.has(name));
  const predicted: Record<string, Json> = Object.fromEntries(known);
  for (const [name, field] of schema.fields) {
    const key = `${builtInTypeKey(schema.name)}.${name}`;
    const stated = Object.hasOwn(parent, name) ? (parent[name] ?? undefined) : undefined;
    const isOpen = stated === undefined || isOmitted(stated, field);
    if (
      field.fills !== undefined &&
      (isOpen || field.fills.overrides === true || field.fills.drops !== undefined)
    ) {
      prediction.onField(key, parent);
      prediction.onField(`${within}/${name}`, parent);
    }
    const value = valueOf(field, { parent, stated, isOpen, prediction });
    if (value === undefined || value === null) continue;
    const full = predict(value, field.node, prediction, key);
    // Zeros may be all that it was made of.
    if (full === allocated || !isOmitted(full, field)) predicted[name] = full;
  }
  return predicted;
}

interface Place {
  readonly parent: JsonObject;
  readonly stated: Json | undefined;
  readonly isOpen: boolean;
  readonly prediction: Prediction;
}

function valueOf(field: StructField, { parent, stated, isOpen, prediction }: Place): Json | undefined {
  const { fills } = field;
  const isDropped = fills?.drops?.(parent, prediction.roots) === true;
  if (fills === undefined || !(isOpen || fills.overrides) || !isFilled(field, parent, prediction.roots))
    return isDropped ? undefined : stated;
  return fills.value === undefined ? allocated : (fills.value(parent, prediction.roots) ?? stated);
}
