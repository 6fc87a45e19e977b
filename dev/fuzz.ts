/**
 * `make fuzz`: plays test/cluster/fuzz.test.ts with many rounds, of a seed that is new unless one is given, and writes
 * docs/detection-scores.md where all of them were played.
 */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import process from "node:process";

const mostSeeds = 1_000_000;
const { SEED, FIRST, ROUNDS = "5000", ...env } = process.env;
const seed = SEED === undefined || SEED === "" ? String(randomInt(mostSeeds)) : SEED;
// A single round played again is no measure of anything.
const scores = FIRST === undefined || FIRST === "" ? { SCORES: "1" } : { FIRST };
console.log(`ROUNDS=${ROUNDS} SEED=${seed}`);

const args = [
  "--experimental-vm-modules",
  "--disable-warning=ExperimentalWarning",
  "node_modules/jest/bin/jest.js",
  "--selectProjects",
  "differential",
  "--",
  "test/cluster/fuzz.test.ts",
];
const child = spawn(process.execPath, args, {
  stdio: "inherit",
  env: { ...env, ROUNDS, SEED: seed, ...scores },
});
child.once("error", (error) => {
  throw error;
});
child.once("close", (code) => {
  process.exitCode = code ?? 1;
});
