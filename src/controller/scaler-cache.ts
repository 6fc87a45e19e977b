/** Scalers that Git does not declare: read, namespace by namespace, when one may explain something; kept for a minute. */
import type { LiveScaler } from "../drift/controlled.ts";

export interface ScalersRead {
  readonly scalers: readonly LiveScaler[];
  /** When the reading began, in ms: what was there by then is among them. */
  readonly atMs: number;
}

const keptMs = 60_000;
/** More are hardly asked about in one minute. */
const mostNamespaces = 100;

export class ScalerCache {
  readonly #reads = new Map<string, ScalersRead>();

  get(namespace: string, nowMs: number): ScalersRead | undefined {
    const found = this.#reads.get(namespace);
    return found !== undefined && nowMs - found.atMs < keptMs ? found : undefined;
  }

  set(namespace: string, read: ScalersRead): void {
    this.#reads.delete(namespace);
    this.#reads.set(namespace, read);
    for (const [oldest, { atMs }] of this.#reads)
      if (this.#reads.size > mostNamespaces || read.atMs - atMs >= keptMs) this.#reads.delete(oldest);
  }
}
