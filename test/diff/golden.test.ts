/** Golden cases: one folder for each rule of comparing, with an answer for each mode. `UPDATE_GOLDEN=1` rewrites the answers; review the difference. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { dump } from "js-yaml";
import { type CompareResult, compare } from "../../src/diff/compare.ts";
import type { DetectionMode, FieldChange } from "../../src/diff/field-change.ts";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import { parseKubernetesYaml } from "../../src/render/kubernetes-yaml.ts";
import { type Json, type KubernetesObject, refOf } from "../../src/resource/resource.ts";
import { compileCrd } from "../../src/schema/crd.ts";
import { kindKey } from "../../src/schema/open-api.ts";
import type { SchemaNode } from "../../src/schema/schema-node.ts";
import { shippedKind } from "../../src/schema/shipped.ts";

const testdata = join(import.meta.dirname, "testdata");

describe.each([
  ["Declared", "changes.yaml"],
  ["Exact", "exact.yaml"],
] as const)("compare, in mode %s", (mode, answerFile) => {
  for (const name of readdirSync(testdata)) {
    it(titleOf(name), () => {
      const answer = plain(compareCase(name, mode));
      const file = join(testdata, name, answerFile);
      if (process.env["UPDATE_GOLDEN"] === "1") {
        writeFileSync(file, dump(answer, { lineWidth: 110, flowLevel: 3, noRefs: true }));
      }
      expect(existsSync(file)).toBe(true);
      expect(answer).toEqual(read(file)[0]);
    });
  }
});

function compareCase(name: string, mode: DetectionMode): CompareResult {
  const documents = read(join(testdata, name, "desired.yaml")) as readonly KubernetesObject[];
  const [live] = read(join(testdata, name, "live.yaml")) as readonly KubernetesObject[];
  const desired = documents.at(-1);
  if (desired === undefined || live === undefined) throw new Error(`${name} lacks an object`);
  return compare({ desired, live, schema: schemaFor(desired, documents), mode });
}

/** That of a CRD which stands before the object, else the shipped one. */
function schemaFor(desired: KubernetesObject, documents: readonly KubernetesObject[]): SchemaNode {
  const own = documents.flatMap(compileCrd).find(({ gvk }) => kindKey(gvk) === kindKey(refOf(desired)));
  const schema = own?.schema ?? shippedKind(refOf(desired))?.schema;
  if (schema === undefined) throw new Error(`no schema for ${desired.kind}`);
  return schema;
}

/** What a reader wants to see: paths as text, and nothing that is empty. */
function plain({ changes, excused, unknownFields }: CompareResult): Json {
  return {
    changes: changes.map(plainChange),
    ...(excused.length === 0
      ? {}
      : {
          excused: excused.map(({ change, reason, rule }) => ({
            path: formatPath(change.path),
            type: change.type,
            reason,
            rule,
          })),
        }),
    ...(unknownFields.length === 0 ? {} : { unknownFields: unknownFields.map(formatPath) }),
  };
}

function plainChange({ path, ...change }: FieldChange): Json {
  const managers = "managers" in change ? change.managers.map((manager) => ({ ...manager })) : [];
  const { type, ...rest } = change;
  return { path: formatPath(path), type, ...rest, ...("managers" in change ? { managers } : {}) } as Json; // plain data
}

function read(file: string): readonly Json[] {
  const parsed = parseKubernetesYaml(readFileSync(file, "utf8"));
  if (parsed.type === "Invalid") throw new Error(`${file}: ${parsed.message}`);
  return parsed.documents.map(({ value }) => value);
}

/** The first line of desired.yaml says what the case is about. */
function titleOf(name: string): string {
  const [first = ""] = readFileSync(join(testdata, name, "desired.yaml"), "utf8").split("\n");
  return `${name}: ${first.replace(/^# /, "")}`;
}
