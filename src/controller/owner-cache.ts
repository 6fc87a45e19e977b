/** Owners of kinds that are not watched: read once when somebody names them, and remembered for a while. */
import type { OwnerRef } from "../drift/unexpected.ts";
import type { UnknownReason } from "../drift/verdict.ts";
import type { OwnerReference } from "../resource/owner.ts";
import { resourceKey } from "../resource/resource.ts";

/** What one GET says of an owner. */
export type OwnerRead =
  | { readonly type: "Present"; readonly uid: string; readonly owners: readonly OwnerReference[] }
  | { readonly type: "Absent" }
  | { readonly type: "Failed"; readonly reason: UnknownReason; readonly message: string };

/** An owner's uid and owners hardly ever change; its end is told by the garbage collector's work on what it owned. */
const keptMs: Readonly<Record<OwnerRead["type"], number>> = {
  Present: 600_000,
  Absent: 10_000,
  Failed: 60_000,
};
const mostOwners = 5_000;

export class OwnerCache {
  readonly #reads = new Map<string, { readonly read: OwnerRead; readonly atMs: number }>();

  get(owner: OwnerRef, nowMs: number): OwnerRead | undefined {
    const found = this.#reads.get(resourceKey(owner));
    if (found === undefined || nowMs - found.atMs >= keptMs[found.read.type]) return undefined;
    // Another uid of that name: it may be newer than what was read.
    const isOther = found.read.type === "Present" && owner.uid !== undefined && found.read.uid !== owner.uid;
    return isOther && nowMs - found.atMs >= keptMs.Absent ? undefined : found.read;
  }

  set(owner: OwnerRef, read: OwnerRead, nowMs: number): void {
    const key = resourceKey(owner);
    this.#reads.delete(key);
    this.#reads.set(key, { read, atMs: nowMs });
    const [oldest] = this.#reads.keys();
    if (this.#reads.size > mostOwners && oldest !== undefined) this.#reads.delete(oldest);
  }
}
