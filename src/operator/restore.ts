/** DriftRecords of a former life: the open ones are taken over, before anything is judged. */
import type { RecordSpec, RecordStatus } from "../api/drift-record.ts";
import { recordResource } from "../api/names.ts";
import type { Episode } from "../controller/drift-store.ts";
import { policyKey } from "../controller/policy-key.ts";
import type { RecordName } from "../controller/record-reconciler.ts";
import type { RollbackAttempt } from "../drift/input.ts";
import { resourcePath } from "../kubernetes/api-resource.ts";
import type { Transport } from "../kubernetes/transport.ts";
import {
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  type ResourceKey,
  resourceKey,
} from "../resource/resource.ts";

export interface RestoredRecords {
  readonly open: readonly { readonly key: ResourceKey; readonly episode: Episode }[];
  readonly resolved: readonly { readonly name: RecordName; readonly atMs: number }[];
}

/** Reads every DriftRecord, page by page. Throws if they cannot be read: without them a drift would be recorded twice. */
export async function readRecords(transport: Transport, signal: AbortSignal): Promise<RestoredRecords> {
  const open: { key: ResourceKey; episode: Episode }[] = [];
  const resolved: { name: RecordName; atMs: number }[] = [];
  let token = "";
  do {
    const query = { limit: "500", ...(token === "" ? {} : { continue: token }) };
    const page = await transport.request(
      { method: "GET", path: resourcePath(recordResource, ""), query },
      signal,
    );
    if (page.type === "Failed") throw new Error(`reading DriftRecords: ${page.failure.message}`);
    for (const record of items(page.json)) sort(record, { open, resolved });
    token = continueOf(page.json);
  } while (token !== "");
  return { open, resolved };
}

function sort(
  record: JsonObject,
  into: { open: { key: ResourceKey; episode: Episode }[]; resolved: { name: RecordName; atMs: number }[] },
): void {
  const metadata = isJsonObject(record["metadata"]) ? record["metadata"] : {};
  const { name, namespace } = metadata;
  // The CRD's schema has checked both; a record of another shape is not ours.
  const spec = record["spec"] as unknown as RecordSpec | undefined;
  const status = record["status"] as unknown as RecordStatus | undefined;
  if (typeof name !== "string" || typeof namespace !== "string" || spec === undefined) return;
  if (status?.resolution !== undefined) {
    const atMs = Date.parse(status.resolvedTime ?? "") || 0;
    into.resolved.push({ name: { namespace, name, policy: spec.policyName }, atMs });
    return;
  }
  const firstSeenAt = new Date(spec.firstSeenTime);
  const episode: Episode = {
    recordName: name,
    policy: policyKey({ namespace, name: spec.policyName }),
    resource: spec.object,
    ...(spec.object.uid === undefined ? {} : { uid: spec.object.uid }),
    type: spec.type,
    revision: spec.revision,
    ...(spec.deliveredRevision === undefined ? {} : { deliveredRevision: spec.deliveredRevision }),
    firstSeenAt,
    lastSeenAt: new Date(status?.lastSeenTime ?? spec.firstSeenTime),
    ...(status?.rollback === undefined ? {} : { attempt: attemptOf(status.rollback) }),
  };
  into.open.push({ key: resourceKey(spec.object), episode });
}

/** Tells how the drift ended, if it ended meanwhile; if it did not, the next attempt is the first of this life. */
function attemptOf({ result, message, time }: NonNullable<RecordStatus["rollback"]>): RollbackAttempt {
  return { result, message, atMs: Date.parse(time), resourceVersion: "", policyGeneration: 0, streak: 0 };
}

function items(page: Json): readonly JsonObject[] {
  const list = isJsonObject(page) ? page["items"] : undefined;
  return isJsonList(list) ? list.filter(isJsonObject) : [];
}

function continueOf(page: Json): string {
  const metadata = isJsonObject(page) ? page["metadata"] : undefined;
  const token = isJsonObject(metadata) ? metadata["continue"] : undefined;
  return typeof token === "string" ? token : "";
}
