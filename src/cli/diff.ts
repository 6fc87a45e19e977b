/** `holdfast diff`: one comparison, against a cluster or between two files. */
import process from "node:process";
import { type DiffResult, diffExitCode, diffReport, formatDiffTable } from "./diff-report.ts";

export interface DiffOptions {
  readonly repo?: string;
  readonly path: string;
  readonly branch: string;
  readonly namespace: string;
  readonly desired?: string;
  readonly live?: string;
  readonly kubeconfig?: string;
  readonly kubectl: string;
  readonly mode: string;
  readonly output: "table" | "json";
}

/** What was compared, or why it could not be: one line for the user. */
export type DiffOutcome =
  | { readonly type: "Compared"; readonly results: readonly DiffResult[] }
  | { readonly type: "Failed"; readonly message: string };

/** Prints the result; answers the exit code. */
export async function runDiff(policy: string | undefined, options: DiffOptions): Promise<number> {
  const outcome = await compareAsAsked(policy, options);
  if (outcome.type === "Failed") {
    process.stderr.write(`holdfast diff: ${outcome.message}\n`);
    return 2;
  }
  const report = diffReport(outcome.results);
  const text = options.output === "json" ? `${JSON.stringify(report)}\n` : formatDiffTable(outcome.results);
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  return diffExitCode(report);
}

async function compareAsAsked(policy: string | undefined, options: DiffOptions): Promise<DiffOutcome> {
  const { desired, live, repo } = options;
  if (desired !== undefined || live !== undefined) {
    if (desired === undefined || live === undefined) return failed("--desired and --live go together");
    if (policy !== undefined || repo !== undefined)
      return failed("--desired and --live need neither a policy nor --repo");
    const { diffFiles } = await import("./diff-files.ts");
    return diffFiles(desired, live);
  }
  if ((policy === undefined) === (repo === undefined))
    return failed("give a policy file, or --repo, or --desired and --live");
  const { diffClusterResults } = await import("./diff-cluster.ts");
  return await diffClusterResults(policy, options);
}

function failed(message: string): DiffOutcome {
  return { type: "Failed", message };
}
