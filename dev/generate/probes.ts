/** The probes: objects that state next to nothing, by which the API server shows its defaults. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseKubernetesYaml } from "../../src/render/kubernetes-yaml.ts";
import type { KubernetesObject } from "../../src/resource/resource.ts";

const files = ["workloads.yaml", "others.yaml"];

export async function readProbes(): Promise<readonly KubernetesObject[]> {
  const folder = join(import.meta.dirname, "probes");
  const read = files.map(async (file) => {
    const parsed = parseKubernetesYaml(await readFile(join(folder, file), "utf8"));
    if (parsed.type === "Invalid") throw new Error(`${file}: ${parsed.message}`);
    return parsed.documents.map(({ value }) => value as KubernetesObject); // the API server says if one is none
  });
  return (await Promise.all(read)).flat();
}
