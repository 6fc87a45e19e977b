/**
 * `make generate`: writes again every file that is made from others, the schemas and the server defaults from a real API
 * server. `node dev/generate/generate.ts 1.37` writes nothing unless the control plane's release is that one.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Json } from "../../src/resource/resource.ts";
import { type ControlPlane, startControlPlane } from "../control-plane/start.ts";
import { generateCrds } from "./crds.ts";
import { formatDefaults, generateDefaults } from "./defaults.ts";
import { excusesPage } from "./excuses-page.ts";
import { metricsPage } from "./metrics-page.ts";
import { readOmittedZeros } from "./omitted-zeros.ts";
import { readProbes } from "./probes.ts";
import { type FetchJson, formatShippedSchemas, generateShippedSchemas } from "./schemas.ts";

const root = join(import.meta.dirname, "../..");
const expectedMinor = process.argv[2];

const files = new Map([
  ...(await generateCrds()),
  ["docs/detection-excuses.md", excusesPage()],
  ["docs/metrics.md", await metricsPage()],
  ...(await generateSchemas()),
]);
for (const [path, content] of files) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
  process.stderr.write(`wrote ${path}\n`);
}

/** What the API server publishes and does: the files' contents, by their paths below the repository's root. */
async function generateSchemas(): Promise<ReadonlyMap<string, string>> {
  const omittedZeros = await readOmittedZeros();
  const plane = await startControlPlane();
  try {
    const schemas = await generateShippedSchemas(fetchFrom(plane), omittedZeros);
    process.stderr.write(`schemas and defaults of kube-apiserver ${schemas.kubernetes}\n`);
    const minor = schemas.kubernetes.split(".", 2).join(".");
    if (expectedMinor !== undefined && expectedMinor !== minor)
      throw new Error(`${expectedMinor} was asked for, and this control plane is ${minor}`);
    const defaults = await generateDefaults(await readProbes(), { request: plane.request, schemas });
    return new Map([
      [`src/schema/data/kubernetes-${minor}.json`, formatShippedSchemas(schemas)],
      [`src/schema/data/defaults-${minor}.json`, formatDefaults(defaults)],
    ]);
  } finally {
    await plane.stop();
  }
}

/** kubectl, since the index of documents is not served as JSON, though it is JSON. */
function fetchFrom(plane: ControlPlane): FetchJson {
  return async (path) => JSON.parse(await plane.kubectl(["get", "--raw", path])) as Json;
}
