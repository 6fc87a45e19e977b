/** Makes the schemas that Holdfast ships out of what a real API server publishes, stripped to what comparing needs. */
import { isJsonObject, type Json, type JsonObject, parseApiVersion } from "../../src/resource/resource.ts";

/** Reads one path of the API server, e.g. `/openapi/v3`. */
export type FetchJson = (path: string) => Promise<Json>;

/** By type, the fields whose zero the server leaves out: the output of dev/generate/omitted-zeros. */
export type OmittedZeroFields = { readonly [typeName: string]: readonly string[] };

/** The content of src/schema/data/kubernetes-<minor>.json. `components` is as in an OpenAPI document. */
export type ShippedData = {
  readonly kubernetes: string;
  readonly kinds: readonly (ServedKind & { readonly type: string })[];
  readonly components: { readonly schemas: JsonObject };
  /** Field names joined by spaces. */
  readonly omittedZeros: { readonly [typeName: string]: string };
};

type ServedKind = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespaced: boolean;
};

/** Reads all documents and discovery, and keeps the kinds that can be declared, and the types that they are made of. */
export async function generateShippedSchemas(
  fetchJson: FetchJson,
  omittedZeros: OmittedZeroFields,
): Promise<ShippedData> {
  const schemas = await readAllSchemas(fetchJson);
  const types = typesByKind(schemas);
  const kinds = (await readKinds(fetchJson)).flatMap((kind) => {
    const type = types.get(`${kind.group}/${kind.version}/${kind.kind}`);
    return type === undefined ? [] : [{ ...kind, type }];
  });
  const reached = new Map<string, Json>();
  for (const { type } of kinds) reach(type, { schemas, reached, isKind: true });
  const names = [...reached.keys()].sort();
  return {
    kubernetes: text(at(await fetchJson("/version"), "gitVersion")).replace(/^v/, ""),
    kinds,
    components: { schemas: Object.fromEntries(names.map((name) => [name, reached.get(name) ?? null])) },
    // Of types beyond the shipped kinds too: other clusters serve other versions.
    omittedZeros: Object.fromEntries(
      Object.entries(omittedZeros).map(([typeName, fields]) => [typeName, fields.join(" ")]),
    ),
  };
}

/** One line per kind and per type, so that a new release can be reviewed. */
export function formatShippedSchemas({ kubernetes, kinds, components, omittedZeros }: ShippedData): string {
  const lines = (values: JsonObject) =>
    Object.entries(values)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(",\n");
  return [
    `{"kubernetes":${JSON.stringify(kubernetes)},`,
    `"kinds":[\n${kinds.map((kind) => JSON.stringify(kind)).join(",\n")}],`,
    `"components":{"schemas":{\n${lines(components.schemas)}}},`,
    `"omittedZeros":{\n${lines(omittedZeros)}}}\n`,
  ].join("\n");
}

async function readAllSchemas(fetchJson: FetchJson): Promise<JsonObject> {
  const paths = at(await fetchJson("/openapi/v3"), "paths");
  if (!isJsonObject(paths)) throw new Error("/openapi/v3 names no documents");
  const all: Record<string, Json> = {};
  for (const path of Object.keys(paths)
    .filter((path) => /^(?:api|apis\/[^/]+)\/v[^/]+$/.test(path))
    .sort()) {
    const schemas = at(at(await fetchJson(`/openapi/v3/${path}`), "components"), "schemas");
    if (isJsonObject(schemas)) Object.assign(all, schemas);
  }
  return all;
}

/** The kinds of discovery that somebody can create and that stay. */
async function readKinds(fetchJson: FetchJson): Promise<readonly ServedKind[]> {
  const kinds: ServedKind[] = [];
  const groups = list(at(await fetchJson("/apis"), "groups"));
  const versions = groups.flatMap((group) => list(at(group, "versions")));
  for (const groupVersion of ["v1", ...versions.map((version) => text(at(version, "groupVersion")))]) {
    const path = groupVersion === "v1" ? "/api/v1" : `/apis/${groupVersion}`;
    for (const resource of list(at(await fetchJson(path), "resources"))) {
      const verbs = list(at(resource, "verbs"));
      const isSubresource = text(at(resource, "name")).includes("/");
      if (isSubresource || !["create", "get", "list", "watch"].every((verb) => verbs.includes(verb)))
        continue;
      kinds.push({
        ...parseApiVersion(groupVersion),
        kind: text(at(resource, "kind")),
        resource: text(at(resource, "name")),
        namespaced: at(resource, "namespaced") === true,
      });
    }
  }
  return kinds.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function typesByKind(schemas: JsonObject): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  for (const [name, schema] of Object.entries(schemas)) {
    for (const gvk of list(at(schema, "x-kubernetes-group-version-kind"))) {
      types.set(`${text(at(gvk, "group"))}/${text(at(gvk, "version"))}/${text(at(gvk, "kind"))}`, name);
    }
  }
  return types;
}

const refPrefix = "#/components/schemas/";
const kept = ["x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"];
/** Never compared, in no kind. */
const neverCompared = new Set(["status", "managedFields"]);

interface Reach {
  readonly schemas: JsonObject;
  readonly reached: Map<string, Json>;
  readonly isKind?: true;
}

function reach(name: string, { schemas, reached, isKind }: Reach): void {
  if (reached.has(name)) return;
  reached.set(name, null);
  reached.set(
    name,
    strip(schemas[name] ?? null, {
      isKind: isKind === true,
      onRef: (ref) => reach(ref, { schemas, reached }),
    }),
  );
}

function strip(schema: Json, { isKind, onRef }: { isKind: boolean; onRef: (name: string) => void }): Json {
  const stripped: Record<string, Json> = {};
  const ref = at(schema, "$ref") ?? at(list(at(schema, "allOf"))[0], "$ref");
  if (typeof ref === "string") {
    stripped["$ref"] = ref;
    onRef(ref.slice(refPrefix.length));
  } else {
    for (const name of ["type", "format"]) copy(name);
  }
  for (const name of kept) copy(name);
  for (const name of ["items", "additionalProperties"]) {
    const inner = at(schema, name);
    if (inner !== undefined) stripped[name] = strip(inner, { isKind: false, onRef });
  }
  const properties = at(schema, "properties");
  if (isJsonObject(properties)) {
    stripped["properties"] = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [
        name,
        // The field stays, so that it is known; what it holds is not needed.
        neverCompared.has(name) && (isKind || name === "managedFields")
          ? {}
          : strip(property, { isKind: false, onRef }),
      ]),
    );
  }
  return stripped;

  function copy(name: string): void {
    const value = at(schema, name);
    if (value !== undefined && !(name === "format" && /^(?:int32|int64|double)$/.test(text(value))))
      stripped[name] = value;
  }
}

function at(value: Json | undefined, name: string): Json | undefined {
  return isJsonObject(value) ? value[name] : undefined;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []; // Array.isArray does not narrow a readonly union
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
