/** The command line: what goes to which stream, and how it ends. A process costs half a second, so there are few. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { type Ended, holdfast, holdfastHere, useFolder } from "../support/holdfast-diff.ts";

const folder = useFolder();
const esc = "\u001b";

const configMap = (mode: string) =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {mode: ${mode}}}\n`;

let desired = "";
let live = "";
beforeAll(async () => {
  desired = await folder.write("desired.yaml", configMap("fast"));
  live = await folder.write("live.yaml", configMap("slow"));
});

describe("holdfast diff", () => {
  it("prints JSON, and nothing else, and ends with 1 where something is drifted", async () => {
    const { exitCode, stdout, stderr } = await diff("--mode", "Declared", "-o", "json");
    expect(JSON.parse(stdout)).toEqual({
      objects: [
        {
          resource: { group: "", version: "v1", kind: "ConfigMap", namespace: "shop", name: "settings" },
          verdict: "Drifted",
          type: "Modified",
          changes: [{ type: "Modified", path: "data.mode", desired: "fast", live: "slow" }],
          doubtful: [],
          excused: [],
        },
      ],
      summary: expect.objectContaining({ total: 1, drifted: 1 }),
    });
    expect([exitCode, stderr]).toEqual([1, ""]);
  });

  it("prints YAML that says the same, and quotes what could be taken for something else", async () => {
    const yes = await folder.write("yes.yaml", configMap('"yes"'));
    const { exitCode, stdout } = await holdfast(["diff", "--desired", yes, "--live", live, "-o", "yaml"]);
    expect(stdout).toContain("        path: data.mode\n        desired: 'yes'\n        live: slow\n");
    expect(exitCode).toBe(1);
  });

  it("reads one of the two from standard input, and ends with 0 where nothing differs", async () => {
    const ended = await holdfast(["diff", "--desired", desired, "--live", "-"], { input: configMap("fast") });
    expect(ended).toEqual({
      exitCode: 0,
      stdout: "1 object, 1 in sync, 0 drifted (0 missing), 0 pending, 0 unknown\n",
      stderr: "",
    });
  });

  it("outlives a reader that has seen enough: its exit code is that of the comparison", async () => {
    const documents = Array.from({ length: 3_000 }, (_, i) => configMap("fast").replace("settings", `s${i}`));
    const many = await folder.write("many.yaml", documents.join("---\n"));
    const main = join(import.meta.dirname, "../../src/cli/main.ts");
    const child = spawn(process.execPath, [main, "diff", "--desired", many, "--live", live, "-o", "json"]);
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdout.once("data", () => child.stdout.destroy());
    const exitCode = await new Promise((resolve) => child.once("close", resolve));
    expect([exitCode, stderr]).toEqual([1, ""]);
  });
});

describe("a command that is not understood ends with 2, says so on standard error, and prints nothing", () => {
  it.each<[string, readonly string[], string]>([
    ["another mode", ["diff", "--desired", "a", "--live", "b", "--mode", "Loose"], "Exact, Declared"],
    ["an unknown flag", ["diff", "--desire", "a"], "unknown option '--desire'"],
    ["an unknown command", ["differ"], "unknown command 'differ'"],
    ["another output", ["diff", "-o", "xml"], "Allowed choices are table, json, yaml"],
    ["half of a pair", ["diff", "--desired", "a.yaml"], "--desired and --live go together"],
    ["standard input twice", ["diff", "--desired", "-", "--live", "-"], "not both"],
    ["nothing to compare", ["diff"], "give a policy file, or --repo, or --desired and --live"],
    [
      "a path without its repository",
      ["diff", "policy.yaml", "--path", "x"],
      "--path and --branch go with --repo",
    ],
    [
      "a path that is none",
      ["diff", "p.yaml", "--explain", "spec..x"],
      "expected a field name at character 5",
    ],
    ["an object that is none", ["diff", "p.yaml", "--object", "web"], "--object: write it as Kind/name"],
    [
      "dry-runs without an API server",
      ["diff", "--desired", "a.yaml", "--live", "b.yaml", "--dry-run=WhereAllowed"],
      "--dry-run asks the API server",
    ],
    ["two questions", ["diff", "p.yaml", "--explain", "spec", "--suggest"], "do not go together"],
    ["a question in JSON", ["diff", "p.yaml", "--suggest", "-o", "json"], "has an output of its own"],
    ["nothing at all", [], "Usage: holdfast"],
  ])("%s", async (_, args, message) => {
    refused(await holdfastHere(args), message);
  });
});

describe("a file that cannot be read ends with 2", () => {
  it("because it is not there", async () => {
    const name = join(folder.path, "none.yaml");
    refused(
      await holdfastHere(["diff", "--desired", name, "--live", live]),
      `holdfast diff: ${name} cannot be read: there is no such file`,
    );
  });

  it("because it is a folder, with what to do", async () => {
    const ended = await holdfastHere(["diff", "--desired", folder.path, "--live", live]);
    refused(ended, "it is a folder; name a file, or compare a repository with --repo");
  });

  it("because it never ends", async () => {
    const ended = await holdfast(["diff", "--desired", desired, "--live", "/dev/zero"]);
    refused(ended, "/dev/zero is larger than 256 MiB; compare it in parts");
  });

  it("and its hostile name does not reach the terminal", async () => {
    const ended = await holdfast([
      "diff",
      "--desired",
      `${esc}[31mred\nDeployment web: fine`,
      "--live",
      live,
    ]);
    refused(ended, String.raw`\u001b[31mred\nDeployment web: fine cannot be read`);
    expect(ended.stderr).not.toContain(esc);
    expect(ended.stderr.trimEnd()).not.toContain("\n");
  });
});

describe("help", () => {
  it.each([[["--help"]], [["diff", "--help"]], [["run", "--help"]]])(
    "of %j has examples, and is no error",
    async (args) => {
      const { exitCode, stdout, stderr } = await holdfast(args);
      expect(stdout).toMatch(/Examples:\n {2}\S/);
      expect([exitCode, stderr]).toEqual([0, ""]);
    },
  );

  it("is beside the version", async () => {
    const { exitCode, stdout } = await holdfastHere(["--version"]);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(exitCode).toBe(0);
  });
});

function diff(...args: readonly string[]): Promise<Ended> {
  return holdfast(["diff", "--desired", desired, "--live", live, ...args]);
}

function refused({ exitCode, stdout, stderr }: Ended, message: string): void {
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^ +at /m);
  expect([exitCode, stdout]).toEqual([2, ""]);
}
