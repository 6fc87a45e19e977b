/** What `holdfast diff` says to people: drifted and unknown objects with their changes, then one line of counts. */
import type { FieldChange } from "../diff/field-change.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import { formatRef, type Json } from "../resource/resource.ts";
import { type DiffResult, diffReport } from "./diff-report.ts";
import { printable } from "./printable.ts";

export function formatDiffTable(results: readonly DiffResult[]): string {
  const lines: string[] = [];
  for (const result of results) lines.push(...describe(result));
  const { summary } = diffReport(results);
  const beside = summary.unexpected === 0 ? "" : `, ${summary.unexpected} unexpected`;
  const counts = [
    summary.total === 1 ? "1 object" : `${summary.total} objects`,
    `${summary.inSync} in sync`,
    `${summary.drifted} drifted (${summary.missing} missing${beside})`,
    `${summary.pending} pending`,
    `${summary.unknown} unknown`,
  ];
  lines.push(counts.join(", "));
  // Names, paths and values come from files and clusters: none of them may steer the terminal, or look like a line.
  return lines.map((line) => `${printable(line)}\n`).join("");
}

function describe({ resource, verdict, origin }: DiffResult): readonly string[] {
  const from =
    origin === undefined ? "" : `  (${origin.path}${origin.line === undefined ? "" : `:${origin.line}`})`;
  switch (verdict.status) {
    case "InSync":
      return [];
    case "Pending":
      return [`${formatRef(resource)}: Pending, ${verdict.reason}${from}`];
    case "Unknown":
      return [`${formatRef(resource)}: Unknown, ${verdict.reason}: ${verdict.message}${from}`];
    case "Drifted": {
      const reason = verdict.reason === undefined ? "" : `, ${verdict.reason}`;
      return [
        `${formatRef(resource)}: ${verdict.type}${reason}${from}`,
        ...verdict.changes.map(describeChange),
      ];
    }
  }
}

function describeChange(change: FieldChange): string {
  const path = formatPath(change.path);
  switch (change.type) {
    case "Added":
      return `  + ${path}: ${shorten(change.live)}${byManagers(change.managers)}`;
    case "Removed":
      return `  - ${path}: ${shorten(change.desired)}`;
    case "Modified":
      return `  ~ ${path}: ${shorten(change.desired)} -> ${shorten(change.live)}${byManagers(change.managers)}`;
  }
}

function byManagers(managers: readonly { readonly name: string }[]): string {
  return managers.length === 0 ? "" : `  [${managers.map(({ name }) => name).join(", ")}]`;
}

/** Values are for the eye here; JSON output has them whole. */
function shorten(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}
