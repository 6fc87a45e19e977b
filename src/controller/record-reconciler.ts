/** Writes DriftRecords: level-based, from what is known of an episode to what the API server holds. */
import type { JsonObject, KubernetesObject } from "../resource/resource.ts";
import type { Episode } from "./drift-store.ts";
import { splitPolicyKey } from "./policy-key.ts";
import { labelsOf, recordOf, statusOf } from "./record-body.ts";

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
  /** Whether the newest state of an episode stands in the cluster. */
  isWritten(episode: Episode): boolean;
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

  return { put, reconcile, adopt, isWritten: (episode) => !pending.has(recordId(episode)) };

  function put(episode: Episode): string {
    const id = recordId(episode);
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
    // Taken off the list first: others prune at the same time.
    for (const record of surplus) resolved.splice(resolved.indexOf(record), 1);
    for (const [i, record] of surplus.entries()) {
      try {
        await deps.delete(record, signal);
      } catch (error) {
        // What still stands in the cluster is counted, and its turn comes with the next record.
        resolved.push(...surplus.slice(i));
        throw error;
      }
    }
  }
}

/** Identifies a DriftRecord: `namespace/name`. */
export function recordId({ policy, recordName }: Episode): string {
  return `${splitPolicyKey(policy).namespace}/${recordName}`;
}
