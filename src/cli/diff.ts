/** `holdfast diff`: one comparison, against a cluster or between two files. */
import type { Json } from "../resource/resource.ts";
import type { DiffOptions, DiffOutcome } from "./diff-options.ts";
import { type DiffReport, type DiffResult, diffExitCode, diffReport } from "./diff-report.ts";
import { formatDiffTable } from "./diff-table.ts";
import { complain, print } from "./print.ts";
import { printableJson } from "./printable.ts";

/** Prints the result; answers the exit code. */
export async function runDiff(policy: string | undefined, options: DiffOptions): Promise<number> {
  const outcome = await compareAsAsked(policy, options);
  if (outcome.type === "Failed") {
    complain(`holdfast diff: ${outcome.message}`);
    return 2;
  }
  if (outcome.notice !== undefined) complain(`holdfast diff: ${outcome.notice}`);
  const report = diffReport(outcome.results);
  await print(await format(outcome.results, { report, output: options.output }));
  return diffExitCode(report);
}

async function format(
  results: readonly DiffResult[],
  { report, output }: { readonly report: DiffReport; readonly output: DiffOptions["output"] },
): Promise<string> {
  switch (output) {
    case "table":
      return formatDiffTable(results);
    case "json":
      return `${printableJson(report)}\n`;
    case "yaml": {
      const { writeYaml } = await import("../render/write-yaml.ts");
      return writeYaml(report as unknown as Json); // a report holds text, numbers and JSON values only
    }
  }
}

async function compareAsAsked(policy: string | undefined, options: DiffOptions): Promise<DiffOutcome> {
  const { desired, live, repo, path, branch } = options;
  if (repo === undefined && (path !== undefined || branch !== undefined))
    return failed("--path and --branch go with --repo");
  if (desired !== undefined || live !== undefined) {
    if (desired === undefined || live === undefined) return failed("--desired and --live go together");
    if (policy !== undefined || repo !== undefined)
      return failed("--desired and --live need neither a policy nor --repo");
    const { diffFiles } = await import("./diff-files.ts");
    return await diffFiles({ desired, live }, options);
  }
  if ((policy === undefined) === (repo === undefined))
    return failed("give a policy file, or --repo, or --desired and --live");
  const { diffCluster } = await import("./diff-cluster.ts");
  return await diffCluster(policy, options);
}

function failed(message: string): DiffOutcome {
  return { type: "Failed", message };
}
