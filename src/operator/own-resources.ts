/** Our own resources on the API server: policies in, status and records out. */
import type { PolicyStatus } from "../api/git-repo-policy.ts";
import { policyResource, recordResource } from "../api/names.ts";
import { parsePolicy } from "../api/policy.ts";
import { type PolicyKey, policyKey, splitPolicyKey } from "../controller/policy-key.ts";
import type { PolicyEntry } from "../controller/policy-store.ts";
import type { RecordDeps } from "../controller/record-reconciler.ts";
import type { ApiFailure } from "../kubernetes/api-failure.ts";
import type { WriteResult, Writer } from "../kubernetes/write.ts";
import type { Json, KubernetesObject } from "../resource/resource.ts";

/** A policy as it stands in the cluster, parsed. */
export function policyEntry(object: KubernetesObject): {
  readonly key: PolicyKey;
  readonly entry: PolicyEntry;
} {
  const { namespace = "", name = "", uid = "", generation = 0 } = object.metadata;
  const { status } = object;
  const known = { uid, generation, ...(status === undefined ? {} : { status }) };
  return { key: policyKey({ namespace, name }), entry: { ...known, ...parsePolicy(object) } };
}

/** Writes a policy's status. A policy that is gone needs none. */
export async function writePolicyStatus(
  writer: Writer,
  { key, status }: { readonly key: PolicyKey; readonly status: PolicyStatus },
  signal: AbortSignal,
): Promise<void> {
  const target = { resource: policyResource, ...splitPolicyKey(key), subresource: "status" } as const;
  // Lists are replaced by a merge patch, so what is not listed any more goes.
  const written = await writer.merge(target, { status: status as unknown as Json }, signal); // made of JSON alone
  if (written.type === "Failed" && written.failure.reason !== "NotFound") {
    throw new Error(`writing the status of policy ${key}: ${written.failure.message}`);
  }
}

/** How records are written: what the record reconciler needs of the API server. */
export function recordWriter(
  writer: Writer,
): Pick<RecordDeps, "create" | "updateStatus" | "label" | "delete"> {
  const target = (record: { readonly namespace: string; readonly name: string }) => ({
    resource: recordResource,
    namespace: record.namespace,
    name: record.name,
  });
  return {
    async create(record, signal) {
      const { name = "", namespace = "" } = record.metadata;
      const created = await writer.create(target({ name, namespace }), record, signal);
      if (created.type === "Written" || created.failure.reason === "AlreadyExists") return true;
      // A namespace that is going, or gone, takes no new records, and nobody will look for them there.
      if (isNamespaceGone(created.failure)) return false;
      throw new Error(`creating DriftRecord ${namespace}/${name}: ${created.failure.message}`);
    },
    updateStatus: async (record, status, signal) =>
      isThere(await writer.merge({ ...target(record), subresource: "status" }, { status }, signal)),
    label: async (record, labels, signal) =>
      isThere(await writer.merge(target(record), { metadata: { labels } }, signal)),
    delete: async (record, signal) => {
      isThere(await writer.delete(target(record), signal));
    },
  };
}

function isThere(result: WriteResult): boolean {
  if (result.type === "Written") return true;
  if (result.failure.reason === "NotFound") return false;
  throw new Error(`writing a DriftRecord: ${result.failure.message}`);
}

function isNamespaceGone({ reason, message }: ApiFailure): boolean {
  return (
    reason === "NotFound" || (reason === "Forbidden" && message.includes("because it is being terminated"))
  );
}
