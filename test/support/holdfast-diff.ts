/** `holdfast diff` between two files that are given as text, in process, or as the command that a user types. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, jest } from "@jest/globals";
import { diffFiles } from "../../src/cli/diff-files.ts";
import { type DiffReport, diffExitCode, diffReport } from "../../src/cli/diff-report.ts";
import { formatDiffTable } from "../../src/cli/diff-table.ts";
import { runCommandLine } from "../../src/cli/program.ts";

export interface Compared {
  /** As `-o json` prints it. */
  readonly report: DiffReport;
  readonly exitCode: number;
  readonly table: string;
  readonly notice: string;
}

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Folder {
  readonly path: string;
  /** Writes a file; answers its path. */
  write(name: string, text: string | Uint8Array): Promise<string>;
}

/** A folder for the files of one test file. Called once, at its top. */
export function useFolder(): Folder {
  let path = "";
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), "holdfast-cli-"));
  });
  afterAll(async () => {
    await rm(path, { recursive: true, force: true });
  });
  return {
    get path() {
      return path;
    },
    async write(name, text) {
      const file = join(path, name);
      await writeFile(file, text);
      return file;
    },
  };
}

/** What the comparison says; the message, if there is none. */
export async function compareTexts(
  folder: Folder,
  {
    desired,
    live,
    namespace,
  }: { readonly desired: string; readonly live: string; readonly namespace?: string },
): Promise<Compared | string> {
  const pair = {
    desired: await folder.write("desired.yaml", desired),
    live: await folder.write("live.yaml", live),
  };
  const outcome = await diffFiles(pair, {
    output: "json",
    ...(namespace === undefined ? {} : { namespace }),
  });
  if (outcome.type === "Failed") return outcome.message.replaceAll(`${folder.path}/`, "");
  const { results, notice = "" } = outcome;
  // What is read back is what a program sees.
  const report = JSON.parse(JSON.stringify(diffReport(results))) as DiffReport;
  const plain = (text: string) => text.replaceAll(`${folder.path}/`, "");
  return {
    report,
    exitCode: diffExitCode(report),
    table: plain(formatDiffTable(results)),
    notice: plain(notice),
  };
}

/** The command in this process, for what ends before it has done anything. */
export async function holdfastHere(args: readonly string[]): Promise<Ended> {
  const output = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    jest.spyOn(process[name], "write").mockImplementation((text, ...rest: unknown[]) => {
      output[name] += String(text);
      for (const done of rest) if (typeof done === "function") done();
      return true;
    }),
  );
  try {
    return { exitCode: await runCommandLine(args), ...output };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

export interface Surroundings {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** The command as a process of its own, which takes half a second. */
export function holdfast(
  args: readonly string[],
  { input = "", env = {}, cwd = process.cwd() }: Surroundings = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const main = join(import.meta.dirname, "../../src/cli/main.ts");
    // Nothing of the developer's own cluster.
    const child = spawn(process.execPath, [main, ...args], {
      cwd,
      env: { PATH: process.env["PATH"], HOME: "/nonexistent", ...env },
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (text: string) => (output[name] += text));
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...output }));
    // Whoever reads nothing may be gone before all is written.
    child.stdin.on("error", () => undefined).end(input);
  });
}
