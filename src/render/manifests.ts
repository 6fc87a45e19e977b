/** From the bytes of one file to the objects that it declares. */
import type { Origin } from "../resource/desired.ts";
import {
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from "../resource/resource.ts";
import type { SourceFault } from "../resource/source.ts";
import { type ParsedYaml, parseKubernetesYaml } from "./kubernetes-yaml.ts";
import { parseObviousJson } from "./obvious-json.ts";

/** An object and the line at which its document begins. */
export interface Manifest {
  readonly object: KubernetesObject;
  readonly line: number;
}

export type ManifestFile =
  | { readonly type: "Read"; readonly manifests: readonly Manifest[] }
  | { readonly type: "Failed"; readonly fault: SourceFault };

/**
 * Reads YAML or JSON (which YAML contains): several documents, lists of objects; empty documents are skipped.
 * A document that is no Kubernetes object refuses the file, because it may be one with a typing error in its head.
 */
export function readManifests(bytes: Uint8Array, path: string): ManifestFile {
  const text = decodeUtf8(bytes);
  if (text === undefined) return failed("ParseFailed", `${path}: not UTF-8 text`);
  const parsed = parse(text);
  if (parsed.type === "Invalid") {
    return failed(
      "ParseFailed",
      `${path}${parsed.line === undefined ? "" : `:${parsed.line}`}: ${parsed.message}`,
    );
  }
  const manifests: Manifest[] = [];
  for (const { value, line } of parsed.documents) {
    if (value === null) continue;
    const fault = collect(value, { path, line }, manifests);
    if (fault !== undefined) return failed("InvalidManifest", `${path}:${line}: ${fault}`);
  }
  return { type: "Read", manifests };
}

/** JSON is YAML; but the reader of JSON takes a fiftieth of the time, which counts for what a cluster prints. */
function parse(text: string): ParsedYaml {
  const value = parseObviousJson(text);
  return value === undefined
    ? parseKubernetesYaml(text)
    : { type: "Parsed", documents: [{ value, line: 1 }] };
}

/** Where an object of a plain file comes from. */
export function plainOrigin(
  source: Pick<Origin, "repository" | "revision">,
  path: string,
  line: number,
): Origin {
  return { repository: source.repository, revision: source.revision, path, line };
}

/** Adds the objects of one document; answers what is wrong with it, if anything is. */
function collect(
  value: Json,
  at: { readonly path: string; readonly line: number },
  into: Manifest[],
): string | undefined {
  if (!isJsonObject(value)) return "a document must be a mapping with apiVersion and kind";
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== "string" || apiVersion === "") return "apiVersion is missing";
  if (typeof kind !== "string" || kind === "") return "kind is missing";
  const items = itemsOf(value, kind);
  if (items !== undefined) {
    for (const item of items) {
      const fault = collect(asListSays(item, { apiVersion, kind }), at, into);
      if (fault !== undefined) return `in an item of ${kind}: ${fault}`;
    }
    return undefined;
  }
  if (!isJsonObject(metadata)) return "metadata is missing";
  const fault = metadataFault(metadata);
  if (fault !== undefined) return fault;
  // apiVersion, kind and metadata were looked at: that is what makes an object.
  into.push({ object: value as KubernetesObject, line: at.line });
  return undefined;
}

/** Undefined if it is no list but an object of its own, whatever its kind is called. An empty one may hold null. */
function itemsOf({ items, metadata }: JsonObject, kind: string): readonly Json[] | undefined {
  if (!kind.endsWith("List")) return undefined;
  if (items === null) return isJsonObject(metadata) && "name" in metadata ? undefined : [];
  return isJsonList(items) ? items : undefined;
}

/** Items of a list of one kind leave out what the list says of them, as the API server writes it and kubectl reads it. */
function asListSays(item: Json, list: { readonly apiVersion: string; readonly kind: string }): Json {
  const kind = list.kind.slice(0, -"List".length);
  if (kind === "" || !isJsonObject(item) || (item["kind"] ?? "") !== "") return item;
  return { ...item, apiVersion: list.apiVersion, kind };
}

function metadataFault(metadata: { readonly [field: string]: Json }): string | undefined {
  const { name, generateName, namespace, labels, annotations } = metadata;
  if (name !== undefined && typeof name !== "string") return "metadata.name must be text; quote it";
  if (namespace !== undefined && namespace !== null && typeof namespace !== "string")
    return "metadata.namespace must be text; quote it";
  if ((name === undefined || name === "") && typeof generateName !== "string")
    return "metadata.name is missing";
  for (const [field, map] of Object.entries({ labels, annotations })) {
    if (map === undefined || map === null) continue;
    if (!isJsonObject(map)) return `metadata.${field} must be a mapping`;
    const odd = Object.entries(map).find(([, value]) => typeof value !== "string" && value !== null);
    if (odd !== undefined) return `metadata.${field}[${JSON.stringify(odd[0])}] must be text; quote it`;
  }
  return undefined;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function failed(reason: SourceFault["reason"], message: string): ManifestFile {
  return { type: "Failed", fault: { reason, message } };
}
