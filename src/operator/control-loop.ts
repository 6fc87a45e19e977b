/** A queue and its workers: what every reconciler runs in. */
import type { Logger } from "pino";
import { sleep } from "../async/sleep.ts";
import { WorkQueue } from "../async/work-queue.ts";
import type { Metrics } from "../telemetry/metrics.ts";

export interface ControlLoop<K> {
  readonly queue: WorkQueue<K>;
  /**
   * Takes keys until `signal` aborts, and resolves when the last worker is done. Work that has begun sees `workSignal`,
   * which may abort later, so that a write is not cut off in the middle.
   */
  run(signal: AbortSignal, workSignal?: AbortSignal): Promise<void>;
  /** Resolves when nothing waits and nothing is worked on, or when the signal aborts. */
  drain(signal: AbortSignal): Promise<void>;
}

export interface ControlLoopOptions<K> {
  readonly name: string;
  readonly concurrency: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Throws for what may pass: the key comes back after a growing pause. */
  reconcile(key: K, signal: AbortSignal): Promise<void>;
}

export function createControlLoop<K>(options: ControlLoopOptions<K>): ControlLoop<K> {
  const { name, concurrency, logger, metrics, reconcile } = options;
  const queue = new WorkQueue<K>({ concurrency, backoff });
  let working = 0;
  return {
    queue,
    async drain(signal) {
      for (;;) {
        if (signal.aborted || (working === 0 && queue.depth === 0)) return;
        await sleep(drainStepMs, signal);
      }
    },
    run: (signal, workSignal = signal) =>
      queue.run(async (key) => {
        const startedAt = performance.now();
        working += 1;
        try {
          await reconcile(key, workSignal);
          queue.forget(key);
        } catch (error) {
          if (workSignal.aborted) return;
          logger.warn(
            { controller: name, key, error: messageOf(error) },
            "reconcile failed; it is tried again",
          );
          queue.addRateLimited(key);
        } finally {
          working -= 1;
          metrics.reconciled(name, (performance.now() - startedAt) / 1_000);
        }
      }, signal),
  };
}

/** What fails here waits for the API server as a rule: once that is back, nothing should wait much longer. */
const backoff = { firstMs: 100, maxMs: 15_000 };
const drainStepMs = 20;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
