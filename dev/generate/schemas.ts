/** Shipped schemas: the API server's OpenAPI documents, joined and stripped to what comparing needs. */
import { isJsonObject, type Json, type JsonObject } from "../../src/resource/resource.ts";

/** Reads one path of the API server as JSON. */
export type Fetch = (path: string) => Promise<Json>;

/** Everything else in a schema is for people, or for checks that the server makes. */
const kept = new Set([
  "$ref",
  "additionalProperties",
  "allOf",
  "format",
  "items",
  "properties",
  "type",
  "x-kubernetes-embedded-resource",
  "x-kubernetes-group-version-kind",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-list-type",
  "x-kubernetes-map-type",
  "x-kubernetes-preserve-unknown-fields",
]);

/** The content of `src/schema/data/kubernetes-<minor>.json`. */
export async function shippedSchemas(fetch: Fetch): Promise<JsonObject> {
  const { paths } = object(await fetch("/openapi/v3"));
  const schemas: Record<string, Json> = {};
  for (const [name, entry] of Object.entries(object(paths)).sort(([a], [b]) => (a < b ? -1 : 1))) {
    // Documents of CRDs are those of whoever installed them.
    if (!/^api\/v1$|^apis\/[^/]+\/v[^/]+$/.test(name) || name.includes("holdfast.dev")) continue;
    const document = object(await fetch(String(object(entry)["serverRelativeURL"])));
    for (const [type, schema] of Object.entries(object(object(document["components"])["schemas"]))) {
      schemas[type] ??= strip(schema, true);
    }
  }
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { clusterScoped: await clusterScopedKinds(fetch), document: { components: { schemas: sorted } } };
}

/** `kindKey`s of the kinds that have no namespace. */
async function clusterScopedKinds(fetch: Fetch): Promise<readonly string[]> {
  const found: string[] = [];
  const versions = ["/api/v1"];
  for (const group of list(object(await fetch("/apis"))["groups"])) {
    for (const version of list(object(group)["versions"]))
      versions.push(`/apis/${String(object(version)["groupVersion"])}`);
  }
  for (const path of versions) {
    const [group, version] = path === "/api/v1" ? ["", "v1"] : path.slice("/apis/".length).split("/");
    for (const resource of list(object(await fetch(path))["resources"])) {
      const { name, kind, namespaced } = object(resource);
      if (namespaced === false && !String(name).includes("/"))
        found.push(`${group}/${version}/${String(kind)}`);
    }
  }
  return found.sort();
}

/** `isSchema` tells a schema from a map of properties, whose names are free. */
function strip(value: Json, isSchema: boolean): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => strip(item, true));
  if (!isJsonObject(value)) return value;
  const out: Record<string, Json> = {};
  for (const [name, member] of Object.entries(value)) {
    if (isSchema && !kept.has(name)) continue;
    if (name === "x-kubernetes-group-version-kind") out[name] = member;
    else out[name] = strip(member, !(isSchema && name === "properties"));
  }
  return out;
}

function object(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
