/** What may excuse a finding: the words for it, the rules that a policy adds, and what it is judged by. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import type { ManagedFieldsEntry } from "../fieldpath/managed-fields.ts";
import type { PathPattern } from "../fieldpath/path-pattern.ts";
import type { ObjectMatch } from "../resource/object-match.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import type { FieldChange } from "./field-change.ts";
import type { Part } from "./parts.ts";

/**
 * Why a finding is no drift.
 * - `SystemMetadata`: the server itself put it there.
 * - `TrustedManager`: a known controller owns it, at a path that this controller may own.
 * - `DelivererMark`: a deliverer's mark with a value that is valid for this very object.
 * - `Operation`: something that was done (a restart), no configuration.
 * - `Admission`: a dry-run of the rollback answers with the live value.
 * - `Scaler`: a declared scaler answers for it.
 * - `IgnoreRule`, `TrustRule`: a rule of the policy.
 */
export type ExcuseReason =
  | "SystemMetadata"
  | "TrustedManager"
  | "DelivererMark"
  | "Operation"
  | "Admission"
  | "Scaler"
  | "IgnoreRule"
  | "TrustRule";

/** A finding that is no drift. */
export interface ExcusedChange {
  readonly change: FieldChange;
  readonly reason: ExcuseReason;
  /** The name of the shipped row, or of the policy's rule. */
  readonly rule: string;
  /** A sentence: why. */
  readonly message: string;
}

/** What a policy says: never drift, whoever wrote it. */
export interface IgnoreRule {
  readonly name: string;
  readonly match: readonly ObjectMatch[];
  readonly paths: readonly PathPattern[];
  readonly reason: string;
}

/** What a policy says: this manager may own these fields, and these only. */
export interface TrustRule {
  readonly name: string;
  readonly match: readonly ObjectMatch[];
  /** A glob. */
  readonly manager: string;
  readonly paths: readonly PathPattern[];
}

/** A label that the deliverer puts on every object, as Argo CD's label tracking does. */
export interface TrackingLabel {
  readonly label: string;
  readonly value: string;
}

/** A policy's own excuses; the shipped ones always apply. */
export interface ExcuseRules {
  readonly ignore: readonly IgnoreRule[];
  readonly trust: readonly TrustRule[];
  readonly tracking?: TrackingLabel;
}

export const noRules: ExcuseRules = { ignore: [], trust: [] };

export interface ExcuseContext {
  /** Both as they were compared. */
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
  readonly schema: SchemaNode;
  /** What Git said when the object was last in sync, if that is something else. */
  readonly delivered?: KubernetesObject;
  readonly rules: ExcuseRules;
  /** From `createOwnership`: asked only where an excuse depends on it. */
  readonly ownersOf: (path: FieldPath) => readonly ManagedFieldsEntry[];
}

/** One thing that could excuse a finding on one object. */
export interface Excuse {
  readonly pattern: PathPattern;
  readonly reason: ExcuseReason;
  readonly rule: string;
  readonly message: string;
  /** Of a change, or a part of one, at a path that the pattern covers. */
  accepts(part: Part, change: FieldChange): boolean;
}
