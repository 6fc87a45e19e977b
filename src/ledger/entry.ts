/** One entry of the ledger: something that happened, as it is hashed. */
import type { JsonObject } from "../resource/resource.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Opening, Sealed } from "./sealing.ts";

/** What can have happened. */
export const entryTypes = [
  "DriftDetected",
  "DriftChanged",
  "DriftResolved",
  "RollbackAttempted",
  "RollbackSucceeded",
  "RollbackFailed",
  "PolicyChanged",
  "PolicyDeleted",
  "LeadershipTaken",
  "EntriesLost",
  "ExportMade",
] as const;
export type EntryType = (typeof entryTypes)[number];

/** One field of one drift. */
export interface EntryChange {
  readonly type: "Added" | "Removed" | "Modified";
  /** As Kubernetes writes paths. */
  readonly path: string;
  /** Values; of Secrets, keyed digests. */
  readonly desired?: Sealed;
  readonly live?: Sealed;
  /** Programs, by their own word: no evidence of who it was. */
  readonly managers?: readonly string[];
}

/** What a policy asks for by now, and what of it is new. */
export interface EntryPolicySpec {
  readonly spec: Sealed;
  /** By path; an absent side is left out. None where nothing was known before. */
  readonly changes?: readonly { readonly path: string; readonly before?: Sealed; readonly after?: Sealed }[];
  /** Programs that wrote it, by their own word: no evidence of who it was. */
  readonly managers?: readonly string[];
}

/** Times are UTC, by RFC 3339, in milliseconds. Order is by `sequence` alone. */
export interface Entry {
  /** The version of this form. */
  readonly schema: 1;
  /** From 0, without a gap: the index of the leaf. */
  readonly sequence: number;
  /** A ULID. */
  readonly id: string;
  readonly type: EntryType;
  /** The uid of the namespace kube-system, by which clusters are told apart. */
  readonly cluster: string;
  readonly operator: { readonly version: string; readonly instance: string };
  readonly policy?: {
    readonly namespace: string;
    readonly name: string;
    readonly uid?: string;
    readonly generation?: number;
  };
  readonly object?: {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
  readonly drift?: {
    readonly type: "Modified" | "Missing" | "Unexpected";
    /** The DriftRecord of the episode. */
    readonly record: string;
    /** What the object was compared with. */
    readonly revision: string;
    readonly changesTotal: number;
    /** The first of them. */
    readonly changes: readonly EntryChange[];
    readonly firstSeenTime: string;
  };
  readonly policySpec?: EntryPolicySpec;
  /** Of policy changes: those of what decides on findings and rollbacks are `High`. */
  readonly severity?: "High" | "Medium";
  readonly origin?: { readonly repository: string; readonly path: string; readonly line?: number };
  readonly outcome?: {
    /** How a drift or a rollback ended. */
    readonly result: string;
    /** In the API server's words, which may quote values. */
    readonly message?: Sealed;
    /** The ServiceAccount that a rollback is written as. */
    readonly as?: string;
  };
  readonly times: { readonly detected?: string; readonly recorded: string };
}

/** An entry before it has its place, with the values that it seals. */
export interface EntryDraft {
  readonly entry: Omit<Entry, "schema" | "sequence">;
  readonly openings: readonly Opening[];
}

/** The exact bytes that are the leaf, as text. */
export function entryText(entry: Omit<Entry, "schema" | "sequence">, sequence: number): string {
  return canonicalJson({ ...asJson(entry), schema: 1, sequence });
}

function asJson(entry: object): JsonObject {
  return entry as unknown as JsonObject; // made of text, numbers, lists and objects alone
}
