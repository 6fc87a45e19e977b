/** From what the operator knows of a transition to the ledger's entry of it: values are sealed on the way. */
import type { Episode } from "../controller/drift-store.ts";
import type { PolicyKey } from "../controller/policy-key.ts";
import { splitPolicyKey } from "../controller/policy-key.ts";
import type { PolicyStore } from "../controller/policy-store.ts";
import type { FieldChange } from "../diff/field-change.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { Entry, EntryChange, EntryDraft, EntryType } from "../ledger/entry.ts";
import { type Opening, type Sealed, seal } from "../ledger/sealing.ts";
import type { Json } from "../resource/resource.ts";
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
  /** What concerns no policy. */
  plain(type: EntryType, outcome?: { readonly result: string }): EntryDraft;
}

/** Of one drift; a record of the same drift holds fewer. */
const mostChanges = 200;
const mostManagers = 10;
/** A longer value is kept as a hash: the ledger proves what it was, and Git or a backup has it. */
const longestValue = 16_384;
const saltBytes = 16;
const ulidBytes = 10;

export function createLedgerEntries(deps: LedgerEntriesDeps): LedgerEntries {
  return {
    ofDrift(type, episode, outcome) {
      const openings: Opening[] = [];
      const sealed = (value: Json): Sealed => {
        const salt = Buffer.from(deps.random(saltBytes)).toString("base64");
        const opening = seal(shortened(value), salt);
        openings.push(opening);
        return { sealed: opening.sealed };
      };
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
    plain: (type, outcome) => ({
      entry: {
        ...frame(type),
        ...(outcome === undefined ? {} : { outcome }),
        times: { recorded: nowText() },
      },
      openings: [],
    }),
  };

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
  sealed: (value: Json) => Sealed,
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

function changeOf(change: FieldChange, sealed: (value: Json) => Sealed): EntryChange {
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
  sealed: (value: Json) => Sealed,
): NonNullable<Entry["outcome"]> {
  return {
    result,
    ...(message === undefined || message === "" ? {} : { message: sealed(message) }),
    ...(as === undefined ? {} : { as }),
  };
}

function shortened(value: Json): Json {
  const text = JSON.stringify(value);
  return text.length <= longestValue ? value : { sha256: sha256(text), length: text.length };
}
