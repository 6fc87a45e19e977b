/** `holdfast diff --explain PATH`: one field of one object, in sentences. */
import { type Explanation, explain } from "../drift/explain.ts";
import { formatPath, parsePath } from "../fieldpath/format-path.ts";
import { PathSyntaxError } from "../fieldpath/path-reader.ts";
import { formatRef, type Json } from "../resource/resource.ts";
import type { DiffResult } from "./diff-report.ts";
import { managerWords } from "./manager-words.ts";
import { originOf } from "./origin.ts";
import { printable } from "./printable.ts";
import { objectText } from "./select-object.ts";

export type Explained =
  | { readonly type: "Explained"; readonly text: string }
  /** What to do, for the user. */
  | { readonly type: "Failed"; readonly message: string };

/** A value is for the eye here; JSON output has it whole. */
const longest = 2_000;

/** Of the results, which must be of one object. */
export function explainField(results: readonly DiffResult[], pathText: string): Explained {
  const path = parse(pathText);
  if (typeof path === "string") return { type: "Failed", message: `--explain: ${path}` };
  const [result, other] = results;
  if (result === undefined) return { type: "Failed", message: "--explain: there is no such object" };
  if (other !== undefined) {
    const names = results.slice(0, 3).map(({ resource }) => objectText(resource));
    const message = `--explain: ${results.length} objects are compared; name one by --object, such as ${names.join(", ")}`;
    return { type: "Failed", message };
  }
  if (result.input === undefined)
    return { type: "Failed", message: `--explain: Git does not declare ${formatRef(result.resource)}` };
  const lines = [
    `${formatRef(result.resource)}${originOf(result.origin)}`,
    ...explain(result.input, path).flatMap(linesOf),
  ];
  return { type: "Explained", text: lines.map((line) => `${printable(line)}\n`).join("") };
}

function linesOf({ status, path, because, desired, live, managers }: Explanation): readonly string[] {
  return [
    `${formatPath(path)}: ${status}`,
    ...because.map((sentence) => `  ${sentence}`),
    ...valueLine("Git", desired),
    ...valueLine("live", live),
    ...managers.map((manager) => `  owned by ${managerWords(manager)}`),
  ];
}

function valueLine(side: string, value: Json | undefined): readonly string[] {
  if (value === undefined) return [];
  const text = JSON.stringify(value);
  const isLong = text.length > longest;
  return [`  ${side}: ${isLong ? `${text.slice(0, longest)}... (${text.length} characters)` : text}`];
}

function parse(text: string) {
  try {
    return parsePath(text);
  } catch (error) {
    if (error instanceof PathSyntaxError) return error.message;
    throw error;
  }
}
