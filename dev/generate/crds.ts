/** crds/ and docs/spec/, made from src/api. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { dump } from "js-yaml";
import { customResourceDefinitions } from "../../src/api/crd.ts";
import type { JsonObject } from "../../src/resource/resource.ts";
import { policySpecPage, recordSpecPage } from "./spec-pages.ts";

const root = join(import.meta.dirname, "../..");

/** The files' contents, by their paths below the repository's root. */
export async function generateCrds(): Promise<ReadonlyMap<string, string>> {
  const definitions = customResourceDefinitions();
  const files = new Map<string, string>();
  for (const [plural, definition] of definitions)
    files.set(`crds/holdfast.dev_${plural}.yaml`, yaml(definition));
  const sample = await readFile(join(root, "config/samples/policy.yaml"), "utf8");
  files.set("docs/spec/gitrepopolicy.md", policySpecPage(definitionOf("gitrepopolicies"), sample));
  files.set("docs/spec/driftrecord.md", recordSpecPage(definitionOf("driftrecords")));
  return files;

  function definitionOf(plural: string): JsonObject {
    const definition = definitions.get(plural);
    if (definition === undefined) throw new Error(`there is no CRD of ${plural}`);
    return definition;
  }
}

function yaml(definition: JsonObject): string {
  return `# Made by \`make generate\` from src/api: change it there.\n${dump(definition, { lineWidth: 110, noRefs: true })}`;
}
