/** Where two versions of one stored object differ, found without any of the product's own comparing. */
import type { FieldPath, PathElement } from "../../../src/fieldpath/field-path.ts";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from "../../../src/resource/resource.ts";
import { listAt, objectAt, type Published } from "./published.ts";

/** At the highest place that is wholly absent on one side, else at the value itself. */
export interface Difference {
  readonly path: FieldPath;
  readonly before?: Json;
  readonly after?: Json;
  /** The items are the same ones in another order, and the schema says that they are told apart by key or value. */
  readonly isOrder?: true;
}

/** What the server counts, and what controllers report: no part of what anybody declares. */
export const counted: ReadonlySet<string> = new Set(["generation", "managedFields", "resourceVersion"]);
const neverCompared: ReadonlySet<string> = new Set(["apiVersion", "kind", "status"]);

/** Both stored, hence with everything that the server fills in. */
export function differences(
  published: Published,
  before: KubernetesObject,
  after: KubernetesObject,
): readonly Difference[] {
  const found: Difference[] = [];
  const { schema } = published.ofKind(before.apiVersion, before.kind);
  members(withoutCounted(before), withoutCounted(after), { schema, path: [] });
  return found;

  function value(before: Json | undefined, after: Json | undefined, at: Place): void {
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    const { path } = at;
    if (before === undefined || after === undefined) {
      found.push({
        path,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      });
      return;
    }
    const followed = published.follow(at.schema).schema;
    if (isJsonObject(before) && isJsonObject(after))
      return members(before, after, { schema: followed, path });
    if (Array.isArray(before) && Array.isArray(after))
      return lists(before, after, { schema: followed, path });
    found.push({ path, before, after });
  }

  function members(before: JsonObject, after: JsonObject, { schema, path }: Place): void {
    const fields = objectAt(schema ?? {}, "properties");
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const field = fields[name] ?? (schema ?? {})["additionalProperties"];
      value(own(before, name), own(after, name), {
        schema: isJsonObject(field) ? field : undefined,
        path: [...path, { type: "field", name }],
      });
    }
  }

  function lists(before: readonly Json[], after: readonly Json[], { schema, path }: Place): void {
    const told = elementsOf(before, schema);
    const others = elementsOf(after, schema);
    if (told === undefined || others === undefined) return void found.push({ path, before, after });
    const items = (schema ?? {})["items"];
    const texts = others.map((element) => JSON.stringify(element));
    let last = -1;
    let isAscending = true;
    for (const [i, element] of told.entries()) {
      const match = texts.indexOf(JSON.stringify(element));
      if (match >= 0 && match < last) isAscending = false;
      if (match >= 0) last = match;
      value(before[i], after[match], {
        schema: isJsonObject(items) ? items : undefined,
        path: [...path, element],
      });
    }
    const known = new Set(told.map((element) => JSON.stringify(element)));
    for (const [i, element] of others.entries()) {
      const item = after[i];
      if (item !== undefined && !known.has(texts[i] ?? ""))
        found.push({ path: [...path, element], after: item });
    }
    if (!isAscending) found.push({ path, before, after, isOrder: true });
  }
}

interface Place {
  readonly schema: JsonObject | undefined;
  readonly path: FieldPath;
}

/** How the items are named in paths; undefined for an atomic list, or one whose items cannot be told apart. */
export function elementsOf(
  items: readonly Json[],
  schema: JsonObject | undefined,
): readonly PathElement[] | undefined {
  const listType = (schema ?? {})["x-kubernetes-list-type"];
  if (listType !== "map" && listType !== "set") return undefined;
  const keys = listAt(schema ?? {}, "x-kubernetes-list-map-keys").map(String);
  const elements = items.map((item): PathElement => {
    if (listType === "set" || !isJsonObject(item)) return { type: "value", value: item };
    const fields = keys.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]] as const]));
    return fields.length === 0
      ? { type: "value", value: item }
      : { type: "key", fields: Object.fromEntries(fields) };
  });
  return new Set(elements.map((element) => JSON.stringify(element))).size < items.length
    ? undefined
    : elements;
}

/** Whether one is the other, or stands above it. */
export function areRelated(a: FieldPath, b: FieldPath): boolean {
  return a.every((element, i) => i >= b.length || JSON.stringify(element) === JSON.stringify(b[i]));
}

function withoutCounted(object: KubernetesObject): JsonObject {
  const metadata = Object.entries(object.metadata).filter(([name]) => !counted.has(name));
  const rest = Object.entries(object).filter(([name]) => !neverCompared.has(name));
  return { ...Object.fromEntries(rest), metadata: Object.fromEntries(metadata) };
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
