/** Builds a Go program once into the user's cache folder; afterwards it is there at once. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** A Go module and what to build of it. */
export interface GoProgram {
  /** The binary's file name, and what it is called in messages. */
  readonly name: string;
  /** The folder of its go.mod. */
  readonly module: string;
  /** A package of the module (`.`) or of one that it requires. */
  readonly package: string;
  readonly ldflags: string;
  /** Below the cache folder, e.g. `control-plane`. */
  readonly cache: string;
  /** Said before a cold build, e.g. `about 5 minutes`. */
  readonly coldBuild: string;
}

/** Takes one line for the person who waits. */
export type Log = (line: string) => void;

const oldestGo = "1.26";
const reportEveryMs = 10_000;

/** Lines for people go to standard error, so that standard output stays the program's. */
export const logToStderr: Log = (line) => process.stderr.write(`${line}\n`);

/**
 * The path of the program, which is built first unless it was built from the same sources before.
 * @throws Error that says what to do, where Go is missing or too old or the build fails.
 */
export async function buildGoProgram(program: GoProgram, log: Log = logToStderr): Promise<string> {
  const folder = join(cacheFolder(), program.cache, await hashOf(program));
  const binary = join(folder, program.name);
  if (await isThere(binary)) return binary;
  await checkGo(program);
  log(`${program.name}: building it from Go modules; the first time takes ${program.coldBuild}`);
  await mkdir(folder, { recursive: true });
  // Built beside its place and renamed, so that an interrupted build leaves no half binary and two do not mix.
  const unfinished = `${binary}.${process.pid}`;
  try {
    await compile(program, unfinished, log);
    await rename(unfinished, binary);
  } finally {
    await rm(unfinished, { force: true });
  }
  return binary;
}

function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME;
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "holdfast");
}

async function hashOf(program: GoProgram): Promise<string> {
  const hash = createHash("sha256").update(
    JSON.stringify([program.package, program.ldflags, process.platform, process.arch]),
  );
  const files = (await readdir(program.module)).filter((file) => /^go\.(mod|sum)$|\.go$/.test(file));
  for (const file of files.sort()) {
    hash.update(`\0${file}\0`).update(await readFile(join(program.module, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Asked of a module, Go reads the version that its go.mod asks for, and refuses or fetches a newer Go by itself. */
async function checkGo({ name, module }: GoProgram): Promise<void> {
  const advice = `${name} is built from Go modules and needs Go ${oldestGo} or later: https://go.dev/dl/`;
  const { code, output } = await finished(start(["list", "-m"], module)).catch((error: unknown) => {
    throw new Error(`Go was not found on the PATH. ${advice}`, { cause: error });
  });
  if (code !== 0) throw new Error(`This Go cannot be used: ${output.trim()}\n${advice}`);
}

async function compile(program: GoProgram, output: string, log: Log): Promise<void> {
  const flags = ["-v", "-trimpath", "-buildvcs=false", "-ldflags", program.ldflags, "-o", output];
  const child = start(["build", ...flags, program.package], program.module);
  const began = Date.now();
  let modules = 0;
  let packages = 0;
  const progress = () => {
    const seconds = Math.round((Date.now() - began) / 1_000);
    return `${modules} modules downloaded, ${packages} packages compiled, ${seconds} s`;
  };
  const ticks = setInterval(() => log(`${program.name}: ${progress()}`), reportEveryMs);
  const result = finished(child, (line) => {
    if (line.startsWith("go: downloading ")) modules++;
    else packages++;
  });
  const { code, output: said } = await result.finally(() => clearInterval(ticks));
  if (code !== 0) throw new Error(`${program.name} could not be built (go build, ${code}):\n${tail(said)}`);
  log(`${program.name}: built, ${progress()}`);
}

function start(args: readonly string[], directory: string): ChildProcessByStdio<null, null, Readable> {
  // Its settings (proxy, caches) stay the user's.
  return spawn("go", args, { cwd: directory, env: process.env, stdio: ["ignore", "ignore", "pipe"] });
}

async function finished(
  child: ChildProcessByStdio<null, null, Readable>,
  onLine: (line: string) => void = () => undefined,
): Promise<{ readonly code: number | string; readonly output: string }> {
  let output = "";
  let partial = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    const lines = (partial + text).split("\n");
    partial = lines.pop() ?? "";
    lines.forEach(onLine);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal ?? 1, output }));
  });
}

/** What went wrong stands last; the packages that were compiled before do not matter. */
function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-20).join("\n");
}
