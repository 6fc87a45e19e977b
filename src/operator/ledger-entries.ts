/** From what the operator knows of a transition to the ledger's entry of it: values are sealed on the way. */
import type { Episode } from "../controller/drift-store.ts";
import type { PolicyKey } from "../controller/policy-key.ts";
import { splitPolicyKey } from "../controller/policy-key.ts";
import type { PolicyStore } from "../controller/policy-store.ts";
import type { FieldChange } from "../diff/field-change.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { Entry, EntryChange, EntryDraft, EntryType } from "../ledger/entry.ts";
import { type PolicyChange, policyChanges, policySeverity } from "../ledger/policy-changes.ts";
import { type Opening, type Sealed, seal } from "../ledger/sealing.ts";
import { isJsonList, isJsonObject, type Json, type KubernetesObject } from "../resource/resource.ts";
import { sha256 } from "./digest.ts";
import { ulid } from "./ulid.ts";

export interface LedgerEntriesDeps {
  readonly policies: PolicyStore;
  readonly operator: Entry["operator"];
  readonly now: () => number;
  random(bytes: number): Uint8Array;
  /** The uid of the namespace kube-system, as far as it is known. */
  cluster(): string;
}

export interface LedgerEntries {
  ofDrift(
    type: EntryType,
    episode: Episode,
    outcome?: { readonly result: string; readonly message?: string; readonly as?: string },
  ): EntryDraft;
  /** `before`: the spec as it was, if that is known. */
  ofPolicy(object: KubernetesObject, before: Json | undefined): EntryDraft;
  ofPolicyGone(policy: PolicyKey, uid: string): EntryDraft;
  /** What concerns no policy. */
  plain(type: EntryType, outcome?: { readonly result: string }): EntryDraft;
}

/** Of one drift; a record of the same drift holds fewer. */
const mostChanges = 200;
const mostManagers = 10;
/** A longer value is kept as a hash: the ledger proves what it was, and Git or a backup has it. */
const longestValue = 16_384;
/** A policy's spec is bounded by its CRD; the next change of it is told from this one. */
const longestSpec = 1_000_000;
const saltBytes = 16;
const ulidBytes = 10;

export function createLedgerEntries(deps: LedgerEntriesDeps): LedgerEntries {
  return {
    ofDrift(type, episode, outcome) {
      const { openings, sealed } = sealing();
      const entry = {
        ...frame(type),
        policy: policyOf(episode.policy),
        object: objectOf(episode),
        drift: driftOf(episode, sealed),
        ...originOf(episode),
        ...(outcome === undefined ? {} : { outcome: outcomeOf(outcome, sealed) }),
        times: { detected: episode.lastSeenAt.toISOString(), recorded: nowText() },
      };
      return { entry, openings };
    },
    ofPolicy(object, before) {
      const { openings, sealed } = sealing();
      const { namespace = "", name = "", uid = "", generation = 0, managedFields } = object.metadata;
      const spec = object["spec"] ?? null;
      const changes = before === undefined ? undefined : policyChanges(before, spec);
      const entry = {
        ...frame("PolicyChanged"),
        policy: { namespace, name, uid, generation },
        policySpec: {
          spec: sealed(spec, longestSpec),
          ...(changes === undefined
            ? {}
            : { changes: changes.map((change) => sealedChange(change, sealed)) }),
          managers: managersIn(managedFields),
        },
        ...(changes === undefined ? {} : { severity: policySeverity(changes) }),
        times: { recorded: nowText() },
      };
      return { entry, openings };
    },
    ofPolicyGone: (policy, uid) => ({
      entry: {
        ...frame("PolicyDeleted"),
        policy: { ...splitPolicyKey(policy), uid },
        severity: "High",
        times: { recorded: nowText() },
      },
      openings: [],
    }),
    plain: (type, outcome) => ({
      entry: {
        ...frame(type),
        ...(outcome === undefined ? {} : { outcome }),
        times: { recorded: nowText() },
      },
      openings: [],
    }),
  };

  function sealing() {
    const openings: Opening[] = [];
    const sealed: Seal = (value, longest = longestValue) => {
      const salt = Buffer.from(deps.random(saltBytes)).toString("base64");
      const opening = seal(shortened(value, longest), salt);
      openings.push(opening);
      return { sealed: opening.sealed };
    };
    return { openings, sealed };
  }

  function frame(type: EntryType): Pick<Entry, "id" | "type" | "cluster" | "operator"> {
    const id = ulid(deps.now(), deps.random(ulidBytes));
    return { id, type, cluster: deps.cluster(), operator: deps.operator };
  }

  function nowText(): string {
    return new Date(deps.now()).toISOString();
  }

  function policyOf(key: PolicyKey): NonNullable<Entry["policy"]> {
    const known = deps.policies.get(key);
    return {
      ...splitPolicyKey(key),
      ...(known === undefined ? {} : { uid: known.uid }),
      ...(known?.type === "Valid" ? { generation: known.policy.generation } : {}),
    };
  }
}

