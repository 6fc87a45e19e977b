/** Where a prediction and the server's answer differ, in either direction. */
import { isEmpty, isOmitted } from "../../../src/diff/omission.ts";
import { sameScalar } from "../../../src/diff/scalar.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../src/resource/resource.ts";
import { anyNode, type SchemaNode, type StructField } from "../../../src/schema/schema-node.ts";
import { allocated } from "./predict.ts";

/** One line for each place; `mayLack` names places where the server may choose nothing at all. */
export function differences(predicted: Json, answer: Json, schema: SchemaNode, path = ""): readonly string[] {
  if (predicted === allocated) return [];
  if (isJsonObject(predicted) && isJsonObject(answer)) return members(predicted, answer, schema, path);
  if (Array.isArray(predicted) && Array.isArray(answer)) {
    const items = schema.type === "list" ? schema.items : anyNode;
    return Array.from({ length: Math.max(predicted.length, answer.length) }, (_, i) =>
      differences(predicted[i] ?? null, answer[i] ?? null, items, `${path}[${i}]`),
    ).flat();
  }
  const format = schema.type === "scalar" ? schema.format : "plain";
  if (sameScalar(predicted, answer, format)) return [];
  return [`${path}: predicted ${JSON.stringify(predicted)}, answered ${JSON.stringify(answer)}`];
}

function members(
  predicted: JsonObject,
  answer: JsonObject,
  schema: SchemaNode,
  path: string,
): readonly string[] {
  const names = new Set([...Object.keys(predicted), ...Object.keys(answer)]);
  return [...names].flatMap((name) => {
    const field = fieldOf(schema, name);
    const [expected, found] = [predicted[name] ?? undefined, answer[name] ?? undefined];
    const isNothing = (value: Json | undefined) =>
      value === undefined ||
      (value !== allocated && (isOmitted(value, field) || (schema.type === "any" && isEmpty(value))));
    if (isNothing(expected) && isNothing(found)) return [];
    // Chosen by the server, be it none.
    if (expected === allocated) return [];
    return differences(expected ?? null, found ?? null, field.node, `${path}.${name}`);
  });
}

function fieldOf(schema: SchemaNode, name: string): StructField {
  const open: StructField = { node: anyNode, omits: "nothing" };
  if (schema.type === "map") return { node: schema.values, omits: "nothing" };
  return schema.type === "struct" ? (schema.fields.get(name) ?? open) : open;
}
