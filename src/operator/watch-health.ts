/** Which kinds cannot be watched at the moment, and since when. */
import type { ApiFailure } from "../kubernetes/api-failure.ts";
import { apiVersionOf, type GroupVersionKind } from "../resource/resource.ts";

/** A watch that breaks is taken up again within a moment; only what lasts is worth a condition. */
export const watchGraceMs = 15_000;

export class WatchHealth {
  readonly #broken = new Map<string, { readonly sinceMs: number; readonly failure: ApiFailure }>();

  /** What may not be read is said object by object, so it is no trouble of the watch. */
  interrupted(gvk: GroupVersionKind, failure: ApiFailure, nowMs: number): void {
    if (failure.reason === "Forbidden" || failure.reason === "NotFound") return;
    const sinceMs = this.#broken.get(nameOf(gvk))?.sinceMs ?? nowMs;
    this.#broken.set(nameOf(gvk), { sinceMs, failure });
  }

  resumed(gvk: GroupVersionKind): void {
    this.#broken.delete(nameOf(gvk));
  }

  /** What has been broken for a while among these kinds, in words. */
  trouble(gvks: Iterable<GroupVersionKind>, nowMs: number): string | undefined {
    if (this.#broken.size === 0) return undefined;
    for (const gvk of gvks) {
      const broken = this.#broken.get(nameOf(gvk));
      if (broken === undefined || nowMs - broken.sinceMs < watchGraceMs) continue;
      return `${nameOf(gvk)} cannot be watched since ${new Date(broken.sinceMs).toISOString()}: ${broken.failure.message}`;
    }
    return undefined;
  }
}

function nameOf(gvk: GroupVersionKind): string {
  return `${gvk.kind} (${apiVersionOf(gvk)})`;
}
