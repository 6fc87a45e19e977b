/** Random values that follow a published schema, as far as it goes; the API server says where validation asks for more. */
import { isJsonObject, type Json, type JsonObject } from "../../../src/resource/resource.ts";
import type { Chance } from "./chance.ts";
import { alternatives, byField, byType, closed, leftAlone, oneIsNeeded, textFor } from "./field-values.ts";
import { listAt, objectAt, type Published, type Typed } from "./published.ts";

/** A field of a type, with its own schema. */
export interface FieldSchema {
  readonly owner: string;
  readonly name: string;
  readonly schema: Json | undefined;
}

export interface ValueMaker {
  /** A value for a field; undefined if it is left alone. */
  field(field: FieldSchema): Json | undefined;
  /** The object with optional fields, keys and items that were not there. What was there stays, and stays in front. */
  enriched(object: JsonObject, typed: Typed): JsonObject;
}

const deepest = 9;
/** Fields of an object beyond those that it must have: some have many, most a few. */
const fullness = [0, 0, 1, 1, 1, 2, 2, 3, 5] as const;
/** They have dozens. */
const large: ReadonlySet<string> = new Set(["core.Container", "core.PodSpec", "core.ServiceSpec"]);

/** `published` is that of the server that shall accept the values. */
export function createValueMaker(published: Published, chance: Chance): ValueMaker {
  return {
    field: (field) => fieldValue(field, 0),
    enriched: (object, typed) => enrich(object, typed, 0),
  };

  function fieldValue({ owner, name, schema }: FieldSchema, depth: number): Json | undefined {
    if (leftAlone.has(`${owner}.${name}`) || name === "status") return undefined;
    const make = byField[`${owner}.${name}`] ?? (owner === "" ? undefined : byField[`*.${name}`]);
    // An absent row of a table of functions.
    return make === undefined ? value(schema, name, depth) : make(chance);
  }

  function value(property: Json | undefined, name: string, depth: number): Json | undefined {
    const typed = published.follow(property);
    const make = byType[typed.type];
    if (make !== undefined) return make(chance);
    const { schema } = typed;
    if (isJsonObject(schema["properties"])) return depth > deepest ? undefined : struct(typed, depth);
    const choices = listAt(schema, "enum");
    if (choices.length > 0) return chance.pick(choices);
    const { type } = schema;
    if (type === "string") return textOf(schema, name);
    if (type === "integer" || type === "number") return chance.between(1, 5);
    if (type === "boolean") return chance.isLucky(0.6);
    if (type === "array") return depth > deepest ? undefined : list(schema, { name, depth });
    if (type === "object") return map(schema, depth);
    if (schema["x-kubernetes-int-or-string"] === true) return chance.pick<Json>([1, "2Gi", "500m", 3]);
    return chance.pick<Json>([1, "a", true, { [chance.word()]: [1, { a: null }] }]);
  }

  function textOf({ format }: JsonObject, name: string): Json {
    if (format === "byte") return Buffer.from(chance.word()).toString("base64");
    if (format === "date-time") return `2024-01-02T03:04:0${chance.between(0, 9)}Z`;
    if (format === "int-or-string") return chance.between(1, 9);
    return textFor(name, chance);
  }

  function struct(typed: Typed, depth: number): Json {
    const required = listAt(typed.schema, "required").map(String);
    const start: Record<string, Json> = {};
    for (const name of required) assign(start, name, { typed, depth });
    return enrich(start, typed, depth);
  }

  function enrich(object: JsonObject, typed: Typed, depth: number): JsonObject {
    const made: Record<string, Json> = {};
    for (const [name, member] of Object.entries(object))
      made[name] = enrichedMember(name, member, { typed, depth });
    const chosen = oneOfAlternatives(object, typed);
    const free = Object.keys(objectAt(typed.schema, "properties")).filter(
      (name) => !Object.hasOwn(made, name) && !chosen.excluded.has(name) && name !== chosen.name,
    );
    if (chosen.name !== undefined) assign(made, chosen.name, { typed, depth });
    const most = large.has(typed.type) ? 7 : 3;
    const count =
      depth === 0 || most > 3
        ? chance.between(0, most)
        : depth > 6
          ? chance.between(0, 1)
          : chance.pick(fullness);
    for (const name of chance.some(free, count)) assign(made, name, { typed, depth });
    return made;
  }

  /** Which of the fields that exclude each other is to be there, and which are not. */
  function oneOfAlternatives(object: JsonObject, { schema, type }: Typed) {
    const rule = alternatives[type];
    if (rule === undefined) return { excluded: new Set<string>() };
    const all = Object.keys(objectAt(schema, "properties"));
    const fields = rule.fields === "all but name" ? all.filter((name) => name !== "name") : rule.fields;
    const isThere = fields.some((name) => Object.hasOwn(object, name));
    const isWanted = oneIsNeeded.has(type) || chance.isLucky(0.5);
    const name = isThere || !isWanted ? undefined : chance.pick(fields);
    return { excluded: new Set(fields), ...(name === undefined ? {} : { name }) };
  }

  function enrichedMember(name: string, member: Json, at: { typed: Typed; depth: number }): Json {
    const { typed, depth } = at;
    if (closed.has(`${typed.type}.${name}`)) return member;
    const { schema, type } = published.follow(objectAt(typed.schema, "properties")[name]);
    if (isJsonObject(member)) {
      if (byType[type] !== undefined) return member;
      if (isJsonObject(schema["properties"])) return enrich(member, { schema, type }, depth + 1);
      const more = chance.isLucky(0.4) ? fieldValue(fieldOf(typed, name), depth + 1) : undefined;
      return isJsonObject(more) ? { ...more, ...member } : member;
    }
    if (!Array.isArray(member)) return member;
    const item = published.follow(schema["items"]);
    const items = (member as readonly Json[]).map((value) =>
      isJsonObject(value) && isJsonObject(item.schema["properties"]) && byType[item.type] === undefined
        ? enrich(value, item, depth + 1)
        : value,
    );
    const more = chance.isLucky(0.3) ? fieldValue(fieldOf(typed, name), depth + 1) : undefined;
    return Array.isArray(more) ? distinct([...items, ...(more as readonly Json[])], schema) : items; // a JSON array
  }

  function assign(
    object: Record<string, Json>,
    name: string,
    { typed, depth }: { typed: Typed; depth: number },
  ) {
    const made = fieldValue(fieldOf(typed, name), depth + 1);
    if (made !== undefined) object[name] = made;
  }

  function list(schema: JsonObject, { name, depth }: { name: string; depth: number }): Json {
    const items = Array.from({ length: chance.between(1, 3) }, () => value(schema["items"], name, depth + 1));
    return distinct(
      items.filter((item) => item !== undefined),
      schema,
    );
  }

  function map({ additionalProperties }: JsonObject, depth: number): Json {
    const names = Array.from({ length: chance.between(1, 2) }, () => chance.word());
    return Object.fromEntries(
      names.flatMap((name) => {
        const made = isJsonObject(additionalProperties) ? value(additionalProperties, "", depth + 1) : name;
        return made === undefined ? [] : [[name, made]];
      }),
    );
  }
}

export function fieldOf({ schema, type }: Typed, name: string): FieldSchema {
  return { owner: type, name, schema: objectAt(schema, "properties")[name] };
}

/** Of two items with one key the second goes: what is told apart by key may not be there twice. */
function distinct(items: readonly Json[], schema: JsonObject): Json {
  const listType = schema["x-kubernetes-list-type"];
  if (listType !== "map" && listType !== "set") return items;
  const keys = listAt(schema, "x-kubernetes-list-map-keys").map(String);
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = JSON.stringify(isJsonObject(item) ? keys.map((name) => item[name] ?? null) : item);
    return !seen.has(key) && seen.add(key);
  });
}
