/** What a schema says of one member of an object, be it a named field or a key. */
import { anyNode, type SchemaNode, type StructField } from "./schema-node.ts";

/** A member of which nothing is known, and which is kept as it is. */
export const keptField: StructField = { node: anyNode, omits: "nothing" };

/** Undefined if the server would drop it: a field that the schema does not know. */
export function memberField(schema: SchemaNode, name: string): StructField | undefined {
  switch (schema.type) {
    case "struct":
      return schema.fields.get(name) ?? (schema.open ? keptField : undefined);
    case "map":
      // A key with an empty value is a key: only null says nothing.
      return { node: schema.values, omits: "nothing" };
    case "any":
    case "scalar":
    case "list":
      return keptField;
  }
}
