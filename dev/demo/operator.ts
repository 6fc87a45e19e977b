/** The operator as a process of its own, from source or as a bundle, for demo, tests and benchmarks. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

export interface OperatorOptions {
  readonly kubeconfig: string;
  /** For its data, its log and its digest key; kept over restarts. */
  readonly directory: string;
  /** Further flags of `holdfast run`. */
  readonly flags?: readonly string[];
  /** The program and its first arguments; default: the sources of this checkout. */
  readonly command?: Command;
  /** Variables beside PATH and HOME; default: the image's. */
  readonly env?: Readonly<Record<string, string>>;
}

export type Command = readonly [program: string, ...args: string[]];

export interface Operator {
  readonly pid: number;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly logPath: string;
  log(): string;
  /** Resolves with the exit code when it has ended, for whatever reason. */
  readonly ended: Promise<number | null>;
  /** SIGTERM, or SIGKILL. Resolves with the exit code when it has ended. */
  stop(signal?: "SIGTERM" | "SIGKILL"): Promise<number | null>;
}

const startTimeoutMs = 30_000;
/** As the Dockerfile sets them: many threads' malloc arenas would keep what was freed long ago. */
export const imageEnv = { MALLOC_ARENA_MAX: "2", MALLOC_TRIM_THRESHOLD_: "131072" };
/** Node's flags, as the Dockerfile's ENTRYPOINT has them. */
export const nodeFlags = ["--optimize-for-size"];

/** `holdfast run` as a process, of the sources or of a bundle. */
export function runCommand(program: string): Command {
  return [process.execPath, ...nodeFlags, program, "run"];
}

const sources = runCommand(join(import.meta.dirname, "../../src/cli/main.ts"));

/** Resolves when it serves its probes. @throws Error with its log if it ends before that. */
export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { kubeconfig, directory, flags = [], command = sources } = options;
  mkdirSync(directory, { recursive: true });
  const keyFile = join(directory, "digest.key");
  // The same key over restarts, or digests of old records would mean nothing.
  writeIfMissing(keyFile, randomBytes(32));
  const logPath = join(directory, "operator.log");
  const [program, ...firstArgs] = command;
  const args = [
    ...firstArgs,
    `--kubeconfig=${kubeconfig}`,
    `--data-dir=${join(directory, "data")}`,
    `--digest-key-file=${keyFile}`,
    "--metrics-address=127.0.0.1:0",
    "--allow-file-urls=true",
    ...flags,
  ];
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, ...(options.env ?? imageEnv) };
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
  const file = createWriteStream(logPath, { flags: "a" });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  void ended.then(() => process.off("exit", kill));
  let output = "";
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the operator does not start:\n${output}`)),
      startTimeoutMs,
    );
    const read = (chunk: Buffer) => {
      file.write(chunk);
      if (output.length > 100_000) return;
      output += chunk.toString();
      const found = /"port":(\d+)/.exec(output)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(Number(found));
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void ended.then((code) => {
      clearTimeout(timer);
      reject(new Error(`the operator ended with ${code}:\n${output}`));
    });
  });
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    logPath,
    log: () => readFileSync(logPath, "utf8"),
    ended,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      return await ended;
    },
  };
}

function writeIfMissing(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
