/**
 * What `make check` and `make test` do: types, lint and format side by side, then Jest.
 * With `--all` also the cluster tests, and the tests run even where a check before them fails: their count is the last
 * line in any case.
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { text } from "node:stream/consumers";

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
const failed = (await Promise.all(checks.map(run))).filter((outcome) => !outcome.isOk);
if (failed.length > 0 && !isWhole) process.exit(1);
const isTested = await runJest(isWhole ? [] : ["--selectProjects", "unit"], failed);
process.exitCode = failed.length === 0 && isTested ? 0 : 1;

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

async function runJest(args: readonly string[], failedChecks: readonly Outcome[]): Promise<boolean> {
  // The reporter says them once more: hundreds of lines up, nobody would look for them.
  const env = { ...process.env, FAILED_CHECKS: failedChecks.map(({ name }) => name).join(", ") };
  const child = spawn(process.execPath, [...jest, ...args], { stdio: "inherit", env });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}
