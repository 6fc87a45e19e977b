/** Compiles `/openapi/v3` documents into schema nodes. */
import {
  type GroupVersionKind,
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
} from "../resource/resource.ts";
import { displacesField, displacesItem } from "./alternatives.ts";
import { isBuiltIn } from "./built-in-types.ts";
import { hasOrderedItems, listKeys } from "./list-rules.ts";
import {
  anyNode,
  type ListNode,
  type Omission,
  type ScalarNode,
  type SchemaNode,
  type StructField,
  type StructNode,
} from "./schema-node.ts";
import { serverFill, serverFillsWithin } from "./server-fills.ts";

/** The kinds of one document, by `kindKey`. */
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

/** Reads every kind of a document. What it does not understand is compiled to "nothing is known", never refused. */
export function compileOpenApi(document: Json, zeros: OmittedZeros): CompiledSchemas {
  const compiler = createCompiler(document, zeros);
  return new Map(compiler.kinds().map(([gvk, typeName]) => [kindKey(gvk), compiler.compileKind(typeName)]));
}

/** Compiles the kinds of a document one by one; types that several kinds use are compiled once and shared. */
export function createCompiler(document: Json, zeros: OmittedZeros): Compiler {
  const schemas = member(member(document, "components"), "schemas");
  return new Compiler(isJsonObject(schemas) ? schemas : {}, zeros);
}

/** Compiles one schema without references, as a CRD holds it. */
export function compileInline(schema: Json): SchemaNode {
  return new Compiler({}, { omits: () => false }).compile(schema);
}

const scalars = {
  plain: { type: "scalar", format: "plain" },
  quantity: { type: "scalar", format: "quantity" },
  bytes: { type: "scalar", format: "bytes" },
  time: { type: "scalar", format: "time" },
  microTime: { type: "scalar", format: "microTime" },
} as const satisfies Record<ScalarNode["format"], ScalarNode>;

const refPrefix = "#/components/schemas/";

/** Types whose schema says less than is known of them. */
const knownTypes: readonly (readonly [suffix: string, node: ScalarNode])[] = [
  [".api.resource.Quantity", scalars.quantity],
  [".meta.v1.Time", scalars.time],
  [".meta.v1.MicroTime", scalars.microTime],
];

/** Written as one of several shapes, of which the object is a schema again; the documents say nothing of them. */
const schemaOrOther = /\.JSONSchemaProps(?:OrBool|OrArray|OrStringArray)$/;

/** The pattern by which CRD generators mark a quantity, beside `x-kubernetes-int-or-string`. */
const quantityPattern = /\[KMGTPE\]i/;

class Compiler {
  readonly #schemas: JsonObject;
  readonly #zeros: OmittedZeros;
  readonly #compiled = new Map<string, SchemaNode>();

  constructor(schemas: JsonObject, zeros: OmittedZeros) {
    this.#schemas = schemas;
    this.#zeros = zeros;
  }

  /** Every kind that the document names, with the name of its type. */
  kinds(): readonly (readonly [GroupVersionKind, string])[] {
    return Object.entries(this.#schemas).flatMap(([name, schema]) =>
      kindsOf(schema).map((gvk) => [gvk, name] as const),
    );
  }

  compileKind(typeName: string): SchemaNode {
    return this.#named(typeName);
  }

