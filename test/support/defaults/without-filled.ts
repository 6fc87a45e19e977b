/** Variants of an object: without a field that the server fills, wherever the object states it, and with its zero. */
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from "../../../src/resource/resource.ts";
import { builtInTypeKey } from "../../../src/schema/built-in-types.ts";
import type { SchemaNode } from "../../../src/schema/schema-node.ts";

export interface Variant {
  /** The field, as the table names it, and what became of it. */
  readonly key: string;
  readonly variant: KubernetesObject;
}

export function withoutFilled(object: KubernetesObject, schema: SchemaNode): readonly Variant[] {
  const stated = new Set<string>();
  const identity = { apiVersion: object.apiVersion, kind: object.kind };
  rewrite(object, schema, (key, value) => {
    stated.add(key);
    return value;
  });
  const variants = [...stated].flatMap((filled): readonly Variant[] => {
    const change = (to: (value: Json) => Json | undefined) =>
      // Only members are rewritten, so that it stays what it was.
      ({
        ...rewrite(object, schema, (key, value) => (key === filled ? to(value) : value)),
        ...identity,
      }) as KubernetesObject;
    return [
      { key: filled, variant: change(() => undefined) },
      { key: `${filled} (zero)`, variant: change(zeroOf) },
    ];
  });
  return variants.map(({ key, variant }, i) => ({ key, variant: renamed(variant, i) }));
}

type Change = (key: string, value: Json) => Json | undefined;

function rewrite(value: JsonObject, schema: SchemaNode, change: Change): JsonObject;
function rewrite(value: Json, schema: SchemaNode, change: Change): Json;
function rewrite(value: Json, schema: SchemaNode, change: Change): Json {
  if (schema.type === "list" && Array.isArray(value)) {
    return (value as readonly Json[]).map((item) => rewrite(item, schema.items, change));
  }
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).flatMap(([name, member]): readonly (readonly [string, Json])[] => {
    if (schema.type === "map") return [[name, rewrite(member, schema.values, change)]];
    const field = schema.type === "struct" ? schema.fields.get(name) : undefined;
    if (schema.type !== "struct" || field === undefined) return [[name, member]];
    const inner = rewrite(member, field.node, change);
    const kept = field.fills === undefined ? inner : change(`${builtInTypeKey(schema.name)}.${name}`, inner);
    return kept === undefined ? [] : [[name, kept]];
  });
  return Object.fromEntries(members);
}

function zeroOf(value: Json): Json {
  if (Array.isArray(value)) return [];
  if (isJsonObject(value)) return {};
  return typeof value === "string" ? "" : typeof value === "number" ? 0 : false;
}

/** A dry-run allocates nothing, yet a name that is taken is refused. */
function renamed(object: KubernetesObject, index: number): KubernetesObject {
  const { name } = object.metadata;
  const isFree = !/^(?:APIService|CustomResourceDefinition|IPAddress)$/.test(object.kind);
  const metadata: JsonObject = isFree ? { ...object.metadata, name: `${name}-${index}` } : object.metadata;
  return { ...object, metadata };
}
