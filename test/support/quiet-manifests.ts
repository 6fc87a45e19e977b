/** What a platform team has in Git: the manifests of test/cluster/testdata/quiet, under the names of one run. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseKubernetesYaml } from "../../src/render/kubernetes-yaml.ts";
import type { KubernetesObject } from "../../src/resource/resource.ts";

export interface QuietManifests {
  readonly run: string;
  /** By their paths in the repository: a folder for each namespace, and `cluster` for what has none. */
  readonly files: Readonly<Record<string, string>>;
  /** By folder. */
  readonly namespaces: Readonly<Record<string, string>>;
  /** With the namespace of their folder, in an order in which they can be created. */
  readonly objects: readonly KubernetesObject[];
}

/** The folder of what has no namespace. */
export const clusterFolder = "cluster";

const root = join(import.meta.dirname, "../cluster/testdata/quiet");
/** Stands in the manifests wherever two runs on one cluster would meet. */
const placeholder = /quietrun/g;
/** Others name these, or are admitted by them. What limits others comes last. */
const first = ["Namespace", "CustomResourceDefinition", "PriorityClass", "RuntimeClass", "ServiceAccount"];
const last = ["ResourceQuota", "LimitRange"];

/** `run` is part of names: letters and digits. @throws Error if a file is no YAML. */
export function readQuietManifests(run: string): QuietManifests {
  const folders = readdirSync(root).toSorted();
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .toSorted()
      .map((file) => `${folder}/${file}`),
  );
  const files = Object.fromEntries(
    paths.map((path) => [path, readFileSync(join(root, path), "utf8").replaceAll(placeholder, run)]),
  );
  const namespaces = Object.fromEntries(
    folders.filter((folder) => folder !== clusterFolder).map((folder) => [folder, `${run}-${folder}`]),
  );
  const objects = Object.entries(files).flatMap(([path, text]) =>
    parse(path, text).map((object) => inNamespace(object, namespaces[path.slice(0, path.indexOf("/"))])),
  );
  return { run, files, namespaces, objects: objects.toSorted((a, b) => rank(a) - rank(b)) };
}

function parse(path: string, text: string): readonly KubernetesObject[] {
  const parsed = parseKubernetesYaml(text);
  if (parsed.type === "Invalid") throw new Error(`${path}:${parsed.line ?? 0}: ${parsed.message}`);
  return parsed.documents.map(({ value }) => value as KubernetesObject); // they are manifests, and the API server reads them
}

function inNamespace(object: KubernetesObject, namespace: string | undefined): KubernetesObject {
  return namespace === undefined ? object : { ...object, metadata: { ...object.metadata, namespace } };
}

function rank({ kind }: KubernetesObject): number {
  if (last.includes(kind)) return first.length + 1;
  const index = first.indexOf(kind);
  return index < 0 ? first.length : index;
}
