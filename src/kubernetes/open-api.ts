/** The schemas that the API server publishes, per group and version: /openapi/v3. */
import { isJsonObject, type Json } from "../resource/resource.ts";
import type { ApiFailure } from "./api-failure.ts";
import { textAt } from "./json-read.ts";
import type { Transport } from "./transport.ts";

/** Where the document of one group and version is. The path holds a hash: the same path is the same document. */
export interface OpenApiEntry {
  readonly path: string;
}

/** By `api/v1`, `apis/apps/v1`. */
export type OpenApiIndex = ReadonlyMap<string, OpenApiEntry>;

export type OpenApiRead<T> =
  | { readonly type: "Ok"; readonly value: T }
  | { readonly type: "Failed"; readonly failure: ApiFailure };

/** Small (about 5 KB): to be read again to find out whether a schema has changed. */
export async function readOpenApiIndex(
  transport: Transport,
  signal: AbortSignal,
): Promise<OpenApiRead<OpenApiIndex>> {
  const response = await transport.request({ method: "GET", path: "/openapi/v3" }, signal);
  if (response.type === "Failed") return response;
  const paths = isJsonObject(response.json) ? response.json["paths"] : undefined;
  const entries = Object.entries(isJsonObject(paths) ? paths : {})
    .map(([name, entry]) => [name, { path: textAt(entry, "serverRelativeURL") }] as const)
    .filter(([, { path }]) => path !== "");
  return { type: "Ok", value: new Map(entries) };
}

/** One document, an OpenAPI v3 object; those of built-in groups are up to 2 MB. */
export async function readOpenApi(
  transport: Transport,
  entry: OpenApiEntry,
  signal: AbortSignal,
): Promise<OpenApiRead<Json>> {
  const response = await transport.request({ method: "GET", path: entry.path }, signal);
  return response.type === "Ok" ? { type: "Ok", value: response.json } : response;
}

/** The key of a group and version in the index. */
export function openApiKey({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}
