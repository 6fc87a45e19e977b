/** What is not asked for a while, since the API server would not answer it. */
import { type Backoff, backoffMs } from "../async/backoff.ts";
import { setNewest } from "../controller/set-newest.ts";
import type { ApiFailure } from "../kubernetes/api-failure.ts";

/** What is not permitted is tried again after this long: somebody may have granted it. */
const forbiddenMs = 600_000;
const failureBackoff: Backoff = { firstMs: 5_000, maxMs: 300_000 };
/** More than there are kinds in any cluster's namespaces that refuse something. */
const mostPauses = 10_000;

/** `retryMs` where asking again by itself may help: the failure passes, and by then is to be tried anew. */
export interface Pause {
  readonly retryMs?: number;
}

interface Kept {
  readonly untilMs: number;
  readonly failures: number;
  readonly retries: boolean;
}

export interface PauseDeps {
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** By what is asked for. */
export class Pauses {
  readonly #kept = new Map<string, Kept>();
  readonly #deps: PauseDeps;

  constructor(deps: PauseDeps) {
    this.#deps = deps;
  }

  /** Undefined if it may be asked now. */
  get(asked: string): Pause | undefined {
    const kept = this.#kept.get(asked);
    const restMs = (kept?.untilMs ?? 0) - this.#deps.now();
    if (kept === undefined || restMs <= 0) return undefined;
    return kept.retries ? { retryMs: restMs } : {};
  }

  /** The answer says whether it is the first since the last `end`. */
  begin(
    asked: string,
    { reason, retryAfterMs }: Pick<ApiFailure, "reason" | "retryAfterMs">,
  ): Pause & { readonly isFirst: boolean } {
    // What is not permitted, or refused as it is, does not pass by itself.
    const retries = reason !== "Forbidden" && reason !== "Invalid";
    const failures = (this.#kept.get(asked)?.failures ?? 0) + 1;
    const passingMs = retryAfterMs ?? backoffMs(failureBackoff, failures, this.#deps.random());
    const pauseMs = retries ? passingMs : forbiddenMs;
    setNewest(this.#kept, asked, { untilMs: this.#deps.now() + pauseMs, failures, retries }, mostPauses);
    return { isFirst: failures === 1, ...(retries ? { retryMs: pauseMs } : {}) };
  }

  /** It was answered. */
  end(asked: string): void {
    this.#kept.delete(asked);
  }
}
