/** The newest verdict on every declared object, and the drift episodes that are open. Written by `report` alone. */
import type { DriftAction } from "../drift/action.ts";
import type { DriftInput, RollbackAttempt } from "../drift/input.ts";
import type { UnknownFields } from "../drift/source-faults.ts";
import type { Drifted, DriftType, DriftVerdict } from "../drift/verdict.ts";
import type { Origin } from "../resource/desired.ts";
import type { ResourceKey, ResourceRef } from "../resource/resource.ts";
import type { Confirmed } from "./confirming.ts";
import type { PolicyKey } from "./policy-key.ts";

/** How a drift ended. */
export type Resolution =
  | "RolledBack"
  | "RevertedByDeliverer"
  | "RevertedByOther"
  | "AdoptedInGit"
  | "RuleChanged"
  | "PolicyDeleted"
  | "ObjectGone";

/** One drift from its first sight to its end: what one DriftRecord tells. */
export interface Episode {
  readonly recordName: string;
  readonly policy: PolicyKey;
  readonly resource: ResourceRef;
  readonly uid?: string;
  readonly type: DriftType;
  readonly origin?: Origin;
  /** The newest revision at first sight, and the delivered one if the drift was against that. */
  readonly revision: string;
  readonly deliveredRevision?: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  /** As last judged; stays what it was when the drift ends. Absent on an episode read back at start, until judged. */
  readonly verdict?: Drifted;
  /** The live version last judged; the empty string for an absent object. */
  readonly resourceVersion?: string;
  readonly attempt?: RollbackAttempt;
  readonly resolution?: { readonly type: Resolution; readonly at: Date };
}

/** What is known of one object under one policy. */
export interface DriftEntry {
  /** Without what is excused. */
  readonly verdict: DriftVerdict;
  /** Whether it is about an object that Git does not declare. */
  readonly undeclared?: true;
  /** How many findings are excused, and by which of the policy's own rules. */
  readonly excused: { readonly count: number; readonly rules: readonly string[] };
  /** What Git said when that was last looked through for fields which the schema does not know. */
  readonly checked?: Uint8Array;
  /** Those that were found; none, if left out. */
  readonly unknownFields?: UnknownFields;
  /** What the verdict was judged by: a new schema of the kind asks for a new judgement. */
  readonly schema: DriftInput["schema"];
  readonly hold?: Extract<DriftAction, { type: "Hold" }>;
  readonly episode?: Episode;
  /** The last write, kept beyond its episode: a fight is a series of short episodes. */
  readonly attempt?: RollbackAttempt;
}

/** How many of a policy's objects have which verdict. */
export interface VerdictCounts {
  readonly total: number;
  /** Of the total, those that Git does not declare. */
  readonly undeclared: number;
  readonly inSync: number;
  readonly drifted: number;
  readonly missing: number;
  readonly unexpected: number;
  readonly pending: number;
  /** Without the doubtful ones. */
  readonly unknown: number;
  readonly doubtful: number;
  /** Findings, not objects. */
  readonly excused: number;
}

/** One policy's entries, with what status needs of them kept up to date, so that reading it costs no walk. */
class PolicyDrifts {
  readonly entries = new Map<ResourceKey, DriftEntry>();
  readonly drifting = new Map<ResourceKey, DriftEntry>();
  readonly unknown = new Map<ResourceKey, Extract<DriftVerdict, { status: "Unknown" }>>();
  /** Entries of objects of which Git states fields that the API server does not know. */
  readonly faulty = new Map<ResourceKey, UnknownFields>();
  readonly counts = {
    total: 0,
    undeclared: 0,
    inSync: 0,
    drifted: 0,
    missing: 0,
    unexpected: 0,
    pending: 0,
    unknown: 0,
    doubtful: 0,
    excused: 0,
  };
  /** How often each of the policy's own rules excuses something. */
  readonly rules = new Map<string, number>();
  readonly confirmed = new Map<ResourceKey, Confirmed>();

  set(key: ResourceKey, entry: DriftEntry): void {
    this.#take(key);
    this.entries.set(key, entry);
    if (entry.verdict.status === "Drifted") this.drifting.set(key, entry);
    if (entry.verdict.status === "Unknown") this.unknown.set(key, entry.verdict);
    if (entry.unknownFields !== undefined) this.faulty.set(key, entry.unknownFields);
    this.#count(entry, 1);
  }

  delete(key: ResourceKey): void {
    this.#take(key);
    this.confirmed.delete(key);
  }

