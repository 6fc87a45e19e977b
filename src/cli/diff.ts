/** `holdfast diff`: one comparison, against a cluster or between two files. */
import process from "node:process";
import type { Json } from "../resource/resource.ts";
import type { DiffOptions, DiffOutcome } from "./diff-options.ts";
import { type DiffReport, type DiffResult, diffExitCode, diffReport } from "./diff-report.ts";
import { formatDiffTable } from "./diff-table.ts";
import { optionFault } from "./option-fault.ts";
import { complain, print, refuse } from "./print.ts";
import { printableJson } from "./printable.ts";
import { selectObject } from "./select-object.ts";

/** Prints the result; answers the exit code. */
export async function runDiff(policy: string | undefined, options: DiffOptions): Promise<number> {
  const fault = optionFault(options);
  if (fault !== undefined) return refuse("diff", fault);
  const outcome = await compareAsAsked(policy, options);
  if (outcome.type === "Failed") return refuse("diff", outcome.message);
  if (outcome.notice !== undefined) complain(`holdfast diff: ${outcome.notice}`);
  const results = selected(outcome.results, options.object);
  if (typeof results === "string") return refuse("diff", results);
  const report = diffReport(results);
  if (options.explain !== undefined) {
    const { explainField } = await import("./explain.ts");
    const explained = explainField(results, options.explain);
    if (explained.type === "Failed") return refuse("diff", explained.message);
    await print(explained.text);
  } else if (options.suggest === true) {
    const { suggestRules } = await import("./suggest.ts");
    await print(suggestRules(results));
  } else await print(await format(results, { report, options, readFile: outcome.readFile }));
  return diffExitCode(report);
}

function selected(results: readonly DiffResult[], object: string | undefined) {
  if (object === undefined) return results;
  const isMeant = selectObject(object);
  if (typeof isMeant === "string") return isMeant;
  const found = results.filter(({ resource }) => isMeant(resource));
  return found.length > 0 ? found : `--object: none of the ${results.length} compared objects is ${object}`;
}

async function format(
  results: readonly DiffResult[],
  {
    report,
    options,
    readFile,
  }: {
    readonly report: DiffReport;
    readonly options: DiffOptions;
    readonly readFile: (path: string) => Promise<string | undefined>;
  },
): Promise<string> {
  switch (options.output) {
    case "table":
      return formatDiffTable(results, {
        showExcused: options.showExcused === true,
        // Node looks at NO_COLOR.
        isColoured: process.stdout.isTTY && process.stdout.hasColors(),
      });
    case "json":
      return `${printableJson(report)}\n`;
    case "yaml": {
      const { writeYaml } = await import("../render/write-yaml.ts");
      return writeYaml(report as unknown as Json); // a report holds text, numbers and JSON values only
    }
    case "patch": {
      const { gitPatch } = await import("./git-patch.ts");
      return await gitPatch(results, readFile);
    }
    case "unified": {
      const { formatUnified } = await import("./unified.ts");
      return formatUnified(results);
    }
  }
}

async function compareAsAsked(policy: string | undefined, options: DiffOptions): Promise<DiffOutcome> {
  const { desired, live, repo, path, branch } = options;
  if (repo === undefined && (path !== undefined || branch !== undefined))
    return failed("--path and --branch go with --repo");
  if (desired !== undefined || live !== undefined) {
    if (desired === undefined || live === undefined) return failed("--desired and --live go together");
    if (repo !== undefined) return failed("--desired and --live need no --repo");
    return await compareFiles({ desired, live }, policy, options);
  }
  if ((policy === undefined) === (repo === undefined))
    return failed("give a policy file, or --repo, or --desired and --live");
  const { diffCluster } = await import("./diff-cluster.ts");
  return await diffCluster(policy, options);
}

/** A policy beside two files says how they are compared; what it says of a repository is not looked at. */
async function compareFiles(
  pair: { readonly desired: string; readonly live: string },
  policyFile: string | undefined,
  options: DiffOptions,
): Promise<DiffOutcome> {
  const { diffFiles } = await import("./diff-files.ts");
  if (policyFile === undefined) return await diffFiles(pair, options);
  const { policyFromFile } = await import("./policy-of-command.ts");
  const parsed = await policyFromFile(policyFile, options.namespace ?? "default");
  if (parsed.type === "Invalid") return failed(parsed.message);
  const { detection, targetNamespace } = parsed.policy;
  return await diffFiles(pair, { namespace: targetNamespace, ...options, detection });
}

function failed(message: string): DiffOutcome {
  return { type: "Failed", message };
}
