/** What is wrong with the options of `holdfast diff` in themselves: told before anything is fetched or compared. */
import { parsePath } from "../fieldpath/format-path.ts";
import { PathSyntaxError } from "../fieldpath/path-reader.ts";
import type { DiffOptions } from "./diff-options.ts";
import { selectObject } from "./select-object.ts";

/** One line for the user; undefined if nothing is wrong. */
export function optionFault(options: DiffOptions): string | undefined {
  const { object, explain, suggest, output, desired, live, dryRun } = options;
  const isOwnOutput = explain !== undefined || suggest === true;
  if (explain !== undefined && suggest === true) return "--explain and --suggest do not go together";
  if (isOwnOutput && output !== "table")
    return `${suggest === true ? "--suggest" : "--explain"} has an output of its own; leave -o out`;
  if (dryRun === "WhereAllowed" && (desired !== undefined || live !== undefined))
    return "--dry-run asks the API server; leave it out, or --desired and --live";
  const isMeant = object === undefined ? undefined : selectObject(object);
  if (typeof isMeant === "string") return isMeant;
  return explain === undefined ? undefined : pathFault(explain);
}

function pathFault(path: string): string | undefined {
  try {
    parsePath(path);
    return undefined;
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    return `--explain: ${error.message}; write it as spec.template.spec.containers[name="app"].image`;
  }
}
