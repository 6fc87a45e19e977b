/** Compiles an `/openapi/v3` document into schema nodes. */
import { type GroupVersionKind, isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import { hasOrderedItems, keyDefault } from "./list-rules.ts";
import {
  anyNode,
  type ListNode,
  type Omission,
  type ScalarNode,
  type SchemaNode,
  type StructField,
} from "./schema-node.ts";

/** The kinds of one group and version. */
export type CompiledSchemas = ReadonlyMap<string, SchemaNode>;

/** What a document does not say of built-in types: which fields the server leaves out when they are zero. */
export interface OmittedZeros {
  /** `typeName` as in the document, e.g. `io.k8s.api.core.v1.PodSpec`. */
  omits(typeName: string, field: string): boolean;
}

/** The key of a kind in `CompiledSchemas`. */
export function kindKey({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}/${kind}`;
}

/** Reads every kind of a document. Types that several kinds use are compiled once and shared. */
export function compileOpenApi(document: Json, zeros: OmittedZeros): CompiledSchemas {
  const schemas = member(member(document, "components"), "schemas");
  const compiler = new Compiler(isJsonObject(schemas) ? schemas : {}, zeros);
  const kinds = new Map<string, SchemaNode>();
  for (const [name, schema] of Object.entries(isJsonObject(schemas) ? schemas : {})) {
    for (const gvk of kindsOf(schema)) kinds.set(kindKey(gvk), compiler.named(name));
  }
  return kinds;
}

/** Compiles one inline schema without references, as a CRD holds it. */
export function compileInline(schema: Json): SchemaNode {
  return new Compiler({}, { omits: () => false }).compile(schema, "");
}

const scalarNodes = {
  plain: { type: "scalar", format: "plain" },
  quantity: { type: "scalar", format: "quantity" },
  bytes: { type: "scalar", format: "bytes" },
  time: { type: "scalar", format: "time" },
} as const satisfies Record<ScalarNode["format"], ScalarNode>;

const refPrefix = "#/components/schemas/";
const quantityType = ".api.resource.Quantity";
/** The pattern by which CRD generators mark a quantity (`x-kubernetes-int-or-string` with it). */
const quantityPattern = /\[KMGTPE\]i/;

class Compiler {
  readonly #schemas: JsonObject;
  readonly #zeros: OmittedZeros;
  readonly #named = new Map<string, SchemaNode>();

  constructor(schemas: JsonObject, zeros: OmittedZeros) {
    this.#schemas = schemas;
    this.#zeros = zeros;
  }

  named(name: string): SchemaNode {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    if (name.endsWith(quantityType)) return scalarNodes.quantity;
    return this.compile(this.#schemas[name], name);
  }

  /** `name` is the type's name where it has one: such a node is remembered before its fields are, so that it may recur. */
  compile(schema: Json | undefined, name: string): SchemaNode {
    if (!isJsonObject(schema)) return anyNode;
    const ref = refOf(schema);
    if (ref !== undefined) return this.named(ref);
    if (schema["x-kubernetes-int-or-string"] === true || schema["format"] === "int-or-string")
      return intOrString(schema);
    switch (schema["type"]) {
      case "object":
        return this.#compileObject(schema, name);
      case "array":
        return this.#compileList(schema, "");
      case "string":
        return compileString(schema);
      case "integer":
      case "number":
      case "boolean":
        return scalarNodes.plain;
      default:
        return isJsonObject(schema["properties"]) ? this.#compileObject(schema, name) : anyNode;
    }
  }

  #compileObject(schema: JsonObject, name: string): SchemaNode {
    const { properties, additionalProperties } = schema;
    const atomic = schema["x-kubernetes-map-type"] === "atomic";
    if (!isJsonObject(properties)) {
      if (isJsonObject(additionalProperties))
        return { type: "map", values: this.compile(additionalProperties, ""), atomic };
      // A type that names no field, such as RawExtension or FieldsV1, holds what it is given.
      return anyNode;
    }
    const fields = new Map<string, StructField>();
    const node: SchemaNode = { type: "struct", name, fields, atomic, open: isOpen(schema) };
    if (name !== "") this.#named.set(name, node);
    for (const [field, property] of Object.entries(properties))
      fields.set(field, this.#compileField(property, { name, field }));
    return schema["x-kubernetes-embedded-resource"] === true ? withObjectFields(node) : node;
  }

  #compileField(property: Json, { name, field }: { name: string; field: string }): StructField {
    const isList = isJsonObject(property) && property["type"] === "array";
    const node = isList ? this.#compileList(property, `${name}.${field}`) : this.compile(property, "");
    // Of built-in kinds the documented defaults are mostly wrong; of custom resources they are what the server applies.
    const defaultValue = !isBuiltIn(name) && isJsonObject(property) ? property["default"] : undefined;
    return {
      node,
      omits: this.#omissionOf(node, { name, field }),
      ...(defaultValue === undefined ? {} : { defaultValue }),
    };
  }

  #omissionOf(node: SchemaNode, { name, field }: { name: string; field: string }): Omission {
    if (!isBuiltIn(name)) return "nothing";
    if (node.type === "list" || node.type === "map") return "empty";
    return this.#zeros.omits(name, field) ? "zero" : "nothing";
  }

  #compileList(schema: JsonObject, fieldName: string): ListNode {
    const items = this.compile(schema["items"], "");
    const listType = schema["x-kubernetes-list-type"];
    const keyNames = schema["x-kubernetes-list-map-keys"];
    const isMap = listType === "map" && Array.isArray(keyNames) && keyNames.length > 0;
    return {
      type: "list",
      items,
      listType: isMap ? "map" : listType === "set" ? "set" : "atomic",
      // Array.isArray does not narrow a readonly union; the schema says that keys are names.
      keys: isMap
        ? (keyNames as readonly string[]).map((name) => ({ name, ...keyDefault(items, name) }))
        : [],
      ordered: hasOrderedItems(fieldName),
    };
  }
}

function compileString(schema: JsonObject): ScalarNode {
  switch (schema["format"]) {
    case "byte":
      return scalarNodes.bytes;
    case "date-time":
      return scalarNodes.time;
    default:
      return scalarNodes.plain;
  }
}

function intOrString(schema: JsonObject): ScalarNode {
  const { pattern } = schema;
  return typeof pattern === "string" && quantityPattern.test(pattern)
    ? scalarNodes.quantity
    : scalarNodes.plain;
}

function isOpen(schema: JsonObject): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true;
}

/** An embedded object has the three fields that every object has, whether the schema names them or not. */
function withObjectFields(node: SchemaNode): SchemaNode {
  if (node.type !== "struct") return node;
  const fields = new Map(node.fields);
  for (const name of ["apiVersion", "kind"])
    if (!fields.has(name)) fields.set(name, { node: scalarNodes.plain, omits: "nothing" });
  if (!fields.has("metadata")) fields.set("metadata", { node: anyNode, omits: "nothing" });
  return { ...node, fields };
}

/** Types that come with Kubernetes; a custom resource's type has the name of its group, turned round. */
function isBuiltIn(typeName: string): boolean {
  return /^io\.k8s\.(api|apimachinery|kube-aggregator|apiextensions-apiserver)\./.test(typeName);
}

/** A reference stands alone, or in `allOf` beside a default or a description. */
function refOf(schema: JsonObject): string | undefined {
  const own = schema["$ref"];
  if (typeof own === "string") return own.startsWith(refPrefix) ? own.slice(refPrefix.length) : undefined;
  const { allOf } = schema;
  if (!Array.isArray(allOf) || allOf.length !== 1) return undefined;
  const ref = member(allOf[0], "$ref");
  return typeof ref === "string" && ref.startsWith(refPrefix) ? ref.slice(refPrefix.length) : undefined;
}

function kindsOf(schema: Json): readonly GroupVersionKind[] {
  const gvks = member(schema, "x-kubernetes-group-version-kind");
  if (!Array.isArray(gvks)) return [];
  return (gvks as readonly Json[]).flatMap((gvk) => {
    const { group, version, kind } = isJsonObject(gvk) ? gvk : {};
    return typeof group === "string" && typeof version === "string" && typeof kind === "string"
      ? [{ group, version, kind }]
      : [];
  });
}

function member(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}
