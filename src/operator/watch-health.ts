/** Which watches cannot go on at the moment, and since when. */
import type { ApiFailure } from "../kubernetes/api-failure.ts";
import type { WatchedScope } from "../kubernetes/reflectors.ts";
import { apiVersionOf, type GroupVersionKind } from "../resource/resource.ts";

/** A watch that breaks is taken up again within a moment; only what lasts is worth a condition. */
export const watchGraceMs = 15_000;

interface Break {
  readonly sinceMs: number;
  readonly failure: ApiFailure;
}

/** A kind may be watched in several namespaces, each by a watch of its own: one that goes on says nothing of another. */
export class WatchHealth {
  /** By kind, then by namespace. */
  readonly #broken = new Map<string, Map<string, Break>>();

  interrupted({ gvk, namespace }: WatchedScope, failure: ApiFailure, nowMs: number): void {
    const kind = nameOf(gvk);
    const scopes = this.#broken.get(kind) ?? new Map<string, Break>();
    scopes.set(namespace, { sinceMs: scopes.get(namespace)?.sinceMs ?? nowMs, failure });
    this.#broken.set(kind, scopes);
  }

  resumed({ gvk, namespace }: WatchedScope): void {
    const kind = nameOf(gvk);
    const scopes = this.#broken.get(kind);
    scopes?.delete(namespace);
    if (scopes?.size === 0) this.#broken.delete(kind);
  }

  /** Whether any watch of the kind is broken, for whatever reason. */
  isBroken(gvk: GroupVersionKind): boolean {
    return this.#broken.has(nameOf(gvk));
  }

  /**
   * What has been broken for a while among these kinds, in words. A kind that may not be read, or is not served, is
   * left out: that is said object by object.
   */
  trouble(gvks: Iterable<GroupVersionKind>, nowMs: number): string | undefined {
    if (this.#broken.size === 0) return undefined;
    for (const gvk of gvks) {
      for (const [namespace, { sinceMs, failure }] of this.#broken.get(nameOf(gvk)) ?? []) {
        if (failure.reason === "Forbidden" || failure.reason === "NotFound") continue;
        if (nowMs - sinceMs < watchGraceMs) continue;
        const where = namespace === "" ? "" : ` in namespace ${namespace}`;
        return `${nameOf(gvk)} cannot be watched${where} since ${new Date(sinceMs).toISOString()}: ${failure.message}`;
      }
    }
    return undefined;
  }
}

function nameOf(gvk: GroupVersionKind): string {
  return `${gvk.kind} (${apiVersionOf(gvk)})`;
}
