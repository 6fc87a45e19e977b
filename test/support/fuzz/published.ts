/** What the API server publishes of its kinds, in full: which values a field may have and which fields a type must have. */
import { isJsonObject, type Json, type JsonObject } from "../../../src/resource/resource.ts";
import { builtInTypeKey } from "../../../src/schema/built-in-types.ts";
import type { Client } from "./client.ts";

/** A schema, and the type that its fields belong to: a row of a table is found by `<group>.<Type>.<field>`. */
export interface Typed {
  readonly schema: JsonObject;
  /** `core.PodSpec`, `Quantity`; empty for what has no name, such as everything inside a custom resource. */
  readonly type: string;
}

export interface Published {
  /** Of a kind, by its `apiVersion`. @throws Error if it is not served. */
  ofKind(apiVersion: string, kind: string): Typed;
  /** With its reference followed, if it is one. */
  follow(schema: Json | undefined): Typed;
}

const refPrefix = "#/components/schemas/";

/** Reads every document once: about seven megabytes. */
export async function readPublished(client: Client): Promise<Published> {
  const index = await client.send({ path: "/openapi/v3" });
  const paths = Object.keys(objectAt(index.body, "paths")).filter((path) => /^apis?\/.*v[0-9]/.test(path));
  const documents = await Promise.all(paths.map((path) => client.send({ path: `/openapi/v3/${path}` })));
  const schemas = new Map<string, JsonObject>();
  const kinds = new Map<string, string>();
  for (const { body } of documents) {
    for (const [name, schema] of Object.entries(objectAt(objectAt(body, "components"), "schemas"))) {
      if (!isJsonObject(schema)) continue;
      schemas.set(name, schema);
      for (const kind of listAt(schema, "x-kubernetes-group-version-kind")) kinds.set(kindKey(kind), name);
    }
  }
  const named = (name: string): Typed => ({
    schema: schemas.get(name) ?? {},
    type: builtInTypeKey(name) ?? (name.startsWith("io.k8s.") ? name.slice(name.lastIndexOf(".") + 1) : ""),
  });
  return {
    ofKind: (apiVersion, kind) => {
      const [version = "", group = ""] = apiVersion.split("/").reverse();
      const name = kinds.get(kindKey({ group, version, kind }));
      if (name === undefined) throw new Error(`the API server does not publish ${apiVersion} ${kind}`);
      return named(name);
    },
    follow: (schema) => {
      if (!isJsonObject(schema)) return { schema: {}, type: "" };
      const ref = schema["$ref"] ?? objectAt({ first: listAt(schema, "allOf")[0] ?? null }, "first")["$ref"];
      return typeof ref === "string" ? named(ref.slice(refPrefix.length)) : { schema, type: "" };
    },
  };
}

export function objectAt(object: JsonObject, name: string): JsonObject {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return isJsonObject(value) ? value : {};
}

export function listAt(object: JsonObject, name: string): readonly Json[] {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return Array.isArray(value) ? (value as readonly Json[]) : []; // Array.isArray does not narrow a readonly union
}

function kindKey(kind: Json): string {
  const { group, version, kind: name } = isJsonObject(kind) ? kind : {};
  return JSON.stringify([group, version, name]);
}
