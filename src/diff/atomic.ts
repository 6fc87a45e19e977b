/** Equality of values that count whole: both sides are looked at, since nothing in them is left to others. */
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import { filledIn } from "../schema/filled-in.ts";
import { anyNode, type ListNode, type SchemaNode, type StructField } from "../schema/schema-node.ts";
import { itemKey } from "./list-items.ts";
import { isEmpty, isZero, sameScalar } from "./scalar.ts";

/** Whether live is what the server makes of desired: the same, but for spellings, left-out zeros and filled-in defaults. */
export function sameAtomic(desired: Json, live: Json, schema: SchemaNode): boolean {
  if (isJsonObject(desired) && isJsonObject(live)) return sameObjects(desired, live, schema);
  if (Array.isArray(desired) && Array.isArray(live)) return sameLists(desired, live, schema);
  return desired === live || (schema.type === "scalar" && sameScalar(desired, live, schema.format));
}

function sameObjects(desired: JsonObject, live: JsonObject, schema: SchemaNode): boolean {
  for (const name of Object.keys(desired)) {
    if (!sameField(name, { desired, live, schema })) return false;
  }
  // What is on the live side only.
  return Object.keys(live).every(
    (name) => Object.hasOwn(desired, name) || sameField(name, { desired, live, schema }),
  );
}

function sameField(
  name: string,
  { desired, live, schema }: { desired: JsonObject; live: JsonObject; schema: SchemaNode },
): boolean {
  const field = fieldOf(schema, name);
  const x = present(desired, name);
  const y = present(live, name);
  if (x !== undefined && y !== undefined) return sameAtomic(x, y, field.node);
  if (x !== undefined) return isOmitted(x, field);
  return y === undefined || isOmitted(y, field) || isFilledIn(name, { value: y, schema, field, desired });
}

function isOmitted(value: Json, { omits }: StructField): boolean {
  return omits === "zero" ? isZero(value) : omits === "empty" && isEmpty(value);
}

function isFilledIn(
  name: string,
  {
    value,
    schema,
    field,
    desired,
  }: { value: Json; schema: SchemaNode; field: StructField; desired: JsonObject },
): boolean {
  if (field.defaultValue !== undefined && sameAtomic(field.defaultValue, value, field.node)) return true;
  return schema.type === "struct" && filledIn(schema.name, name, { value, desired });
}

function sameLists(desired: readonly Json[], live: readonly Json[], schema: SchemaNode): boolean {
  if (desired.length !== live.length) return false;
  const list = schema.type === "list" ? schema : undefined;
  if (list !== undefined && list.listType !== "atomic" && !list.ordered)
    return sameItems(desired, live, list);
  return desired.every((item, i) => sameAtomic(item, live[i] ?? null, list?.items ?? anyNode));
}

/** Inside an atomic value there are lists whose own order means nothing. */
function sameItems(desired: readonly Json[], live: readonly Json[], list: ListNode): boolean {
  const byKey = new Map(live.map((item) => [itemKey(item, list.keys), item]));
  return desired.every((item) => {
    const other = byKey.get(itemKey(item, list.keys));
    return other !== undefined && sameAtomic(item, other, list.items);
  });
}

const unknownField: StructField = { node: anyNode, omits: "nothing" };

function fieldOf(schema: SchemaNode, name: string): StructField {
  switch (schema.type) {
    case "struct":
      return schema.fields.get(name) ?? unknownField;
    case "map":
      return { node: schema.values, omits: "nothing" };
    case "scalar":
    case "list":
    case "any":
      return unknownField;
  }
}

function present(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
}
