/** What `holdfast diff` says to people: objects that are not in sync with their findings, then one line of counts. */
import type { FieldChange, FieldManager } from "../diff/field-change.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import { formatRef, type Json } from "../resource/resource.ts";
import { type DiffReport, type DiffResult, diffReport } from "./diff-report.ts";
import { managerWords } from "./manager-words.ts";
import { originOf } from "./origin.ts";
import { printable } from "./printable.ts";

export interface TableOptions {
  /** Whether what is no drift is listed too, with the reason. */
  readonly showExcused: boolean;
  readonly isColoured: boolean;
}

/** One line before it is made safe, and what it is about. */
interface Line {
  readonly text: string;
  readonly tone?: Tone;
}

type Tone = "heading" | "added" | "removed" | "modified" | "quiet" | "warning";

export function formatDiffTable(
  results: readonly DiffResult[],
  options: TableOptions = { showExcused: false, isColoured: false },
): string {
  const lines: Line[] = [];
  for (const result of results) lines.push(...describe(result, options));
  lines.push({ text: countsLine(diffReport(results).summary) });
  // Names, paths and values come from files and clusters: none of them may steer the terminal, or look like a line.
  return lines
    .map(({ text, tone }) => `${coloured(printable(text), options.isColoured ? tone : undefined)}\n`)
    .join("");
}

function countsLine(summary: DiffReport["summary"]): string {
  const beside = summary.unexpected === 0 ? "" : `, ${summary.unexpected} unexpected`;
  return [
    counted(summary.total, "object"),
    `${summary.inSync} in sync`,
    `${summary.drifted} drifted (${summary.missing} missing${beside})`,
    `${summary.pending} pending`,
    `${summary.unknown} unknown`,
    ...(summary.doubtful === 0 ? [] : [`${summary.doubtful} doubtful`]),
    ...(summary.excused === 0 ? [] : [`${counted(summary.excused, "finding")} excused`]),
    ...(summary.unknownFields === 0
      ? []
      : [`${counted(summary.unknownFields, "field")} in Git that the API server does not know`]),
  ].join(", ");
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

function describe(result: DiffResult, { showExcused }: TableOptions): readonly Line[] {
  const findings = [
    ...findingsOf(result),
    ...unknownFieldsOf(result),
    ...(showExcused ? excusedOf(result) : []),
  ];
  const { verdict } = result;
  if (verdict.status === "InSync" && findings.length === 0) return [];
  return [{ text: headingOf(result), tone: "heading" }, ...findings];
}

function headingOf({ resource, verdict, origin }: DiffResult): string {
  const what = `${formatRef(resource)}: ${whatOf(verdict)}`;
  return `${what}${originOf(origin)}`;
}

function whatOf(verdict: DiffResult["verdict"]): string {
  switch (verdict.status) {
    case "InSync":
      return "InSync";
    case "Pending":
      return `Pending, ${verdict.reason}`;
    case "Unknown":
      return `Unknown, ${verdict.reason}: ${verdict.message}`;
    case "Drifted":
      return `${verdict.type}${verdict.reason === undefined ? "" : `, ${verdict.reason}`}`;
  }
}

function findingsOf({ verdict }: DiffResult): readonly Line[] {
  const changes = verdict.status === "Drifted" ? verdict.changes.map(describeChange) : [];
  const doubtful = (verdict.doubtful ?? []).map(
    ({ change, reason }): Line => ({
      text: `${describeChange(change).text}  (doubtful: ${reason})`,
      tone: "warning",
    }),
  );
  return [...changes, ...doubtful];
}

function unknownFieldsOf({ unknownFields = [] }: DiffResult): readonly Line[] {
  return unknownFields.map((path) => ({
    text: `  ! ${formatPath(path)}: the API server does not know this field and drops it; correct it in Git`,
    tone: "warning",
  }));
}

function excusedOf({ verdict }: DiffResult): readonly Line[] {
  return (verdict.excused ?? []).map(({ change, reason, rule, message }) => ({
    text: `  = ${formatPath(change.path)}: ${reason}, ${rule}: ${message}`,
    tone: "quiet",
  }));
}

function describeChange(change: FieldChange): Line {
  const path = formatPath(change.path);
  switch (change.type) {
    case "Added": {
      const instead =
        change.default === undefined ? "" : ` (the server's default: ${shorten(change.default)})`;
      return {
        text: `  + ${path}: ${shorten(change.live)}${instead}${byManagers(change.managers)}`,
        tone: "added",
      };
    }
    case "Removed":
      return { text: `  - ${path}: ${shorten(change.desired)}`, tone: "removed" };
    case "Modified":
      return {
        text: `  ~ ${path}: ${shorten(change.desired)} -> ${shorten(change.live)}${byManagers(change.managers)}`,
        tone: "modified",
      };
  }
}

function byManagers(managers: readonly FieldManager[]): string {
  if (managers.length === 0) return "";
  return `  [${managers.map(managerWords).join(", ")}]`;
}

/** Values are for the eye here; JSON output has them whole. */
function shorten(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}

/** Select Graphic Rendition, ECMA-48. */
const codes: Readonly<Record<Tone, string>> = {
  heading: "1",
  added: "32",
  removed: "31",
  modified: "33",
  quiet: "2",
  warning: "35",
};

function coloured(text: string, tone: Tone | undefined): string {
  return tone === undefined ? text : `\u001b[${codes[tone]}m${text}\u001b[0m`;
}
