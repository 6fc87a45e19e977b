/** `make generate`: writes again every file that is made from others, the schemas from a real API server. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Json } from "../../src/resource/resource.ts";
import { startControlPlane } from "../control-plane/start.ts";
import { generateCrds } from "./crds.ts";
import { metricsPage } from "./metrics-page.ts";
import { readOmittedZeros } from "./omitted-zeros.ts";
import { type FetchJson, formatShippedSchemas, generateShippedSchemas } from "./schemas.ts";

const root = join(import.meta.dirname, "../..");

const files = new Map([
  ...(await generateCrds()),
  ["docs/metrics.md", await metricsPage()],
  ...(await generateSchemas()),
]);
for (const [path, content] of files) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
  process.stderr.write(`wrote ${path}\n`);
}

/** The file's content, by its path below the repository's root. */
async function generateSchemas(): Promise<ReadonlyMap<string, string>> {
  const omittedZeros = await readOmittedZeros();
  const plane = await startControlPlane();
  // kubectl, since the index of documents is not served as JSON, though it is JSON.
  const fetchJson: FetchJson = async (path) =>
    JSON.parse(await plane.kubectl(["get", "--raw", path])) as Json;
  try {
    const data = await generateShippedSchemas(fetchJson, omittedZeros);
    const [major, minor] = data.kubernetes.split(".");
    return new Map([[`src/schema/data/kubernetes-${major}.${minor}.json`, formatShippedSchemas(data)]]);
  } finally {
    await plane.stop();
  }
}
