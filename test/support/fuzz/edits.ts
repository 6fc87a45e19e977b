/** One edit by hand at a random place of a live object, of a kind that chance chooses first: each kind has its turn. */

import type { JsonPatchOperation } from "../../../src/drift/json-patch.ts";
import type { FieldPath } from "../../../src/fieldpath/field-path.ts";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from "../../../src/resource/resource.ts";
import type { Chance } from "./chance.ts";
import { counted, elementsOf } from "./difference.ts";
import { leftAlone } from "./field-values.ts";
import { type FieldSchema, fieldOf, type ValueMaker } from "./make-value.ts";
import { objectAt, type Published, type Typed } from "./published.ts";

export const editKinds = [
  "add a field",
  "change a value",
  "replace a struct or list",
  "remove a field",
  "add a map key",
  "remove a map key",
  "add a list item",
  "remove a list item",
  "reorder a list",
  "add a label",
  "add an annotation",
  "add a finalizer",
  "add an owner",
] as const;
export type EditKind = (typeof editKinds)[number];

export interface Edit {
  readonly kind: EditKind;
  /** Against the live object that it was made for. */
  readonly operations: readonly JsonPatchOperation[];
  /** Where it is meant to have an effect. */
  readonly path: FieldPath;
}

export interface EditContext {
  readonly published: Published;
  readonly chance: Chance;
  readonly maker: ValueMaker;
  /** An object that exists, of the same scope: the garbage collector deletes what an absent one owns. */
  readonly owner: JsonObject;
}

/** Every object has a place for these, and the server takes them. */
const easyKinds: ReadonlySet<EditKind> = new Set([
  "add a label",
  "add an annotation",
  "add a finalizer",
  "add an owner",
]);

/** All kinds in a random order, the easy ones once in three times before the others. */
export function kindsInTurn(chance: Chance): readonly EditKind[] {
  const isEasyFirst = chance.isLucky(1 / 3);
  const mixed = chance.some(editKinds, editKinds.length);
  return [
    ...mixed.filter((kind) => easyKinds.has(kind) === isEasyFirst),
    ...mixed.filter((kind) => easyKinds.has(kind) !== isEasyFirst),
  ];
}

/** Undefined if the object has no place for an edit of this kind. */
export function randomEdit(kind: EditKind, live: KubernetesObject, context: EditContext): Edit | undefined {
  const { chance } = context;
  const known = metadataEdit(kind, live, context);
  if (known !== undefined) return known;
  const places = placesOf(live, context.published).flatMap((place) => {
    const make = makers[kind];
    return make === undefined ? [] : [() => make(place, context)];
  });
  for (const make of chance.some(places, 12)) {
    const made = make();
    if (made !== undefined) return { kind, ...made };
  }
  return undefined;
}

/** A value inside the object, the schema that it follows, and the field that holds it. */
interface Place {
  readonly path: FieldPath;
  readonly pointer: string;
  readonly value: Json;
  readonly typed: Typed;
  readonly field: FieldSchema;
  readonly parent: "struct" | "map" | "list";
}

type Made = Omit<Edit, "kind"> | undefined;

const makers: Partial<Record<EditKind, (place: Place, context: EditContext) => Made>> = {
  "add a field": ({ value, typed, path, pointer }, { chance, maker }) => {
    if (!isJsonObject(value)) return undefined;
    const absent = Object.keys(objectAt(typed.schema, "properties")).filter(
      (name) => !Object.hasOwn(value, name),
    );
    if (absent.length === 0) return undefined;
    const name = chance.pick(absent);
    return added(maker.field(fieldOf(typed, name)), { path, pointer, name });
  },
  "change a value": ({ value, field, path, pointer }, { maker }) =>
    typeof value === "object" ? undefined : replaced(value, maker.field(field), { path, pointer }),
  "replace a struct or list": ({ value, field, path, pointer, parent }, { maker }) =>
    typeof value !== "object" || parent === "list"
      ? undefined
      : replaced(value, maker.field(field), { path, pointer }),
  "remove a field": ({ path, pointer, parent }) =>
    parent === "struct" ? { operations: [{ op: "remove", path: pointer }], path } : undefined,
  "add a map key": ({ value, typed, field, path, pointer }, { chance, maker }) => {
    if (!isJsonObject(value) || isJsonObject(typed.schema["properties"])) return undefined;
    const made = maker.field(field);
    const [name, member] = isJsonObject(made)
      ? (Object.entries(made)[0] ?? [])
      : [chance.word(), chance.word()];
    if (name === undefined || Object.hasOwn(value, name)) return undefined;
    return added(member, { path, pointer, name });
  },
  "remove a map key": ({ path, pointer, parent }) =>
    parent === "map" ? { operations: [{ op: "remove", path: pointer }], path } : undefined,
  "add a list item": ({ value, typed, field, path, pointer }, { chance, maker }) => {
    const made = maker.field(field);
    const item = Array.isArray(made) ? (made as readonly Json[])[0] : undefined; // a JSON array
    if (!Array.isArray(value) || item === undefined) return undefined;
    const index = chance.between(0, value.length);
    const [element] = elementsOf([item], typed.schema) ?? [];
    return {
      operations: [{ op: "add", path: `${pointer}/${index}`, value: item }],
      path: element === undefined ? path : [...path, element],
    };
  },
  "remove a list item": ({ path, pointer, parent }) =>
    parent === "list" ? { operations: [{ op: "remove", path: pointer }], path } : undefined,
  "reorder a list": ({ value, path, pointer }) =>
    Array.isArray(value) && value.length > 1
      ? {
          operations: [{ op: "replace", path: pointer, value: [...(value as readonly Json[])].reverse() }],
          path,
        }
      : undefined,
};

