/** A queue with its workers: what fails comes back, and what has begun is finished. */
import { describe, expect, it } from "@jest/globals";
import pino from "pino";
import { type ControlLoop, createControlLoop } from "../../src/operator/control-loop.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { until } from "../support/scripted-server.ts";

function loop(reconcile: (key: string, signal: AbortSignal) => Promise<void>) {
  const lines: string[] = [];
  const logger = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const ledger = () => ({ size: 0, isWritable: true });
  const queueDepths = () => ({ source: 0, drift: 0, record: 0, status: 0 });
  const metrics = createMetrics({ version: "test", ledger, queueDepths, sources: () => [] });
  const created: ControlLoop<string> = createControlLoop({
    name: "drift",
    concurrency: 2,
    logger,
    metrics,
    reconcile,
  });
  return { ...created, lines };
}

describe("a control loop", () => {
  it("tries a key again that failed, says why, and leaves the others alone", async () => {
    const seen: string[] = [];
    const { queue, run, lines } = loop((key) => {
      seen.push(key);
      return seen.filter((one) => one === "bad").length < 3 && key === "bad"
        ? Promise.reject(new Error("not yet"))
        : Promise.resolve();
    });
    const stop = new AbortController();
    const running = run(stop.signal);
    queue.add("bad");
    queue.add("good");
    await until(() => seen.filter((key) => key === "bad").length === 3);
    expect(seen.filter((key) => key === "good")).toHaveLength(1);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ controller: "drift", key: "bad", error: "not yet" }),
      expect.objectContaining({ controller: "drift", key: "bad", error: "not yet" }),
    ]);
    stop.abort();
    await running;
  });

  it("finishes what has begun when it is told to stop, and begins nothing more", async () => {
    const began: string[] = [];
    const { promise: write, resolve: answer } = Promise.withResolvers<void>();
    const { queue, run } = loop((key) => {
      began.push(key);
      return write;
    });
    const stop = new AbortController();
    let isOver = false;
    const running = run(stop.signal, new AbortController().signal).then(() => {
      isOver = true;
    });
    for (const key of ["a", "b", "c"]) queue.add(key);
    await until(() => began.length === 2);
    stop.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    answer();
    await running;
    expect(began).toEqual(["a", "b"]);
  });

  it("cuts off what has begun when its grace is over, without a word of it", async () => {
    const grace = new AbortController();
    const { queue, run, lines } = loop(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("cut off")), { once: true });
        }),
    );
    const stop = new AbortController();
    const running = run(stop.signal, grace.signal);
    queue.add("a");
    await until(() => queue.depth === 0);
    stop.abort();
    grace.abort();
    await running;
    expect(lines).toEqual([]);
  });

  it("is drained when nothing waits and nothing is worked on", async () => {
    const { promise: write, resolve: answer } = Promise.withResolvers<void>();
    const { queue, run, drain } = loop(() => write);
    const stop = new AbortController();
    const running = run(stop.signal);
    queue.add("a");
    let isDrained = false;
    const draining = drain(new AbortController().signal).then(() => {
      isDrained = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(isDrained).toBe(false);
    answer();
    await draining;
    stop.abort();
    await running;
  });

  it("is not waited for longer than the grace", async () => {
    const { queue, drain } = loop(() => Promise.resolve());
    queue.add("nobody works on it");
    const grace = new AbortController();
    const draining = drain(grace.signal);
    grace.abort();
    await draining;
  });
});
