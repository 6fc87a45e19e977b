/** What `holdfast diff` says to programs: its contract. */
import type { FieldChange } from "../diff/field-change.ts";
import type { DriftVerdict } from "../drift/verdict.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { Origin } from "../resource/desired.ts";
import type { Json, ResourceRef } from "../resource/resource.ts";

/** One judged object. */
export interface DiffResult {
  readonly resource: ResourceRef;
  readonly verdict: DriftVerdict;
  readonly origin?: Origin;
}

/** One change as JSON shows it; an absent side is left out, never null. */
export interface ReportedChange {
  readonly type: FieldChange["type"];
  readonly path: string;
  readonly desired?: Json;
  readonly live?: Json;
}

export interface ReportedObject {
  readonly resource: ResourceRef;
  readonly verdict: DriftVerdict["status"] | "Exempt";
  readonly type?: string;
  readonly reason?: string;
  readonly changes: readonly ReportedChange[];
  readonly doubtful: readonly ReportedChange[];
}

export interface DiffReport {
  readonly objects: readonly ReportedObject[];
  readonly summary: Readonly<Record<SummaryField, number>>;
}

const summaryFields = [
  "total",
  "inSync",
  "drifted",
  "missing",
  "unexpected",
  "pending",
  "exempt",
  "unknown",
  "doubtful",
] as const;
type SummaryField = (typeof summaryFields)[number];

/** The report in the form that `-o json` prints. */
export function diffReport(results: readonly DiffResult[]): DiffReport {
  const summary: Record<SummaryField, number> = {
    total: results.length,
    inSync: 0,
    drifted: 0,
    missing: 0,
    unexpected: 0,
    pending: 0,
    exempt: 0,
    unknown: 0,
    doubtful: 0,
  };
  for (const { verdict } of results) count(summary, verdict);
  return { objects: results.map(reportedObject), summary };
}

/** 1: something is drifted; 2: nothing is, but something could not be judged; 0: all is as Git says. */
export function diffExitCode({ summary }: DiffReport): 0 | 1 | 2 {
  if (summary.drifted > 0) return 1;
  return summary.unknown > 0 ? 2 : 0;
}

function reportedObject({ resource, verdict }: DiffResult): ReportedObject {
  return {
    resource: {
      group: resource.group,
      version: resource.version,
      kind: resource.kind,
      namespace: resource.namespace,
      name: resource.name,
    },
    verdict: verdict.status,
    ...(verdict.status === "Drifted" ? { type: verdict.type } : {}),
    ...("reason" in verdict && verdict.reason !== undefined ? { reason: verdict.reason } : {}),
    changes: verdict.status === "Drifted" ? verdict.changes.map(reportedChange) : [],
    doubtful: [],
  };
}

function reportedChange(change: FieldChange): ReportedChange {
  return {
    type: change.type,
    path: formatPath(change.path),
    ...("desired" in change ? { desired: change.desired } : {}),
    ...("live" in change ? { live: change.live } : {}),
  };
}

function count(summary: Record<SummaryField, number>, verdict: DriftVerdict): void {
  switch (verdict.status) {
    case "InSync":
      summary.inSync += 1;
      break;
    case "Drifted":
      summary.drifted += 1;
      if (verdict.type === "Missing") summary.missing += 1;
      if (verdict.type === "Unexpected") summary.unexpected += 1;
      break;
    case "Pending":
      summary.pending += 1;
      break;
    case "Unknown":
      summary.unknown += 1;
      break;
  }
}
