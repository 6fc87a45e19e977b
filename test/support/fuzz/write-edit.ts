/** The same edit as the different requests by which people and programs make it. */
import type { ApiRequest } from "../../../dev/control-plane/api-request.ts";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from "../../../src/resource/resource.ts";
import { applyPatch } from "../apply-patch.ts";
import type { Edit } from "./edits.ts";
import { listAt, objectAt, type Published } from "./published.ts";

export const writeMethods = ["json", "merge", "strategic", "apply", "replace"] as const;
export type WriteMethod = (typeof writeMethods)[number];

export interface WriteInput {
  readonly published: Published;
  readonly url: string;
  readonly manager: string;
  /** The answer is 409 unless the object is still this one. */
  readonly live: KubernetesObject;
}

/** The method may be another one where the wanted one cannot say this edit. @throws Error if the edit does not fit the object. */
export function editRequest(
  edit: Edit,
  method: WriteMethod,
  input: WriteInput,
): { readonly request: ApiRequest; readonly method: WriteMethod } {
  const { published, url, manager, live } = input;
  const edited = applyPatch(live, edit.operations);
  const { resourceVersion, name, namespace } = live.metadata;
  const path = `${url}?fieldManager=${encodeURIComponent(manager)}`;
  const patch = (type: string, body: unknown, query = "") =>
    ({ method: "PATCH", path: `${path}${query}`, body, contentType: `application/${type}` }) as const;
  const guard = { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion };
  const asJson = { request: patch("json-patch+json", [guard, ...edit.operations]), method: "json" } as const;
  if (method === "json") return asJson;
  if (method === "replace") return { request: { method: "PUT", path, body: edited }, method };
  const dialect = method === "strategic" && isCustom(published, live) ? "merge" : method;
  const { schema } = published.ofKind(live.apiVersion, live.kind);
  const body = partial(live, edited, { dialect, schema, published });
  if (body === inexpressible || !isJsonObject(body)) return asJson;
  const metadata = { ...objectAt(body, "metadata"), resourceVersion: resourceVersion ?? "" };
  if (method !== "apply") {
    return {
      request: patch(`${dialect === "merge" ? "" : "strategic-"}merge-patch+json`, { ...body, metadata }),
      method: dialect,
    };
  }
  const identity = { name: name ?? "", ...(namespace === undefined ? {} : { namespace }) };
  const applied = {
    ...body,
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: { ...metadata, ...identity },
  };
  return { request: patch("apply-patch+yaml", applied, "&force=true"), method };
}

/** Cannot be said in this dialect: a removal in an apply, an order. */
const inexpressible = Symbol("inexpressible");
type Partial = Json | undefined | typeof inexpressible;

interface Dialect {
  readonly dialect: Exclude<WriteMethod, "json" | "replace">;
  readonly schema: JsonObject;
  readonly published: Published;
}

/** What to send so that `before` becomes `after`; undefined if nothing. */
function partial(before: Json, after: Json, context: Dialect): Partial {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  const { dialect, published } = context;
  const { schema } = published.follow(context.schema);
  const isAtomic = (context.schema["x-kubernetes-map-type"] ?? schema["x-kubernetes-map-type"]) === "atomic";
  if (isJsonObject(before) && isJsonObject(after) && !(isAtomic && dialect === "apply")) {
    return partialObject(before, after, { dialect, schema, published });
  }
  if (Array.isArray(before) && Array.isArray(after) && dialect !== "merge") {
    return partialList(before, after, { dialect, schema, published });
  }
  return after;
}

function partialObject(before: JsonObject, after: JsonObject, context: Dialect): Partial {
  const body: Record<string, Json> = {};
  const fields = objectAt(context.schema, "properties");
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, value] = [before[name], after[name]];
    if (value === undefined) {
      if (context.dialect === "apply") return inexpressible;
      body[name] = null;
      continue;
    }
    const schema = fields[name] ?? context.schema["additionalProperties"];
    const inner = { ...context, schema: isJsonObject(schema) ? schema : {} };
    const member = old === undefined ? value : partial(old, value, inner);
    if (member === inexpressible) return inexpressible;
    if (member !== undefined) body[name] = member;
  }
  return body;
}

function partialList(before: readonly Json[], after: readonly Json[], context: Dialect): Partial {
  const { schema, dialect } = context;
  const keys = mergeKeys(schema, dialect);
  if (keys === undefined) return after;
  const keyOf = (item: Json) =>
    JSON.stringify(isJsonObject(item) ? keys.map((key) => item[key] ?? null) : item);
  const old = new Map(before.map((item) => [keyOf(item), item]));
  const present = new Set(after.map(keyOf));
  const kept = before.filter((item) => present.has(keyOf(item))).map(keyOf);
  const isInOrder = JSON.stringify(kept) === JSON.stringify(after.map(keyOf).slice(0, kept.length));
  if (!isInOrder || present.size < after.length || old.size < before.length) return inexpressible;
  const body: Json[] = [];
  for (const item of before) {
    if (present.has(keyOf(item))) continue;
    if (dialect === "apply" || !isJsonObject(item)) return inexpressible;
    body.push({ $patch: "delete", ...keyFields(item, keys) });
  }
  const items = schema["items"];
  for (const item of after) {
    const known = old.get(keyOf(item));
    const change =
      known === undefined
        ? item
        : partial(known, item, { ...context, schema: isJsonObject(items) ? items : {} });
    if (change === inexpressible) return inexpressible;
    if (change === undefined) continue;
    body.push(isJsonObject(change) && isJsonObject(item) ? { ...change, ...keyFields(item, keys) } : change);
  }
  return body;
}

/** By which fields the server finds an item; empty if by its value; undefined if it replaces the list. */
function mergeKeys(schema: JsonObject, dialect: Dialect["dialect"]): readonly string[] | undefined {
  const listType = schema["x-kubernetes-list-type"];
  if (dialect === "apply") {
    if (listType === "set") return [];
    return listType === "map" ? listAt(schema, "x-kubernetes-list-map-keys").map(String) : undefined;
  }
  const strategy = schema["x-kubernetes-patch-strategy"];
  if (typeof strategy !== "string" || !strategy.includes("merge")) return undefined;
  const key = schema["x-kubernetes-patch-merge-key"];
  return typeof key === "string" ? [key] : [];
}

function keyFields(item: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]])));
}

/** Custom resources know no strategic merge patch. */
function isCustom(published: Published, { apiVersion, kind }: KubernetesObject): boolean {
  return published.ofKind(apiVersion, kind).type === "";
}
