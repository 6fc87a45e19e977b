/** Leader election between instances that share a Lease and nothing else, under a clock of the test's own. */

import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type LeaseClock, type LeaseEnd, leadWhile } from "../../src/kubernetes/lease.ts";
import { createWriter } from "../../src/kubernetes/write.ts";
import {
  refuse,
  reply,
  type ScriptedRequest,
  type ScriptedServer,
  startScriptedServer,
  until,
} from "../support/scripted-server.ts";

const collection = "/apis/coordination.k8s.io/v1/namespaces/holdfast/leases";
const path = `${collection}/holdfast`;

interface Lease {
  metadata: { resourceVersion: string };
  spec: {
    holderIdentity?: string;
    leaseTransitions?: number;
    leaseDurationSeconds?: number;
    renewTime?: string;
  };
}

/** Time stands still until the test moves it. */
function createClock() {
  let nowMs = Date.UTC(2026, 0, 1);
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();
  const clock: LeaseClock = {
    nowMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper = {
          untilMs: nowMs + ms,
          wake: () => {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal.addEventListener("abort", sleeper.wake, { once: true });
      }),
  };
  return {
    clock,
    /** Moves on in steps, and lets requests over the (real) network come back in between. */
    async advance(ms: number): Promise<void> {
      for (const end = nowMs + ms; nowMs < end; ) {
        nowMs += 500;
        for (const sleeper of sleepers) if (sleeper.untilMs <= nowMs) sleeper.wake();
        await new Promise((resolve) => setTimeout(resolve, 8));
      }
    },
  };
}

describe("a lease", () => {
  let server: ScriptedServer;
  let time: ReturnType<typeof createClock>;
  let lease: Lease | undefined;
  let isAway: boolean;
  let instances: { stop: AbortController; end: Promise<LeaseEnd> }[];

  beforeEach(async () => {
    server = await startScriptedServer();
    time = createClock();
    lease = undefined;
    isAway = false;
    instances = [];
    server.script(collection, serveLease);
    server.script(path, serveLease);
  });
  afterEach(async () => {
    for (const { stop } of instances) stop.abort();
    await Promise.all(instances.map(({ end }) => end));
    await server.close();
  });

  /** The API server's part: one object, guarded by its version. */
  function serveLease(request: ScriptedRequest, response: ServerResponse): void {
    if (isAway) return refuse(500, "InternalError")(request, response);
    if (request.method === "GET" && lease === undefined) return refuse(404, "NotFound")(request, response);
    if (request.method === "POST") {
      if (lease !== undefined) return refuse(409, "AlreadyExists")(request, response);
      lease = { ...(JSON.parse(request.body) as Lease), metadata: { resourceVersion: "1" } };
    }
    if (request.method === "PATCH" && lease !== undefined) {
      const patch = JSON.parse(request.body) as Lease;
      if (patch.metadata.resourceVersion !== lease.metadata.resourceVersion) {
        return refuse(409, "Conflict")(request, response);
      }
      const resourceVersion = String(Number(lease.metadata.resourceVersion) + 1);
      lease = { metadata: { resourceVersion }, spec: { ...lease.spec, ...patch.spec } };
    }
    return reply(200, JSON.parse(JSON.stringify({ kind: "Lease", ...lease })))(request, response);
  }

  function run(identity: string) {
    const stop = new AbortController();
    const seen = { isLeading: false, ended: undefined as LeaseEnd | undefined };
    const end = leadWhile(
      {
        writer: createWriter(server.transport()),
        namespace: "holdfast",
        name: "holdfast",
        identity,
        clock: time.clock,
        random: () => 0,
      },
      async (leading) => {
        seen.isLeading = true;
        await new Promise((resolve) => leading.addEventListener("abort", resolve, { once: true }));
        seen.isLeading = false;
      },
      stop.signal,
    ).then((ended) => {
      seen.ended = ended;
      return ended;
    });
    instances.push({ stop, end });
    return { seen, stop, end };
  }

  it("lets one of two lead, and the other when the first stops, without a wait", async () => {
    const first = run("first");
    await until(() => first.seen.isLeading);
    const second = run("second");
    await time.advance(60_000);
    expect([first.seen.isLeading, second.seen.isLeading]).toEqual([true, false]);
    first.stop.abort();
    expect(await first.end).toBe("Stopped");
    expect(lease?.spec.holderIdentity).toBe("");
    await time.advance(3_000);
    expect(second.seen.isLeading).toBe(true);
    expect(lease?.spec.leaseTransitions).toBe(1);
  });

  it("never lets two lead when both start at once", async () => {
    const both = [run("first"), run("second")];
    await time.advance(5_000);
    expect(both.filter(({ seen }) => seen.isLeading)).toHaveLength(1);
  });

  it("waits for the whole duration, by its own clock, when the holder is gone without a word", async () => {
    // Its times are years ahead: the clocks of others are not trusted.
    lease = {
      metadata: { resourceVersion: "9" },
      spec: {
        holderIdentity: "gone",
        leaseDurationSeconds: 15,
        renewTime: "2099-01-01T00:00:00.000000Z",
      },
    };
    const { seen } = run("second");
    await time.advance(14_000);
    expect(seen.isLeading).toBe(false);
    await time.advance(4_000);
    expect(seen.isLeading).toBe(true);
  });

  it("stops leading before anybody else may start, when it cannot renew", async () => {
    const { seen, end } = run("first");
    await until(() => seen.isLeading);
    await time.advance(7_000);
    isAway = true;
    await time.advance(12_000);
    expect(seen.isLeading).toBe(true);
    await time.advance(3_000);
    expect(seen.isLeading).toBe(false);
    // Renewed at 6 s for 20 s: nobody could have taken it before 26 s.
    expect(lease?.spec.leaseDurationSeconds).toBe(20);
    expect(await end).toBe("Lost");
  });

  it("stops leading as soon as it sees that somebody else has taken the lease", async () => {
    const { seen, end } = run("first");
    await until(() => seen.isLeading);
    lease = { metadata: { resourceVersion: "99" }, spec: { holderIdentity: "usurper" } };
    await time.advance(6_500);
    expect(await end).toBe("Lost");
    expect(lease.spec.holderIdentity).toBe("usurper");
  });

  it("survives an outage of six seconds, and asks ten times a minute", async () => {
    const { seen } = run("first");
    await until(() => seen.isLeading);
    await time.advance(5_000);
    isAway = true;
    await time.advance(6_000);
    isAway = false;
    await time.advance(20_000);
    expect(seen.isLeading).toBe(true);
    const before = server.requests.length;
    await time.advance(60_000);
    expect(server.requests.length - before).toBeLessThanOrEqual(10);
  });
});
