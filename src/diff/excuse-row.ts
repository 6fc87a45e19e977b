/** A shipped excuse: one row of data, and what it means. */

import type { FieldPath } from "../fieldpath/field-path.ts";
import { type PathPattern, parsePathPattern } from "../fieldpath/path-pattern.ts";
import type { Json, KubernetesObject } from "../resource/resource.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import type { ExcuseReason } from "./excuse-rules.ts";

export interface ExcuseRow {
  /** Unique, in kebab-case. */
  readonly name: string;
  readonly reason: Extract<ExcuseReason, "SystemMetadata" | "TrustedManager" | "DelivererMark" | "Operation">;
  /** Any group, if left out; the core group is the empty text. */
  readonly group?: string;
  /** Any kind, if left out. */
  readonly kinds?: readonly string[];
  /** A path pattern. */
  readonly path: string;
  /** Who may own it, by exact names or globs. Left out where the value says enough. */
  readonly managers?: readonly string[];
  /** The operation that the manager uses; either, if left out. */
  readonly operation?: "Apply" | "Update";
  /**
   * It may also be owned by nobody, or by somebody whose name was lost when old entries were merged: its value is
   * checked, and means nothing but what it says.
   */
  readonly unowned?: true;
  /** Which values are excused; any, if left out. */
  readonly check?: ValueCheck;
  /** What Git may state in its place, since a controller writes the real value over it; by default nothing. */
  readonly placeholders?: readonly Json[] | "anything";
  /** A sentence for people: who writes it, and why. */
  readonly why: string;
  /** Where that can be read: a repository and a file, or a page of documentation. */
  readonly source: string;
}

/** Whether a live value is one that the row excuses. */
export type ValueCheck = (value: Json, at: ValueContext) => boolean;

export interface ValueContext {
  readonly path: FieldPath;
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
  /** What Git said when the object was last in sync. */
  readonly delivered?: KubernetesObject;
  readonly schema: SchemaNode;
  /** Whether a value is a deliverer's mark of its own, or at a path that the policy ignores. */
  readonly isMark: (path: FieldPath, value: Json) => boolean;
}

/** A row with its pattern parsed. */
export interface CompiledRow extends ExcuseRow {
  readonly pattern: PathPattern;
}

/** @throws PathSyntaxError if a row's path is none. */
export function compileRows(rows: readonly ExcuseRow[]): readonly CompiledRow[] {
  return rows.map((row) => ({ ...row, pattern: parsePathPattern(row.path) }));
}
