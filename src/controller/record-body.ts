/** What stands in a DriftRecord: an episode in the resource's form. */
import { formatTime } from "../api/condition.ts";
import { cut } from "../api/cut.ts";
import { type RecordSpec, type RecordStatus, recordLimits } from "../api/drift-record.ts";
import { apiGroup, apiVersion, recordLabels } from "../api/names.ts";
import { recordChanges, roomForChanges } from "../api/record.ts";
import type { JsonObject, KubernetesObject } from "../resource/resource.ts";
import type { Episode } from "./drift-store.ts";
import { splitPolicyKey } from "./policy-key.ts";

/** The record without its status: the same as long as the drift lasts, but for the label that says whether it does. */
export function recordOf(episode: Episode): KubernetesObject {
  return { ...headOf(episode), spec: asJson(specOf(episode)) };
}

/** The record's status, with as many of the changes as fit. `sha256` is of UTF-8, in hexadecimal. */
export function statusOf(episode: Episode, sha256: (text: string) => string): JsonObject {
  const status = outcomeOf(episode);
  const { resource, verdict } = episode;
  if (verdict === undefined) return asJson(status);
  const changesTotal = verdict.changes.length;
  const roomBytes = roomForChanges({
    ...headOf(episode),
    spec: specOf(episode),
    status: { ...status, changesTotal },
  });
  const changes = recordChanges(verdict.changes, { resource, sha256, roomBytes });
  return asJson({ changes, changesTotal, ...status });
}

export function labelsOf(episode: Episode): Readonly<Record<string, string>> {
  const { name: policy } = splitPolicyKey(episode.policy);
  return {
    // A label holds 63 characters; a longer policy name is found by the spec alone.
    ...(policy.length <= 63 ? { [recordLabels.policy]: policy } : {}),
    [recordLabels.kind]: episode.resource.kind.slice(0, 63),
    [recordLabels.resolved]: String(episode.resolution !== undefined),
  };
}

function headOf(episode: Episode): KubernetesObject {
  const { namespace } = splitPolicyKey(episode.policy);
  return {
    apiVersion: `${apiGroup}/${apiVersion}`,
    kind: "DriftRecord",
    metadata: { name: episode.recordName, namespace, labels: labelsOf(episode) },
  };
}

function specOf(episode: Episode): RecordSpec {
  const { group, version, kind, namespace, name } = episode.resource;
  return {
    policyName: splitPolicyKey(episode.policy).name,
    object: {
      group,
      version,
      kind,
      namespace,
      name,
      ...(episode.uid === undefined ? {} : { uid: episode.uid }),
    },
    type: episode.type,
    revision: episode.revision,
    ...(episode.deliveredRevision === undefined ? {} : { deliveredRevision: episode.deliveredRevision }),
    ...(episode.origin === undefined ? {} : { origin: originOf(episode.origin) }),
    firstSeenTime: formatTime(episode.firstSeenAt.getTime()),
  };
}

function originOf({
  repository,
  path,
  line,
}: NonNullable<Episode["origin"]>): NonNullable<RecordSpec["origin"]> {
  return {
    repository: cut(repository, recordLimits.repositoryBytes),
    path: cut(path, recordLimits.originPathBytes),
    ...(line === undefined ? {} : { line }),
  };
}

/** How it stands, but for the changes. */
function outcomeOf({ lastSeenAt, attempt, resolution }: Episode): RecordStatus {
  return {
    lastSeenTime: formatTime(lastSeenAt.getTime()),
    ...(attempt === undefined
      ? {}
      : {
          rollback: {
            result: attempt.result,
            message: cut(attempt.message, recordLimits.messageBytes),
            time: formatTime(attempt.atMs),
          },
        }),
    ...(resolution === undefined
      ? {}
      : { resolution: resolution.type, resolvedTime: formatTime(resolution.at.getTime()) }),
  };
}

/** The types of our resources have optional fields where JSON has absent ones. */
function asJson(value: object): JsonObject {
  return value as unknown as JsonObject; // made of strings, numbers, lists and objects alone
}