  #take(key: ResourceKey): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.drifting.delete(key);
    this.unknown.delete(key);
    this.faulty.delete(key);
    this.#count(entry, -1);
  }

  #count({ verdict, excused, undeclared }: DriftEntry, by: 1 | -1): void {
    this.counts.total += by;
    if (undeclared) this.counts.undeclared += by;
    this.counts.excused += by * excused.count;
    for (const rule of excused.rules) this.rules.set(rule, (this.rules.get(rule) ?? 0) + by);
    switch (verdict.status) {
      case "InSync":
        this.counts.inSync += by;
        break;
      case "Drifted":
        this.counts.drifted += by;
        if (verdict.type === "Missing") this.counts.missing += by;
        if (verdict.type === "Unexpected") this.counts.unexpected += by;
        break;
      case "Pending":
        this.counts.pending += by;
        break;
      case "Unknown":
        this.counts[verdict.reason === "Doubtful" ? "doubtful" : "unknown"] += by;
        break;
    }
  }
}

const noDrifts = new PolicyDrifts();

export class DriftStore {
  readonly #policies = new Map<PolicyKey, PolicyDrifts>();
  /** Open episodes read from DriftRecords at start, until their object is first judged. */
  readonly #restored = new Map<PolicyKey, Map<ResourceKey, Episode>>();

  get(policy: PolicyKey, key: ResourceKey): DriftEntry | undefined {
    return this.#policies.get(policy)?.entries.get(key);
  }

  entries(policy: PolicyKey): ReadonlyMap<ResourceKey, DriftEntry> {
    return (this.#policies.get(policy) ?? noDrifts).entries;
  }

  /** The entries whose verdict is `Drifted`. */
  drifting(policy: PolicyKey): ReadonlyMap<ResourceKey, DriftEntry> {
    return (this.#policies.get(policy) ?? noDrifts).drifting;
  }

  /** Why objects cannot be judged. */
  unknown(policy: PolicyKey): PolicyDrifts["unknown"] {
    return (this.#policies.get(policy) ?? noDrifts).unknown;
  }

  /** Fields that Git states and the API server does not know, by object. */
  unknownFields(policy: PolicyKey): ReadonlyMap<ResourceKey, UnknownFields> {
    return (this.#policies.get(policy) ?? noDrifts).faulty;
  }

  /** How often each of the policy's own rules excuses something. */
  ruleUses(policy: PolicyKey): ReadonlyMap<string, number> {
    return (this.#policies.get(policy) ?? noDrifts).rules;
  }

  counts(policy: PolicyKey): VerdictCounts {
    return (this.#policies.get(policy) ?? noDrifts).counts;
  }

  /** The last answers to dry-runs; kept beyond the state that they were given for, and known before the first verdict. */
  confirmed(policy: PolicyKey, key: ResourceKey): Confirmed | undefined {
    return this.#policies.get(policy)?.confirmed.get(key);
  }

  set(policy: PolicyKey, key: ResourceKey, entry: DriftEntry): void {
    this.#of(policy).set(key, entry);
  }

  setConfirmed(policy: PolicyKey, key: ResourceKey, confirmed: Confirmed): void {
    this.#of(policy).confirmed.set(key, confirmed);
  }

  #of(policy: PolicyKey): PolicyDrifts {
    let drifts = this.#policies.get(policy);
    if (drifts === undefined) this.#policies.set(policy, (drifts = new PolicyDrifts()));
    return drifts;
  }

  delete(policy: PolicyKey, key: ResourceKey): void {
    this.#policies.get(policy)?.delete(key);
  }

  deletePolicy(policy: PolicyKey): void {
    this.#policies.delete(policy);
    this.#restored.delete(policy);
  }

  /** Takes over an episode that a former life of the operator left open. */
  restore(key: ResourceKey, episode: Episode): void {
    let restored = this.#restored.get(episode.policy);
    if (restored === undefined) this.#restored.set(episode.policy, (restored = new Map()));
    restored.set(key, episode);
  }

  /** The episode left open for this object, once: from then on the entry holds it. */
  takeRestored(policy: PolicyKey, key: ResourceKey): Episode | undefined {
    const episode = this.#restored.get(policy)?.get(key);
    this.#restored.get(policy)?.delete(key);
    return episode;
  }

  restored(policy: PolicyKey): ReadonlyMap<ResourceKey, Episode> {
    return this.#restored.get(policy) ?? new Map<ResourceKey, Episode>();
  }

  restoredPolicies(): readonly PolicyKey[] {
    return [...this.#restored.keys()];
  }
}
