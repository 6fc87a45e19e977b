/**
 * What a kustomization may refer to: files and folders of the revision, and nothing else.
 *
 * Kustomize fetches what looks like a URL, wherever a path may stand: a base, but also a patch or a file of a generated
 * ConfigMap. So a reference passes only if the tree holds it. (Kustomize has a check of its own for paths that leave the
 * root, but reads what is below the root of an overlay's bases too.)
 */
import { posix } from "node:path";
import { isJsonList, isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import type { SourceFile } from "../resource/source.ts";
import { parseKubernetesYaml } from "./kubernetes-yaml.ts";

const kustomizationName = /(^|\/)(kustomization\.ya?ml|Kustomization)$/;
const manifestName = /\.(ya?ml|json)$/;

/** Fields whose entries are paths; what stands there as a whole manifest is no path. */
const pathLists = [
  "bases",
  "components",
  "configurations",
  "crds",
  "generators",
  "patchesStrategicMerge",
  "resources",
  "transformers",
  "validators",
];
/** Fields whose entries have a path in `path`. */
const pathObjects = ["patches", "patchesJson6902", "replacements"];
const generators = ["configMapGenerator", "secretGenerator"];

/** The first reference that leads out of the revision, in words that name its file; undefined if there is none. */
export function findOutsideReference(files: readonly SourceFile[]): string | undefined {
  const tree = pathsOf(files);
  for (const { path, bytes } of files) {
    const isKustomization = kustomizationName.test(path);
    // Generators and transformers may stand in files of their own, as objects of the group `builtin`.
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!isKustomization && !(manifestName.test(path) && text.includes("builtin"))) continue;
    const parsed = parseKubernetesYaml(text.toString());
    // Kustomize will not read it either, and says why.
    if (parsed.type === "Invalid") continue;
    for (const { value } of parsed.documents) {
      if (!isJsonObject(value) || !(isKustomization || value["apiVersion"] === "builtin")) continue;
      if (value["helmCharts"] !== undefined || value["helmChartInflationGenerator"] !== undefined)
        return `${path}: helmCharts are not rendered; commit the rendered chart`;
      for (const { field, entry } of references(value)) {
        const fault = faultOf(entry, { from: path, tree });
        if (fault !== undefined) return `${path}: ${field} names ${entry}, which ${fault}`;
      }
    }
  }
  return undefined;
}

interface Reference {
  readonly field: string;
  readonly entry: string;
}

/** A kustomization's, or those of one builtin generator or transformer, which has a generator's fields at its top. */
function references(object: JsonObject): readonly Reference[] {
  return [
    ...pathLists.flatMap((field) => texts(object[field]).map((entry) => ({ field, entry }))),
    ...pathObjects.flatMap((field) => pathIn(object[field], field)),
    ...pathIn([object["openapi"] ?? null], "openapi"),
    ...pathIn([object], ""),
    ...generators.flatMap((field) => objects(object[field]).flatMap((one) => sources(one, `${field}.`))),
    ...sources(object, ""),
  ];
}

function pathIn(list: Json | undefined, field: string): readonly Reference[] {
  return objects(list).flatMap(({ path, paths }) =>
    [...texts([path ?? null]), ...texts(paths)].map((entry) => ({
      field: field === "" ? "path" : `${field}.path`,
      entry,
    })),
  );
}

/** `files` may name the key before the path; `env` is the old name of a single one of `envs`. */
function sources(generator: JsonObject, prefix: string): readonly Reference[] {
  const files = texts(generator["files"]).map((entry) => entry.slice(entry.indexOf("=") + 1));
  const envs = [...texts(generator["envs"]), ...texts([generator["env"] ?? null])];
  return [
    ...files.map((entry) => ({ field: `${prefix}files`, entry })),
    ...envs.map((entry) => ({ field: `${prefix}envs`, entry })),
  ];
}

/** What is wrong with a reference; undefined if the tree holds what it names, or if it is a manifest in place of a path. */
function faultOf(
  entry: string,
  { from, tree }: { readonly from: string; readonly tree: ReadonlySet<string> },
): string | undefined {
  if (entry.includes("\n") || /^\s*[{[]/.test(entry)) return undefined;
  const target = posix.join(posix.dirname(from), entry).replace(/(?<=.)\/$/, "");
  if (posix.isAbsolute(entry) || target === ".." || target.startsWith("../")) return "leaves the repository";
  // These are cloned, though a folder may have the same name.
  const isRemote = /^[a-z0-9+.-]+:|^github\.com\/|@|\?/i.test(entry);
  return isRemote || !tree.has(target) ? "is not in this repository; commit a copy" : undefined;
}

/** Every file, and every folder on the way to one; the root is `.`. */
function pathsOf(files: readonly SourceFile[]): ReadonlySet<string> {
  const paths = new Set(["."]);
  for (const { path } of files) {
    for (let at = path; at !== "." && !paths.has(at); at = posix.dirname(at)) paths.add(at);
  }
  return paths;
}

function texts(value: Json | undefined): readonly string[] {
  if (!isJsonList(value)) return [];
  return value.filter((entry) => typeof entry === "string");
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return isJsonList(value) ? value.filter(isJsonObject) : [];
}