  compile(schema: Json | undefined, owner: Owner = customResource): SchemaNode {
    if (!isJsonObject(schema)) return anyNode;
    const referred = refOf(schema);
    if (referred !== undefined) return withMapType(this.#named(referred), schema);
    if (schema["x-kubernetes-int-or-string"] === true) return intOrString(schema);
    const { type, format, properties } = schema;
    if (type === "object" || isJsonObject(properties)) return this.#object(schema, owner);
    if (type === "array") return this.#list(schema, owner);
    if (type === undefined) return anyNode;
    // Only Go types are written anew: a custom resource keeps the text that it was given.
    return type === "string" && format === "byte" && owner.builtIn ? scalars.bytes : scalars.plain;
  }

  #named(name: string): SchemaNode {
    const compiled = this.#compiled.get(name);
    if (compiled !== undefined) return compiled;
    const known = knownTypes.find(([suffix]) => name.endsWith(suffix));
    if (known !== undefined) return known[1];
    if (schemaOrOther.test(name)) return this.#named(name.replace(schemaOrOther, ".JSONSchemaProps"));
    if (!Object.hasOwn(this.#schemas, name)) return anyNode;
    return this.compile(this.#schemas[name], { typeName: name, builtIn: isBuiltIn(name) });
  }

  #object(schema: JsonObject, owner: Owner): SchemaNode {
    const { properties } = schema;
    if (!isJsonObject(properties)) return this.#map(schema, owner);
    const { typeName } = owner;
    const fields = new Map<string, StructField>();
    const node: StructNode = {
      type: "struct",
      name: typeName,
      fields,
      atomic: schema["x-kubernetes-map-type"] === "atomic",
      open: isOpen(schema),
      displaces: displacesField(typeName),
    };
    // Remembered before its fields are compiled, so that a type may hold itself.
    if (typeName !== "") this.#compiled.set(typeName, node);
    for (const [field, property] of Object.entries(properties)) {
      fields.set(field, this.#field(field, { property, owner }));
    }
    return schema["x-kubernetes-embedded-resource"] === true ? withObjectFields(node) : node;
  }

  /** An object without named fields. In a custom resource it stays empty, unless the schema says otherwise. */
  #map(schema: JsonObject, { typeName, builtIn }: Owner): SchemaNode {
    const { additionalProperties } = schema;
    const atomic = schema["x-kubernetes-map-type"] === "atomic";
    if (isJsonObject(additionalProperties)) {
      return { type: "map", values: this.compile(additionalProperties, inside(builtIn)), atomic };
    }
    if (additionalProperties === true || isOpen(schema) || builtIn) return anyNode;
    const empty: StructNode = { type: "struct", name: typeName, fields: new Map(), atomic, open: false };
    return schema["x-kubernetes-embedded-resource"] === true ? withObjectFields(empty) : empty;
  }

  #field(name: string, { property, owner }: { property: Json; owner: Owner }): StructField {
    const { typeName, builtIn } = owner;
    const isList = isJsonObject(property) && property["type"] === "array";
    const plain = isList ? this.#list(property, owner, name) : this.compile(property, inside(builtIn));
    const node = builtIn ? withFills(plain, serverFillsWithin(typeName, name)) : plain;
    const fills = builtIn ? serverFill(typeName, name) : defaultOf(name, property);
    return { node, omits: this.#omission(node, { owner, name }), ...(fills === undefined ? {} : { fills }) };
  }

  #omission(node: SchemaNode, { owner, name }: { owner: Owner; name: string }): Omission {
    if (!owner.builtIn) return "nothing";
    if (node.type === "list" || node.type === "map") return "empty";
    return this.#zeros.omits(owner.typeName, name) ? "zero" : "nothing";
  }

  /** `field` is the one of the owner that holds the list, if it is held by a field. */
  #list(schema: JsonObject, { typeName, builtIn }: Owner, field = ""): ListNode {
    const items = this.compile(schema["items"], inside(builtIn));
    const listType = schema["x-kubernetes-list-type"];
    const keys = listType === "map" ? listKeys(schema["x-kubernetes-list-map-keys"], items) : [];
    return {
      type: "list",
      items,
      listType: keys.length > 0 ? "map" : listType === "set" ? "set" : "atomic",
      keys,
      ordered: hasOrderedItems(typeName, field),
      displaces: displacesItem(typeName, field),
    };
  }
}

export type { Compiler };

/** What a schema belongs to. The values inside a type have no name, but are written by the same program. */
interface Owner {
  readonly typeName: string;
  readonly builtIn: boolean;
}

const customResource: Owner = { typeName: "", builtIn: false };

function inside(builtIn: boolean): Owner {
  return { typeName: "", builtIn };
}

/**
 * A custom resource's default is what the server puts in, in place of a null as well unless that is a value of the
 * field; those of built-in types are mostly wrong (kube-openapi).
 */
function defaultOf(name: string, property: Json): StructField["fills"] {
  if (!isJsonObject(property) || property["default"] === undefined) return undefined;
  const value = property["default"];
  const fills = { value: () => value };
  return property["nullable"] === true ? { ...fills, when: (parent) => parent[name] !== null } : fills;
}

function intOrString({ pattern }: JsonObject): ScalarNode {
  return typeof pattern === "string" && quantityPattern.test(pattern) ? scalars.quantity : scalars.plain;
}

function isOpen(schema: JsonObject): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true;
}

/** A field may say otherwise than its type whether it is replaced as a whole. */
function withMapType(node: SchemaNode, property: JsonObject): SchemaNode {
  const mapType = property["x-kubernetes-map-type"];
  if (mapType === undefined || (node.type !== "struct" && node.type !== "map")) return node;
  return { ...node, atomic: mapType === "atomic" };
}

/** An embedded object has the three fields that every object has, whether the schema names them or not. */
function withObjectFields(node: StructNode): StructNode {
  const fields = new Map(node.fields);
  for (const name of ["apiVersion", "kind"]) {
    if (!fields.has(name)) fields.set(name, { node: scalars.plain, omits: "nothing" });
  }
  fields.set("metadata", { node: anyNode, omits: "nothing" });
  return { ...node, fields };
}

/** The type of a field, or of its items, whose own fields are filled otherwise than elsewhere. */
function withFills(node: SchemaNode, fills: ReturnType<typeof serverFillsWithin>): SchemaNode {
  if (fills.length === 0) return node;
  if (node.type === "list") return { ...node, items: withFills(node.items, fills) };
  if (node.type !== "struct") return node;
  const fields = new Map(node.fields);
  for (const [name, fill] of fills) {
    const field = fields.get(name);
    if (field !== undefined) fields.set(name, { ...field, fills: fill });
  }
  return { ...node, fields };
}

/** A reference stands alone, or in `allOf` beside a default or a description. */
function refOf(schema: JsonObject): string | undefined {
  const { $ref, allOf } = schema;
  const ref = isJsonList(allOf) && allOf.length === 1 ? member(allOf[0], "$ref") : $ref;
  return typeof ref === "string" && ref.startsWith(refPrefix) ? ref.slice(refPrefix.length) : undefined;
}

function kindsOf(schema: Json): readonly GroupVersionKind[] {
  const gvks = member(schema, "x-kubernetes-group-version-kind");
  if (!isJsonList(gvks)) return [];
  return gvks.flatMap((gvk) => {
    const { group, version, kind } = isJsonObject(gvk) ? gvk : {};
    return typeof group === "string" && typeof version === "string" && typeof kind === "string"
      ? [{ group, version, kind }]
      : [];
  });
}

function member(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
