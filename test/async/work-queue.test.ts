/** The promises of WorkQueue, each in a sentence. */
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import fc from "fast-check";
import { WorkQueue } from "../../src/async/work-queue.ts";

/** A worker that records its keys and ends each piece of work when told to. */
function createHeldWorker() {
  const started: string[] = [];
  const held = new Map<string, () => void>();
  return {
    started,
    work: (key: string): Promise<void> =>
      new Promise((resolve) => {
        started.push(key);
        held.set(key, resolve);
      }),
    finish: (key: string): void => held.get(key)?.(),
  };
}

/** Lets everything that waits for nothing but turns of the event loop happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("WorkQueue", () => {
  let stop: AbortController;
  beforeEach(() => {
    stop = new AbortController();
  });
  afterEach(() => {
    stop.abort();
    jest.useRealTimers();
  });

  it("hands out a key once, however often it was added", async () => {
    const queue = new WorkQueue<string>({ concurrency: 4 });
    const worker = createHeldWorker();
    queue.add("a");
    queue.add("a");
    queue.add("b");
    expect(queue.depth).toBe(2);
    void queue.run(worker.work, stop.signal);
    await settle();
    expect(worker.started).toEqual(["a", "b"]);
    expect(queue.depth).toBe(0);
  });

  it("brings a key that is added while it is worked on back once, after that", async () => {
    const queue = new WorkQueue<string>({ concurrency: 4 });
    const worker = createHeldWorker();
    void queue.run(worker.work, stop.signal);
    queue.add("a");
    await settle();
    queue.add("a");
    queue.add("a");
    await settle();
    expect(worker.started).toEqual(["a"]);
    expect(queue.depth).toBe(1);
    worker.finish("a");
    await settle();
    expect(worker.started).toEqual(["a", "a"]);
    worker.finish("a");
    await settle();
    expect(worker.started).toHaveLength(2);
  });

  it("never runs more workers than it may", async () => {
    const queue = new WorkQueue<string>({ concurrency: 2 });
    const worker = createHeldWorker();
    void queue.run(worker.work, stop.signal);
    for (const key of ["a", "b", "c"]) queue.add(key);
    await settle();
    expect(worker.started).toEqual(["a", "b"]);
    worker.finish("b");
    await settle();
    expect(worker.started).toEqual(["a", "b", "c"]);
  });

  it("of several wishes for later keeps the earliest", async () => {
    jest.useFakeTimers({ doNotFake: ["setImmediate"] });
    const queue = new WorkQueue<string>({ concurrency: 1 });
    queue.addAfter("a", 5_000);
    queue.addAfter("a", 1_000);
    queue.addAfter("a", 3_000);
    jest.advanceTimersByTime(999);
    expect(queue.depth).toBe(0);
    jest.advanceTimersByTime(1);
    expect(queue.depth).toBe(1);
    void queue.run(async () => {}, stop.signal);
    await settle();
    jest.advanceTimersByTime(10_000);
    expect(queue.depth).toBe(0);
  });

  it("doubles the pause with each failure in a row up to a bound, until told to forget", async () => {
    jest.useFakeTimers({ doNotFake: ["setImmediate"] });
    // The highest random number is the upper end of the jitter: the full pause.
    const backoff = { firstMs: 100, maxMs: 1_000 };
    const queue = new WorkQueue<string>({ concurrency: 1, backoff, random: () => 1 });
    void queue.run(async () => {}, stop.signal);
    const pauseOf = async (): Promise<number> => {
      queue.addRateLimited("a");
      for (let ms = 0; ; ms += 1) {
        if (queue.depth === 1) {
          await settle();
          return ms;
        }
        jest.advanceTimersByTime(1);
      }
    };
    const pauses = [];
    for (let failure = 1; failure <= 6; failure += 1) pauses.push(await pauseOf());
    queue.forget("a");
    expect([...pauses, await pauseOf()]).toEqual([100, 200, 400, 800, 1_000, 1_000, 100]);
  });

  it("waits for its workers before it ends", async () => {
    const queue = new WorkQueue<string>({ concurrency: 1 });
    const worker = createHeldWorker();
    let ended = false;
    const run = queue.run(worker.work, stop.signal).then(() => {
      ended = true;
    });
    queue.add("a");
    await settle();
    stop.abort();
    queue.add("b");
    await settle();
    expect(ended).toBe(false);
    worker.finish("a");
    await run;
    expect(worker.started).toEqual(["a"]);
  });

  it("stops with what a worker threw", async () => {
    const queue = new WorkQueue<string>({ concurrency: 2 });
    queue.add("a");
    const run = queue.run(() => {
      throw new Error("a bug");
    }, stop.signal);
    await expect(run).rejects.toThrow("a bug");
  });

  it("keeps the event loop free during a long run of synchronous work", async () => {
    const queue = new WorkQueue<number>({ concurrency: 4 });
    for (let key = 0; key < 400; key += 1) queue.add(key);
    let pieces = 0;
    let most = 0;
    const watch = () => {
      most = Math.max(most, pieces);
      pieces = 0;
      if (!stop.signal.aborted) setImmediate(watch);
    };
    setImmediate(watch);
    const spin = async () => {
      const until = performance.now() + 0.5;
      while (performance.now() < until);
      pieces += 1;
      if (queue.depth === 0) stop.abort();
    };
    await queue.run(spin, stop.signal);
    // Counted, since on a busy machine any time may pass. Without turns all 400 would come in one go.
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(60);
  });

  it("takes 100,000 keys without slowing down", async () => {
    const queue = new WorkQueue<number>({ concurrency: 8 });
    for (let key = 0; key < 100_000; key += 1) queue.add(key);
    let last = -1;
    await queue.run(async (key) => {
      if (key !== last + 1) throw new Error(`${key} after ${last}`);
      last = key;
      if (queue.depth === 0) stop.abort();
    }, stop.signal);
    expect(last).toBe(99_999);
  });

  it("holds its promises for any order of adding and finishing", async () => {
    const command = fc.oneof(
      fc.record({ type: fc.constant("add" as const), key: fc.constantFrom("a", "b", "c") }),
      fc.record({ type: fc.constant("finish" as const), key: fc.constantFrom("a", "b", "c") }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 30 }), async (commands) => {
        const end = new AbortController();
        const queue = new WorkQueue<string>({ concurrency: 2 });
        const working = new Map<string, () => void>();
        const owed = new Set<string>();
        const run = queue.run((key) => {
          expect(working.has(key)).toBe(false);
          expect(working.size).toBeLessThan(2);
          owed.delete(key);
          return new Promise((resolve) => {
            working.set(key, () => {
              working.delete(key);
              resolve();
            });
          });
        }, end.signal);
        for (const { type, key } of commands) {
          if (type === "add") {
            queue.add(key);
            owed.add(key);
          } else working.get(key)?.();
          await settle();
        }
        // Nothing that was asked for is lost.
        for (let rest = 0; rest < 10; rest += 1) {
          for (const finish of working.values()) finish();
          await settle();
        }
        expect([...owed]).toEqual([]);
        expect(queue.depth).toBe(0);
        end.abort();
        await run;
      }),
      { numRuns: 40 },
    );
  });
});
