/** A queue of keys after client-go's: what matters is that a key needs work, not how often it was said. */
import { type Backoff, backoffMs } from "./backoff.ts";
import { createTurns } from "./turns.ts";

export interface WorkQueueOptions {
  readonly concurrency: number;
  readonly backoff?: Backoff;
  /** In [0, 1); for tests. */
  readonly random?: () => number;
}

/** A wish for later. */
interface Later {
  readonly atMs: number;
  readonly timer: NodeJS.Timeout;
}

const defaultBackoff: Backoff = { firstMs: 100, maxMs: 300_000 };

/**
 * - A key waits at most once, however often it is added.
 * - No two workers ever have the same key.
 * - A key that is added while it is worked on comes back once when that is done.
 * - Keys come in the order in which they were first added.
 */
export class WorkQueue<K> {
  readonly #waiting = new Set<K>();
  readonly #working = new Set<K>();
  /** Added while being worked on. */
  readonly #dirty = new Set<K>();
  readonly #later = new Map<K, Later>();
  readonly #failures = new Map<K, number>();
  readonly #options: WorkQueueOptions;
  /** Kept from one taking to the next: a new one would step over all that was taken before. */
  #cursor = this.#waiting.values();
  #wake: (() => void) | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** How many keys wait for a worker now. */
  get depth(): number {
    return this.#waiting.size + this.#dirty.size;
  }

  add(key: K): void {
    if (this.#working.has(key)) this.#dirty.add(key);
    else this.#waiting.add(key);
    this.#wake?.();
  }

  /** Adds the key after a while; of several such wishes the earliest counts. */
  addAfter(key: K, ms: number): void {
    if (ms <= 0) return this.add(key);
    const atMs = performance.now() + ms;
    const known = this.#later.get(key);
    if (known !== undefined && known.atMs <= atMs) return;
    clearTimeout(known?.timer);
    const timer = setTimeout(() => {
      this.#later.delete(key);
      this.add(key);
    }, ms);
    // Waiting for later is no reason for the process to stay.
    timer.unref();
    this.#later.set(key, { atMs, timer });
  }

  /** Adds the key after a pause that grows with each failure in a row. */
  addRateLimited(key: K): void {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const { backoff = defaultBackoff, random = Math.random } = this.#options;
    this.addAfter(key, backoffMs(backoff, failures, random()));
  }

  /** The key did well: its next failure is its first. */
  forget(key: K): void {
    this.#failures.delete(key);
  }

  /**
   * Runs workers until the signal aborts; resolves when the last of them is done. To be called once.
   * @throws what a worker threw: it stops the queue, so whoever expects failures catches them inside the worker.
   */
  async run(worker: (key: K) => Promise<void>, signal: AbortSignal): Promise<void> {
    const running = new Set<Promise<void>>();
    const crashes: unknown[] = [];
    const turn = createTurns();
    signal.addEventListener("abort", () => this.#wake?.(), { once: true });
    while (!signal.aborted && crashes.length === 0) {
      const key = running.size < this.#options.concurrency ? this.#take() : undefined;
      if (key === undefined) {
        // Taking and waiting are one turn of the event loop, so no key can come unnoticed in between.
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const work = this.#work(key.value, worker)
        .catch((error: unknown) => void crashes.push(error))
        .finally(() => {
          running.delete(work);
          this.#done(key.value);
        });
      running.add(work);
      // Workers that wait for nothing would else keep timers and sockets waiting, however many keys there are.
      await turn();
    }
    for (const { timer } of this.#later.values()) clearTimeout(timer);
    this.#later.clear();
    await Promise.all(running);
    if (crashes.length > 0) throw crashes[0];
  }

  async #work(key: K, worker: (key: K) => Promise<void>): Promise<void> {
    await worker(key);
  }

  #take(): { readonly value: K } | undefined {
    if (this.#waiting.size === 0) return undefined;
    let next = this.#cursor.next();
    if (next.done) {
      this.#cursor = this.#waiting.values();
      next = this.#cursor.next();
    }
    if (next.done) return undefined;
    this.#waiting.delete(next.value);
    this.#working.add(next.value);
    return { value: next.value };
  }

  #done(key: K): void {
    this.#working.delete(key);
    if (this.#dirty.delete(key)) this.#waiting.add(key);
    this.#wake?.();
  }
}
