/** Following a path through a schema. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import type { SchemaNode, StructField } from "./schema-node.ts";

/** What the schema says of the field that a path ends at; undefined for items of lists, keys of maps and unknown fields. */
export function fieldAt(schema: SchemaNode, path: FieldPath): StructField | undefined {
  let node: SchemaNode = schema;
  let field: StructField | undefined;
  for (const element of path) {
    field = undefined;
    switch (node.type) {
      case "struct":
        field = element.type === "field" ? node.fields.get(element.name) : undefined;
        if (field === undefined) return undefined;
        node = field.node;
        break;
      case "map":
        node = node.values;
        break;
      case "list":
        node = node.items;
        break;
      case "any":
      case "scalar":
        return undefined;
    }
  }
  return field;
}
