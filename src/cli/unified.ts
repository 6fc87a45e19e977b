/** `holdfast diff -o unified`: what a rollback would change, as the difference of two YAML texts. */
import { rolledBack } from "../drift/patch.ts";
import { writeYaml } from "../render/write-yaml.ts";
import { formatRef, type JsonObject, type KubernetesObject } from "../resource/resource.ts";
import type { DiffResult } from "./diff-report.ts";
import { unifiedDiff } from "./line-diff.ts";
import { originOf } from "./origin.ts";
import { printable } from "./printable.ts";

/**
 * For each object that drifted: the live object with the drift undone, against the live object. So what is excused, or
 * the server's own, stands on both sides. Values of Secrets are digests.
 */
export function formatUnified(results: readonly DiffResult[]): string {
  return results.map(unified).join("");
}

function unified({ resource, verdict, origin, input }: DiffResult): string {
  if (verdict.status !== "Drifted") return "";
  const heading = `# ${formatRef(resource)}: ${verdict.type}${originOf(origin)}`;
  if (input?.desired.type !== "Stated" || input.live.type !== "Present") return `${printable(heading)}\n`;
  const { body: live } = input.live;
  const undone = rolledBack({ changes: verdict.changes, desired: input.desired.body, live });
  const names = { before: `Git/${formatRef(resource)}`, after: `live/${formatRef(resource)}` };
  const text = unifiedDiff(yamlOf(undone), yamlOf(live), names);
  return [heading, ...text.trimEnd().split("\n")].map((line) => `${printable(line)}\n`).join("");
}

/** Without what nobody compares. */
function yamlOf(object: KubernetesObject): string {
  const metadata = without(object.metadata, ["managedFields", "resourceVersion", "generation"]);
  return writeYaml({ ...without(object, ["status"]), metadata });
}

function without(object: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !fields.includes(name)));
}