/** Every object has a place for these, whether its schema is known or not. */
function metadataEdit(
  kind: EditKind,
  live: KubernetesObject,
  { chance, owner }: EditContext,
): Edit | undefined {
  if (kind === "add a label") return keyAdded("labels", chance.pick(["team", "example.com/hand"]));
  if (kind === "add an annotation") return keyAdded("annotations", chance.pick(["note", "example.com/a.b"]));
  if (kind === "add a finalizer") return itemAdded("finalizers", `example.com/${chance.word()}`);
  return kind === "add an owner" ? itemAdded("ownerReferences", owner) : undefined;

  function keyAdded(field: "labels" | "annotations", name: string): Edit {
    const at = { path: pathOf("metadata", field), pointer: `/metadata/${field}` };
    const value = `hand-${chance.word()}`;
    if (isJsonObject(live.metadata[field])) {
      const operation = { op: "add", path: `${at.pointer}/${escaped(name)}`, value } as const;
      return { kind, operations: [operation], path: [...at.path, { type: "field", name }] };
    }
    const operation = { op: "add", path: at.pointer, value: { [name]: value } } as const;
    return { kind, operations: [operation], path: [...at.path, { type: "field", name }] };
  }

  function itemAdded(field: "finalizers" | "ownerReferences", item: Json): Edit {
    const pointer = `/metadata/${field}`;
    const present = live.metadata[field];
    const operation = Array.isArray(present)
      ? ({ op: "add", path: `${pointer}/-`, value: item } as const)
      : ({ op: "add", path: pointer, value: [item] } as const);
    return { kind, operations: [operation], path: pathOf("metadata", field) };
  }
}

/** Every value of the object that somebody might edit, from the root downwards. */
function placesOf(live: KubernetesObject, published: Published): readonly Place[] {
  const places: Place[] = [];
  const root = published.ofKind(live.apiVersion, live.kind);
  members(live, { path: [], pointer: "", typed: root, field: { owner: "", name: "", schema: undefined } });
  return places;

  function visit(place: Place): void {
    places.push(place);
    const { value, typed, path, pointer, field } = place;
    if (isJsonObject(value)) return members(value, { path, pointer, typed, field });
    if (!Array.isArray(value)) return;
    const items = value as readonly Json[]; // Array.isArray does not narrow a readonly union
    const elements = elementsOf(items, typed.schema);
    const schema = typed.schema["items"];
    for (const [index, item] of items.entries()) {
      visit({
        value: item,
        path: [...path, elements?.[index] ?? { type: "index", index }],
        pointer: `${pointer}/${index}`,
        typed: published.follow(schema),
        field: { ...field, schema },
        parent: "list",
      });
    }
  }

  function members(
    object: JsonObject,
    { path, pointer, typed, field }: Omit<Place, "value" | "parent">,
  ): void {
    const isRoot = path.length === 0;
    const { additionalProperties, properties } = typed.schema;
    for (const [name, value] of Object.entries(object)) {
      if (isRoot && /^(?:apiVersion|kind|status)$/.test(name)) continue;
      if (leftAlone.has(`${typed.type}.${name}`) || counted.has(name)) continue;
      const isField = isJsonObject(properties) && properties[name] !== undefined;
      const own = isField ? fieldOf(typed, name) : { ...field, schema: additionalProperties };
      visit({
        value,
        path: [...path, { type: "field", name }],
        pointer: `${pointer}/${escaped(name)}`,
        typed: published.follow(own.schema),
        field: own,
        parent: isField ? "struct" : "map",
      });
    }
  }
}

function added(
  value: Json | undefined,
  { path, pointer, name }: { path: FieldPath; pointer: string; name: string },
): Made {
  if (value === undefined) return undefined;
  return {
    operations: [{ op: "add", path: `${pointer}/${escaped(name)}`, value }],
    path: [...path, { type: "field", name }],
  };
}

function replaced(
  old: Json,
  value: Json | undefined,
  { path, pointer }: { path: FieldPath; pointer: string },
): Made {
  if (value === undefined || JSON.stringify(value) === JSON.stringify(old)) return undefined;
  return { operations: [{ op: "replace", path: pointer, value }], path };
}

function pathOf(...names: readonly string[]): FieldPath {
  return names.map((name) => ({ type: "field", name }));
}

/** RFC 6901. */
function escaped(token: string): string {
  return token.replaceAll("~", "~0").replaceAll("/", "~1");
}
