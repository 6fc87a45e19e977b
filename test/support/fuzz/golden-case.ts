/** A failure as the three files of a golden case: to be added to test/diff/testdata once it is understood. */
import { dump } from "js-yaml";
import { formatPath } from "../../../src/fieldpath/format-path.ts";
import type { Json, KubernetesObject } from "../../../src/resource/resource.ts";
import type { Failure } from "./failure.ts";

const systemOwned = /^(?:creationTimestamp|generation|managedFields|resourceVersion|uid)$/;

export function goldenCase(failure: Failure): string {
  const { fault, path, details, desired, live, changes, edit } = failure;
  const operations = edit?.operations.map((operation) => JSON.stringify(operation)).join(" ");
  const found = changes.map(({ path, ...change }) => ({ path: formatPath(path), ...change }));
  return [
    `# ${fault} at ${path}: ${JSON.stringify(details)}`,
    ...(operations === undefined ? [] : [`# after ${edit?.kind}: ${operations}`]),
    "# desired.yaml",
    yaml(desired),
    "# live.yaml",
    yaml(declarable(live)),
    "# changes.yaml, as they are found now",
    yaml({ changes: found as unknown as Json }), // plain data
  ].join("\n");
}

function declarable(object: KubernetesObject): Json {
  const metadata = Object.entries(object.metadata).filter(([name]) => !systemOwned.test(name));
  const rest = Object.entries(object).filter(([name]) => name !== "status");
  return { ...Object.fromEntries(rest), metadata: Object.fromEntries(metadata) };
}

/** Copies that Jest's realm did not make are unknown to js-yaml. */
function yaml(value: Json): string {
  return dump(JSON.parse(JSON.stringify(value)), { lineWidth: 110, flowLevel: 3, noRefs: true });
}
