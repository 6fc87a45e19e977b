/** Writes DriftRecords: level-based, from what is known of an episode to what the API server holds. */
import { formatTime } from "../api/condition.ts";
import type { RecordSpec, RecordStatus } from "../api/drift-record.ts";
import { apiGroup, apiVersion, recordLabels } from "../api/names.ts";
import { cut, recordChanges } from "../api/record.ts";
import type { JsonObject, KubernetesObject } from "../resource/resource.ts";
import type { Episode } from "./drift-store.ts";
import { splitPolicyKey } from "./policy-key.ts";

export interface RecordDeps {
  /** Creates the record, or finds it there already. False if its namespace is gone or going. */
  create(record: KubernetesObject, signal: AbortSignal): Promise<boolean>;
  /** False if the record is not there any more. */
  updateStatus(name: ObjectName, status: JsonObject, signal: AbortSignal): Promise<boolean>;
  label(name: ObjectName, labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<boolean>;
  delete(name: ObjectName, signal: AbortSignal): Promise<void>;
  readonly recordsPerPolicy: number;
  readonly recordsPerCluster: number;
  /** In hexadecimal, over UTF-8: what of a value does not fit into a record is told by its digest. */
  sha256(text: string): string;
}

interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

export interface RecordReconciler {
  /** The newest state of an episode; an older one that is not written yet is written no more. */
  put(episode: Episode): string;
  reconcile(id: string, signal: AbortSignal): Promise<void>;
  /** A resolved record that stands in the cluster already: it counts against the limits. */
  adopt(name: RecordName, resolvedAtMs: number): void;
}

export interface RecordName extends ObjectName {
  readonly policy: string;
}

export function createRecordReconciler(deps: RecordDeps): RecordReconciler {
  const pending = new Map<string, Episode>();
  /** Records that are known to exist, so that each is created once. */
  const written = new Set<string>();
  const resolved: (RecordName & { readonly atMs: number })[] = [];

  return { put, reconcile, adopt };

  function put(episode: Episode): string {
    const id = `${splitPolicyKey(episode.policy).namespace}/${episode.recordName}`;
    pending.set(id, episode);
    return id;
  }

  async function reconcile(id: string, signal: AbortSignal): Promise<void> {
    const episode = pending.get(id);
    if (episode === undefined) return;
    const { namespace, name: policy } = splitPolicyKey(episode.policy);
    const name = { namespace, name: episode.recordName, policy };
    // A record that was read back at start is there; every other one is created before it is updated.
    const exists = written.has(id) || (await deps.create(recordOf(episode), signal));
    if (exists) {
      written.add(id);
      await deps.updateStatus(name, statusOf(episode, deps.sha256), signal);
      if (episode.resolution !== undefined) await deps.label(name, labelsOf(episode), signal);
    }
    // What came meanwhile has queued the id again.
    if (pending.get(id) === episode) pending.delete(id);
    if (episode.resolution === undefined) return;
    written.delete(id);
    if (exists) adopt(name, episode.resolution.at.getTime());
    await prune(signal);
  }

  function adopt(name: RecordName, resolvedAtMs: number): void {
    resolved.push({ ...name, atMs: resolvedAtMs });
  }

  /** The oldest go first; open ones are never among them. */
  async function prune(signal: AbortSignal): Promise<void> {
    const perPolicy = new Map<string, number>();
    resolved.sort((a, b) => b.atMs - a.atMs);
    const surplus = resolved.filter((record, i) => {
      const policy = `${record.namespace}/${record.policy}`;
      const count = (perPolicy.get(policy) ?? 0) + 1;
      perPolicy.set(policy, count);
      return count > deps.recordsPerPolicy || i >= deps.recordsPerCluster;
    });
    for (const record of surplus) {
      await deps.delete(record, signal);
      resolved.splice(resolved.indexOf(record), 1);
    }
  }
}

function recordOf(episode: Episode): KubernetesObject {
  const { namespace, name: policyName } = splitPolicyKey(episode.policy);
  const { group, version, kind, namespace: objectNamespace, name } = episode.resource;
  const spec: RecordSpec = {
    policyName,
    object: {
      group,
      version,
      kind,
      namespace: objectNamespace,
      name,
      ...(episode.uid === undefined ? {} : { uid: episode.uid }),
    },
    type: episode.type,
    revision: episode.revision,
    ...(episode.deliveredRevision === undefined ? {} : { deliveredRevision: episode.deliveredRevision }),
    ...(episode.origin === undefined ? {} : { origin: originOf(episode.origin) }),
    firstSeenTime: formatTime(episode.firstSeenAt.getTime()),
  };
  return {
    apiVersion: `${apiGroup}/${apiVersion}`,
    kind: "DriftRecord",
    metadata: { name: episode.recordName, namespace, labels: labelsOf(episode) },
    spec: asJson(spec),
  };
}

function originOf({
  repository,
  path,
  line,
}: NonNullable<Episode["origin"]>): NonNullable<RecordSpec["origin"]> {
  return { repository, path, ...(line === undefined ? {} : { line }) };
}

function labelsOf(episode: Episode): Record<string, string> {
  const { name: policy } = splitPolicyKey(episode.policy);
  return {
    // A label holds 63 characters; a longer policy name is found by the spec alone.
    ...(policy.length <= 63 ? { [recordLabels.policy]: policy } : {}),
    [recordLabels.kind]: episode.resource.kind.slice(0, 63),
    [recordLabels.resolved]: String(episode.resolution !== undefined),
  };
}

function statusOf(episode: Episode, sha256: RecordDeps["sha256"]): JsonObject {
  const { resource, verdict, attempt, resolution } = episode;
  const status: RecordStatus = {
    ...(verdict === undefined
      ? {}
      : {
          changes: [...recordChanges(verdict.changes, { resource, sha256 })],
          changesTotal: verdict.changes.length,
        }),
    lastSeenTime: formatTime(episode.lastSeenAt.getTime()),
    ...(attempt === undefined
      ? {}
      : {
          rollback: {
            result: attempt.result,
            message: cut(attempt.message, 1_000),
            time: formatTime(attempt.atMs),
          },
        }),
    ...(resolution === undefined
      ? {}
      : { resolution: resolution.type, resolvedTime: formatTime(resolution.at.getTime()) }),
  };
  return asJson(status);
}

/** The types of our resources have optional fields where JSON has absent ones. */
function asJson(value: object): JsonObject {
  return value as unknown as JsonObject; // made of strings, numbers, lists and objects alone
}
