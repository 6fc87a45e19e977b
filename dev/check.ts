/**
 * What `make check` and `make test` do: types, lint and format side by side, then Jest.
 * With `--all` also the cluster tests, as two runs side by side, each with a cluster of its own: most of their time is
 * waiting. The tests run even where a check before them fails: their count is the last line in any case.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { type Counts, countLine } from "../test/support/count-reporter.ts";
import { buildControlPlane } from "./control-plane/build.ts";

interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

interface Outcome {
  readonly name: string;
  readonly isOk: boolean;
}

const checks: readonly Check[] = [
  { name: "types", command: "tsc", args: ["--project", "."] },
  { name: "lint", command: "oxlint", args: ["--type-aware", "--deny-warnings"] },
  { name: "format", command: "biome", args: ["check"] },
];
/** ES modules in Jest need the flag; that it is experimental is no news to anyone who reads the output. */
const jest = [
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
  "node_modules/jest/bin/jest.js",
];

const isWhole = process.argv.includes("--all");
const runs: readonly (readonly string[])[] = isWhole
  ? [["cluster"], ["differential", "scenario", "unit"]]
  : [["unit"]];
const failed = (await Promise.all(checks.map(run))).filter((outcome) => !outcome.isOk);
if (failed.length > 0 && !isWhole) process.exit(1);
const areTested = await runTests();
// Once more: hundreds of lines up, nobody would look for them.
const besides = failed.map(({ name }) => name).join(", ");
if (besides !== "") console.log(`FAILED besides the tests: ${besides} (see the top)`);
console.log(areTested.line);
process.exitCode = failed.length === 0 && areTested.isOk ? 0 : 1;

async function run({ name, command, args }: Check): Promise<Outcome> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`${name.padEnd(6)}  ${code === 0 ? "ok" : "FAILED"}  ${seconds} s`);
  if (code !== 0) console.log(`${out}${err}`.trimEnd());
  return { name, isOk: code === 0 };
}

/** Whether all passed, and the line that counts them. */
async function runTests(): Promise<{ readonly isOk: boolean; readonly line: string }> {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-check-"));
  const file = join(directory, "counts");
  try {
    // Once, and not by both runs at the same time. If it fails, the cluster tests say so.
    if (isWhole) await buildControlPlane(console.log).catch(() => undefined);
    const areOk = await all(runs.map((projects) => () => runJest(projects, file)));
    const counts = readCounts(file);
    // A run that ended before it could count is a failure, too.
    const lost = runs.length - counts.length;
    const sum = (name: keyof Counts) => counts.reduce((total, one) => total + one[name], 0);
    const line = countLine({ passed: sum("passed"), failed: sum("failed") + lost, skipped: sum("skipped") });
    return { isOk: lost === 0 && areOk.every((isOk) => isOk), line };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Side by side; on a cluster that is given one after the other, since they would share it. */
async function all(works: readonly (() => Promise<boolean>)[]): Promise<readonly boolean[]> {
  if ((process.env["HOLDFAST_TEST_KUBECONFIG"] ?? "") === "")
    return await Promise.all(works.map((work) => work()));
  const areOk: boolean[] = [];
  for (const work of works) areOk.push(await work());
  return areOk;
}

/** One line for each run, as the reporter has written it. */
function readCounts(file: string): readonly Counts[] {
  try {
    const lines = readFileSync(file, "utf8").trim().split("\n");
    return lines.map((line) => JSON.parse(line) as Counts);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

async function runJest(projects: readonly string[], countsFile: string): Promise<boolean> {
  const env = { ...process.env, TEST_COUNTS_FILE: countsFile };
  const args = [...jest, "--selectProjects", ...projects];
  const child = spawn(process.execPath, args, { stdio: "inherit", env });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}
