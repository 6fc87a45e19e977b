/** Owners that no watch tells enough of: read once when somebody names them, and remembered for a while. */
import { listingOf } from "../drift/inventories.ts";
import type { OwnerRef } from "../drift/unexpected.ts";
import { resourceKey } from "../resource/resource.ts";
import type { OwnerRead } from "./owner-read.ts";

/** An owner's uid and owners hardly ever change; its end is told by the garbage collector's work on what it owned. */
const keptMs: Readonly<Record<OwnerRead["type"], number>> = {
  Present: 600_000,
  Absent: 10_000,
  Failed: 60_000,
};
const mostOwners = 5_000;
/** Entries of all inventories; some 100 bytes each. */
const mostListed = 100_000;

export class OwnerCache {
  readonly #reads = new Map<string, { readonly read: OwnerRead; readonly atMs: number }>();
  #listed = 0;

  get(owner: OwnerRef, nowMs: number): OwnerRead | undefined {
    const found = this.#reads.get(resourceKey(owner));
    if (found === undefined || nowMs - found.atMs >= keptMs[found.read.type]) return undefined;
    // It may have changed since it was read.
    return isWrong(owner, found.read) && nowMs - found.atMs >= keptMs.Absent ? undefined : found.read;
  }

  set(owner: OwnerRef, read: OwnerRead, nowMs: number): void {
    const key = resourceKey(owner);
    this.#delete(key);
    this.#reads.set(key, { read, atMs: nowMs });
    this.#listed += listedBy(read);
    for (const oldest of this.#reads.keys()) {
      if (this.#reads.size <= mostOwners && this.#listed <= mostListed) break;
      this.#delete(oldest);
    }
  }

  #delete(key: string): void {
    const found = this.#reads.get(key);
    if (found === undefined) return;
    this.#listed -= listedBy(found.read);
    this.#reads.delete(key);
  }
}

/** Whether what was read is not the owner that is meant, or does not list what it should. */
function isWrong({ uid, lists }: OwnerRef, read: OwnerRead): boolean {
  if (read.type !== "Present") return false;
  if (uid !== undefined && read.uid !== uid) return true;
  return lists !== undefined && listingOf(lists, read.inventory) !== "Listed";
}

function listedBy(read: OwnerRead): number {
  return read.type === "Present" ? (read.inventory?.lists.size ?? 0) : 0;
}
