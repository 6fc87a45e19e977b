/** What `holdfast diff` says to programs: its contract. */
import type { FieldChange } from "../diff/field-change.ts";
import type { DriftInput } from "../drift/input.ts";
import type { UnknownFields } from "../drift/source-faults.ts";
import type { DriftVerdict } from "../drift/verdict.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { Origin } from "../resource/desired.ts";
import type { Json, ResourceRef } from "../resource/resource.ts";

/** One judged object. */
export interface DiffResult {
  readonly resource: ResourceRef;
  readonly verdict: DriftVerdict;
  readonly origin?: Origin;
  /** All that it was judged by; let go where nobody needs it any more. */
  readonly input?: DriftInput;
  /** Fields that Git states and the API server does not know: they are dropped. */
  readonly unknownFields?: UnknownFields;
}

/** One change as JSON shows it; an absent side is left out, never null. */
export interface ReportedChange {
  readonly type: FieldChange["type"];
  readonly path: string;
  readonly desired?: Json;
  readonly live?: Json;
  /** What the server would have put there by itself. */
  readonly default?: Json;
  /** Programs that own the field, by their own word. */
  readonly managers?: readonly string[];
}

export interface ReportedObject {
  readonly resource: ResourceRef;
  readonly verdict: DriftVerdict["status"] | "Exempt";
  readonly type?: string;
  readonly reason?: string;
  readonly changes: readonly ReportedChange[];
  readonly doubtful: readonly ReportedFinding[];
  /** What is no drift, and why. */
  readonly excused: readonly ReportedFinding[];
  /** Fields that Git states and the API server does not know. */
  readonly unknownFields?: readonly string[];
}

/** A finding that is not, or not surely, drift. */
export interface ReportedFinding extends ReportedChange {
  readonly reason: string;
  /** Of an excuse: which one, and what it says. */
  readonly rule?: string;
  readonly message?: string;
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
  "excused",
  "unknownFields",
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
    excused: 0,
    unknownFields: 0,
  };
  for (const { verdict, unknownFields } of results) {
    count(summary, verdict);
    summary.excused +=
      verdict.status === "Drifted" || verdict.status === "InSync" ? (verdict.excused?.length ?? 0) : 0;
    summary.unknownFields += unknownFields?.length ?? 0;
  }
  return { objects: results.map(reportedObject), summary };
}

/** 1: something is drifted; 2: nothing is, but something could not be judged, or Git is at fault; 0: all is as Git says. */
export function diffExitCode({ summary }: DiffReport): 0 | 1 | 2 {
  if (summary.drifted > 0) return 1;
  return summary.unknown + summary.doubtful + summary.unknownFields > 0 ? 2 : 0;
}

function reportedObject({ resource, verdict, unknownFields = [] }: DiffResult): ReportedObject {
  const { excused = [], doubtful = [] } = verdict;
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
    doubtful: doubtful
      .slice(0, maxFindings)
      .map(({ change, reason }) => ({ ...reportedChange(change), reason })),
    excused: excused.slice(0, maxFindings).map(({ change, reason, rule, message }) => ({
      ...reportedChange(change),
      reason,
      rule,
      message,
    })),
    ...(unknownFields.length === 0 ? {} : { unknownFields: unknownFields.map(formatPath) }),
  };
}

/** Of each sort, for each object: an object may be full of them. */
const maxFindings = 200;

function reportedChange(change: FieldChange): ReportedChange {
  return {
    type: change.type,
    path: formatPath(change.path),
    ...("desired" in change ? { desired: change.desired } : {}),
    ...("live" in change ? { live: change.live } : {}),
    ...("default" in change && change.default !== undefined ? { default: change.default } : {}),
    ...("managers" in change && change.managers.length > 0
      ? { managers: change.managers.map(({ name }) => name) }
      : {}),
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
      summary[verdict.reason === "Doubtful" ? "doubtful" : "unknown"] += 1;
      break;
  }
}
