/** `holdfast diff --explain PATH`: one field of one object, or what to do to ask about one. */
import { describe, expect, it } from "@jest/globals";
import { diffFiles } from "../../src/cli/diff-files.ts";
import { type Explained, explainField } from "../../src/cli/explain.ts";
import { useFolder } from "../support/holdfast-diff.ts";

const folder = useFolder();

const configMap = (name: string, mode: string, head = "") =>
  `---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: shop${head}}, data: {mode: ${mode}}}\n`;

async function explained(path: string, desired: string, live: string): Promise<Explained> {
  const pair = {
    desired: await folder.write("desired.yaml", desired),
    live: await folder.write("live.yaml", live),
  };
  const outcome = await diffFiles(pair, { output: "table", explain: path });
  if (outcome.type === "Failed") throw new Error(outcome.message);
  return explainField(outcome.results, path);
}

async function textOf(path: string, desired: string, live: string): Promise<string> {
  const answer = await explained(path, desired, live);
  if (answer.type === "Failed") throw new Error(answer.message);
  return answer.text.replaceAll(`${folder.path}/`, "");
}

async function refusalOf(path: string, desired: string, live: string): Promise<string> {
  const answer = await explained(path, desired, live);
  return answer.type === "Failed" ? answer.message : `explained: ${answer.text}`;
}

const settings = configMap("settings", "fast");

describe("an explanation", () => {
  it("names the object, its file and line, what the field is and why, both values, and who owns it", async () => {
    const managed =
      ', managedFields: [{manager: kubectl-edit, operation: Update, apiVersion: v1, time: "2026-01-02T03:04:05Z", fieldsV1: {"f:data": {"f:mode": {}}}}]';
    expect(await textOf("data.mode", settings, configMap("settings", "slow", managed))).toBe(
      [
        "ConfigMap shop/settings  (desired.yaml:2)",
        "data.mode: Drift",
        "  Git states another value",
        '  Git: "fast"',
        '  live: "slow"',
        "  owned by kubectl-edit (Update 2026-01-02T03:04:05Z)",
        "",
      ].join("\n"),
    );
  });

  it("of an object that is in sync is one, too", async () => {
    expect(await textOf("data.mode", settings, settings)).toContain("data.mode: InSync\n");
  });

  it("of a path with more than one finding below names each of them", async () => {
    const live = configMap("settings", "slow").replace("mode: slow", "mode: slow, extra: x");
    const text = await textOf("data", settings, live);
    expect(text.split("\n").filter((line) => /^\S.*: Drift$/.test(line))).toEqual([
      "data.extra: Drift",
      "data.mode: Drift",
    ]);
  });

  it("never shows a Secret's value", async () => {
    const secret = (value: string) =>
      `{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}, stringData: {password: ${value}}}\n`;
    for (const path of ["data.password", "stringData.password", "data", "."]) {
      const text = await textOf(path, secret("hunter2"), secret("hunter3"));
      expect(text).not.toMatch(/hunter|aHVudGVy/);
    }
  });

  it("of a Secret's stringData is that of its data, which it is a way of writing", async () => {
    const secret = (value: string) =>
      `{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}, stringData: {password: ${value}}}\n`;
    const stored =
      "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop}, data: {password: aHVudGVyMg==}}\n";
    expect(await textOf("stringData.password", secret("hunter2"), stored)).toContain(
      "data.password: InSync\n  Git states it, and live is the same\n",
    );
  });

  it("cuts a value that would fill the screen", async () => {
    const text = await textOf("data.mode", settings, configMap("settings", "x".repeat(5_000)));
    expect(text).toContain("... (5002 characters)\n");
    expect(text.length).toBeLessThan(3_000);
  });

  it("stays on its lines whatever a value holds", async () => {
    const text = await textOf("data.mode", settings, configMap("settings", '"\\e[2J\\u202e\\n"'));
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe("a question that cannot be answered says what to do:", () => {
  it("a path that is none", async () => {
    expect(await refusalOf("data..mode", settings, settings)).toBe(
      "--explain: expected a field name at character 5 of data..mode",
    );
  });

  it("more than one object", async () => {
    const two = configMap("a", "fast") + configMap("b", "fast");
    expect(await refusalOf("data.mode", two, two)).toBe(
      "--explain: 2 objects are compared; name one by --object, such as ConfigMap/shop/a, ConfigMap/shop/b",
    );
  });

  it("an object that Git does not declare", async () => {
    const live = settings + configMap("extra", "slow");
    const pair = {
      desired: await folder.write("desired.yaml", settings),
      live: await folder.write("live.yaml", live),
    };
    const outcome = await diffFiles(pair, { output: "table", explain: "data.mode" });
    if (outcome.type === "Failed") throw new Error(outcome.message);
    const undeclared = outcome.results.filter(({ resource }) => resource.name === "extra");
    expect(explainField(undeclared, "data.mode")).toEqual({
      type: "Failed",
      message: "--explain: Git does not declare ConfigMap shop/extra",
    });
  });
});