function objectOf({ resource, uid, resourceVersion }: Episode): NonNullable<Entry["object"]> {
  const { group, version, kind, namespace, name } = resource;
  return {
    group,
    version,
    kind,
    namespace,
    name,
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

function driftOf(
  { type, recordName, revision, deliveredRevision, firstSeenAt, verdict }: Episode,
  sealed: Seal,
): NonNullable<Entry["drift"]> {
  const changes = verdict?.changes ?? [];
  return {
    type,
    record: recordName,
    revision: deliveredRevision ?? revision,
    changesTotal: changes.length,
    changes: changes.slice(0, mostChanges).map((change) => changeOf(change, sealed)),
    firstSeenTime: firstSeenAt.toISOString(),
  };
}

function changeOf(change: FieldChange, sealed: Seal): EntryChange {
  const managers = change.type === "Removed" ? [] : change.managers.slice(0, mostManagers);
  return {
    type: change.type,
    path: formatPath(change.path),
    ...("desired" in change ? { desired: sealed(change.desired) } : {}),
    ...("live" in change ? { live: sealed(change.live) } : {}),
    ...(managers.length === 0 ? {} : { managers: managers.map(({ name }) => name) }),
  };
}

function originOf({ origin }: Episode): Pick<Entry, "origin"> {
  if (origin === undefined) return {};
  const { repository, path, line } = origin;
  return { origin: { repository, path, ...(line === undefined ? {} : { line }) } };
}

function outcomeOf(
  { result, message, as }: { readonly result: string; readonly message?: string; readonly as?: string },
  sealed: Seal,
): NonNullable<Entry["outcome"]> {
  return {
    result,
    ...(message === undefined || message === "" ? {} : { message: sealed(message) }),
    ...(as === undefined ? {} : { as }),
  };
}

/** Keeps the value beside the entry, and answers what stands in it. */
type Seal = (value: Json, longest?: number) => Sealed;

function sealedChange({ path, before, after }: PolicyChange, sealed: Seal) {
  return {
    path,
    ...(before === undefined ? {} : { before: sealed(before) }),
    ...(after === undefined ? {} : { after: sealed(after) }),
  };
}

/** Whoever wrote the status has no part in it. */
function managersIn(entries: Json | undefined): readonly string[] {
  const list = isJsonList(entries) ? entries : [];
  return list
    .flatMap((entry) => {
      if (!isJsonObject(entry) || entry["subresource"] === "status") return [];
      return typeof entry["manager"] === "string" ? [entry["manager"]] : [];
    })
    .slice(0, mostManagers);
}

function shortened(value: Json, longest: number): Json {
  const text = JSON.stringify(value);
  return text.length <= longest ? value : { sha256: sha256(text), length: text.length };
}
