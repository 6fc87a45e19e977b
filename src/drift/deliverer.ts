/** Whether the newest write on an object looks like a delivery: then Git is asked again before it is called drift. */
import { decodeManagedFields, type ManagedFieldsEntry } from "../fieldpath/managed-fields.ts";
import type { KubernetesObject } from "../resource/resource.ts";

/**
 * Field managers under which deliverers write, as they name themselves on the wire.
 * Being on this list excuses nothing; it only makes Holdfast read the remote head before it reports.
 */
const deliveringManagers: readonly RegExp[] = [
  /^kubectl-client-side-apply$/,
  /^kubectl-create$/,
  /^kubectl-replace$/,
  /^argocd-(application-)?controller$/,
  /^(kustomize|helm)-controller$/,
  /^flux(-.*)?$/,
  /^helm$/,
  /^configsync\.gke\.io.*$/,
  /^(HashiCorp|Terraform|OpenTofu|pulumi-kubernetes)/,
];

/** A delivery may be stamped with a clock that is behind ours by this much and still count as "not older". */
const clockToleranceMs = 5_000;

/**
 * True if the newest entry of managedFields is a deliverer's and not older than the last reading of the remote head:
 * the deliverer may know a revision that we do not know yet. Server-side apply counts as delivery under any name.
 */
export function mayBeDelivery(live: KubernetesObject, headReadAtMs: number): boolean {
  const newest = newestEntry(live);
  if (newest === undefined) return false;
  const { entry, writtenAtMs } = newest;
  // managedFields have whole seconds, so a write within the second of our reading may have come after it.
  if (writtenAtMs + 1_000 + clockToleranceMs < headReadAtMs) return false;
  return isDeliverer(entry);
}

/** The latest time in managedFields, in ms: when a program last wrote a field, as the API server stamped it. */
export function lastWrittenAtMs(live: KubernetesObject): number | undefined {
  return newestEntry(live)?.writtenAtMs;
}

/** Whether managedFields say anything; an object of which nothing is stated has none, and a wiped record is empty. */
export function isTracked(live: KubernetesObject): boolean {
  return decodeManagedFields(live.metadata["managedFields"]).length > 0;
}

/** Whether nobody wrote a field after this manager did; of two writes in one second either may be the later. */
export function isLastWriter(live: KubernetesObject, manager: string): boolean {
  const newestAtMs = lastWrittenAtMs(live);
  return decodeManagedFields(live.metadata["managedFields"]).some(
    (entry) => entry.manager === manager && entry.time !== undefined && Date.parse(entry.time) === newestAtMs,
  );
}

function newestEntry(live: KubernetesObject) {
  let newest: { readonly entry: ManagedFieldsEntry; readonly writtenAtMs: number } | undefined;
  for (const entry of decodeManagedFields(live.metadata["managedFields"])) {
    // Status writers are controllers that report; they neither deliver nor edit what Git states.
    if (entry.time === undefined || entry.subresource === "status") continue;
    const writtenAtMs = Date.parse(entry.time);
    if (Number.isNaN(writtenAtMs)) continue;
    // Of two entries in one second the deliverer's must win: asking Git once too often is harmless.
    if (
      newest === undefined ||
      writtenAtMs > newest.writtenAtMs ||
      (writtenAtMs === newest.writtenAtMs && isDeliverer(entry))
    ) {
      newest = { entry, writtenAtMs };
    }
  }
  return newest;
}

function isDeliverer(entry: ManagedFieldsEntry): boolean {
  return entry.operation === "Apply" || deliveringManagers.some((name) => name.test(entry.manager));
}
