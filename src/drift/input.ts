/** Everything that is needed to judge one object: a snapshot, so that judging is a pure function of it. */
import type { ExcuseRules } from "../diff/excuse-rules.ts";
import type { DetectionMode } from "../diff/field-change.ts";
import type { UnfinishedReason } from "../resource/desired.ts";
import type { KubernetesObject, ResourceRef } from "../resource/resource.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import type { AllocatedValues } from "./allocated.ts";
import type { ScalerClaim } from "./scalers.ts";
import type { UnknownReason } from "./verdict.ts";

export interface DriftInput {
  readonly resource: ResourceRef;
  /** The newest fetched revision, which `desired` is of. */
  readonly revision: string;
  readonly desired: DesiredState;
  readonly live: LiveState;
  /** Where the object was last in sync; absent if it never was. */
  readonly delivered?: DeliveredState;
  readonly schema: SchemaNode;
  readonly policy: PolicyRules;
  readonly source: SourceState;
  /** What scalers may change on this object: declared and in sync, or (where they explain something) controlled by that. */
  readonly scalers: readonly ScalerClaim[];
  /** Whether the table of server defaults is of the API server's release; default: it is. */
  readonly tableFits?: boolean;
  /** Fields, as `suspectKey` names them, that began to differ on many objects just after an upgrade. */
  readonly suspects?: ReadonlySet<string>;
  /** Just after an upgrade: until when, in ms, what is found on one object may turn out to be found on many. */
  readonly upgradedUntilMs?: number;
  /** What dry-runs answered of this object. */
  readonly confirmation?: Confirmation;
  /** Why the history cannot be written: then nothing is, since nobody could tell of it later. */
  readonly historyFault?: string;
  /** The last attempt to roll this object back, while its drift lasts. */
  readonly attempt?: RollbackAttempt;
  readonly nowMs: number;
}

/** What Git says of the object; bodies are redacted. */
export type DesiredState =
  | { readonly type: "Stated"; readonly body: KubernetesObject }
  /** No policy declares it, and nobody else accounts for it. */
  | { readonly type: "Undeclared" }
  | { readonly type: "Unfinished"; readonly reason: UnfinishedReason; readonly detail: string }
  | { readonly type: "Refused"; readonly reason: UnknownReason; readonly message: string };

/** What the API server holds; bodies are redacted. Times are when the watch brought it to us, in ms. */
export type LiveState =
  | { readonly type: "Present"; readonly body: KubernetesObject; readonly arrivedAtMs: number }
  | { readonly type: "Absent"; readonly sinceMs: number }
  | { readonly type: "Unknown"; readonly reason: UnknownReason; readonly message: string };

/** The last in-sync state of one object under one policy. */
export interface DeliveredMark {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly revision: string;
  readonly policyGeneration: number;
  /** A Job or bare Pod seen complete at this revision: its absence is no drift. */
  readonly completed: boolean;
  /** What else the verdict depended on, as `dependencies` tells it; absent in marks of older releases. */
  readonly dependencies?: string;
  /** Whether managedFields said anything of it; absent in marks of older releases. */
  readonly tracked?: boolean;
  /** What the server chose and anybody may change; see `allocatedValues`. */
  readonly allocated?: AllocatedValues;
}

/** The API server's answers to dry-runs of the object's creation, as Git states it, and of the rollback. */
export interface Confirmation {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly revision: string;
  /** Changes that the server, admission included, makes by itself: at creation, or again after a rollback. By `formatPath`. */
  readonly insisted: ReadonlySet<string>;
  /** Whether all other changes would be undone, or refused because they are real. */
  readonly isSettled: boolean;
}

/** A delivered mark with what Git said at that revision; no body if it says the same as the newest. */
export interface DeliveredState extends DeliveredMark {
  readonly body?: KubernetesObject;
}

/** What the policy asks for, as far as judging needs it. */
export interface PolicyRules {
  readonly mode: DetectionMode;
  readonly rules: ExcuseRules;
  readonly rollback: "Never" | "Always";
  readonly suspended: boolean;
  /** metadata.generation of the policy: an edit makes refused attempts worth another try. */
  readonly generation: number;
}

/** How fresh our picture of the repository is. */
export interface SourceState {
  /** When the last successful reading of the remote head began, in ms. */
  readonly headReadAtMs: number;
  /** When the last failed reading began, in ms; absent if the newest reading succeeded. */
  readonly headFailedAtMs?: number;
}

/** How an attempted rollback ended. */
export type RollbackResult = "Written" | "Conflict" | "Forbidden" | "Immutable" | "Failed";

export interface RollbackAttempt {
  readonly result: RollbackResult;
  readonly message: string;
  readonly atMs: number;
  /** The live version it was computed from; the empty string for an absent object. */
  readonly resourceVersion: string;
  readonly policyGeneration: number;
  /** A failure that passes by itself: the write may be tried again after this long. */
  readonly retryMs?: number;
  /** How many writes in a row were undone again within a while, this one included. */
  readonly streak: number;
}
