/** What a command needs of each result beside its verdict: bodies of what is in sync would fill the memory. */
import type { DiffOptions } from "./diff-options.ts";
import type { DiffResult } from "./diff-report.ts";

export type Keep = (result: DiffResult) => DiffResult;

/** Lets go what neither the output nor a question of the user needs. */
export function keeper({
  output,
  explain,
  suggest,
}: Pick<DiffOptions, "output" | "explain" | "suggest">): Keep {
  const isShown = output === "unified" || output === "patch" || suggest === true;
  return (result) => {
    const { status, doubtful } = result.verdict;
    const hasFindings = status === "Drifted" || (suggest === true && doubtful !== undefined);
    if (explain !== undefined || (isShown && hasFindings)) return result;
    const { input: _, ...rest } = result;
    return rest;
  };
}
