/** One active instance: leader election by a Lease, by client-go's rules. */
import { sleep } from "../async/sleep.ts";
import { isJsonObject, type JsonObject, type KubernetesObject } from "../resource/resource.ts";
import type { ApiResource } from "./api-resource.ts";
import { textAt } from "./json-read.ts";
import type { WriteResult, Writer, WriteTarget } from "./write.ts";

export interface LeaseOptions {
  readonly writer: Writer;
  readonly namespace: string;
  readonly name: string;
  /** Of this instance, e.g. the pod's name and a random part: no two may ever have the same. */
  readonly identity: string;
  readonly clock?: LeaseClock;
  readonly random?: () => number;
}

export interface LeaseClock {
  /** Never goes back; about the time of day. */
  nowMs(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** `Stopped`: the signal aborted. `Lost`: another instance may lead from now on. `Done`: the work ended by itself. */
export type LeaseEnd = "Stopped" | "Lost" | "Done";

/**
 * As with client-go's, whoever holds the Lease gives up before anybody else may take it, and an API server that is away
 * for six seconds costs nobody the Lease. They are a third longer than client-go's: its 30 renewals a minute become
 * ten, for five seconds more until another instance may follow one that was killed.
 */
const leaseMs = 20_000;
const renewWithinMs = 14_000;
const renewEveryMs = 6_000;
const retryMs = 2_000;

const leases: ApiResource = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
  verbs: [],
};

const ownClock: LeaseClock = { nowMs: () => performance.timeOrigin + performance.now(), sleep };

/** The Lease as it was last seen, and when that was by our own clock: the clocks of others are not trusted. */
interface Observation {
  readonly lease: KubernetesObject;
  readonly seenAtMs: number;
}

/**
 * Waits until this instance may lead, then runs `work`, whose signal aborts when leadership is lost or the signal given
 * here aborts. The Lease is released only when the work has ended, so that no two instances ever work at once.
 */
export async function leadWhile(
  options: LeaseOptions,
  work: (leading: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<LeaseEnd> {
  const { clock = ownClock, random = Math.random } = options;
  const lease = createLease(options, clock);
  while (!signal.aborted && !(await lease.tryToHold(signal))) {
    await clock.sleep(retryMs * (1 + 0.2 * random()), signal);
  }
  if (signal.aborted) return "Stopped";
  const lost = new AbortController();
  const done = new AbortController();
  const leading = AbortSignal.any([signal, lost.signal]);
  const renewing = renew(AbortSignal.any([leading, done.signal]));
  try {
    await work(leading);
  } finally {
    done.abort();
    await renewing;
    if (!lost.signal.aborted) await lease.release();
  }
  if (lost.signal.aborted) return "Lost";
  return signal.aborted ? "Stopped" : "Done";

  async function renew(until: AbortSignal): Promise<void> {
    let heldAtMs = clock.nowMs();
    let isHeld = true;
    while (!until.aborted) {
      await clock.sleep(isHeld ? renewEveryMs : retryMs, until);
      if (until.aborted) return;
      const triedAtMs = clock.nowMs();
      const deadlineMs = heldAtMs + renewWithinMs - triedAtMs;
      // A request that hangs must not keep us believing that we lead.
      isHeld = deadlineMs > 0 && (await within(deadlineMs, until, (limit) => lease.tryToHold(limit)));
      if (isHeld) heldAtMs = triedAtMs;
      else if (lease.isHeldByOther() || clock.nowMs() - heldAtMs >= renewWithinMs) return lost.abort();
    }
  }

  async function within(
    ms: number,
    until: AbortSignal,
    attempt: (limit: AbortSignal) => Promise<boolean>,
  ): Promise<boolean> {
    const over = new AbortController();
    const limit = AbortSignal.any([until, over.signal]);
    const ended = new AbortController();
    void clock.sleep(ms, ended.signal).then(() => over.abort());
    return await attempt(limit).finally(() => ended.abort());
  }
}

function createLease({ writer, namespace, name, identity }: LeaseOptions, clock: LeaseClock) {
  const target: WriteTarget = { resource: leases, namespace, name };
  let last: Observation | undefined;

  return { tryToHold, release, isHeldByOther };

  /** True if this instance holds the Lease now. Failures of any kind are a "no": the caller's clock judges them. */
  async function tryToHold(signal: AbortSignal): Promise<boolean> {
    try {
      // While we hold it, one guarded write will do; if somebody else wrote meanwhile, it says so.
      if (last !== undefined && holderOf(last.lease) === identity && (await write(last.lease, signal)))
        return true;
      const read = await writer.read(target, signal);
      if (read.type === "Failed") {
        return read.failure.reason === "NotFound" && observe(await writer.create(target, created(), signal));
      }
      const isNews = last?.lease.metadata.resourceVersion !== read.object.metadata.resourceVersion;
      const seen: Observation =
        last === undefined || isNews ? { lease: read.object, seenAtMs: clock.nowMs() } : last;
      last = seen;
      return mayTake(seen) && (await write(seen.lease, signal));
    } catch {
      // The transport throws when its signal aborts, and only then.
      return false;
    }
  }

  /** Ours, nobody's, or not renewed for its whole duration while we watched. */
  function mayTake(seen: Observation): boolean {
    const holder = holderOf(seen.lease);
    const duration = specOf(seen.lease)["leaseDurationSeconds"];
    const durationMs = typeof duration === "number" ? duration * 1_000 : leaseMs;
    return holder === "" || holder === identity || clock.nowMs() - seen.seenAtMs >= durationMs;
  }

  function isHeldByOther(): boolean {
    const holder = last === undefined ? "" : holderOf(last.lease);
    return holder !== "" && holder !== identity;
  }

  async function write(seen: KubernetesObject, signal: AbortSignal): Promise<boolean> {
    const spec = specOf(seen);
    const isOurs = holderOf(seen) === identity;
    const transitions = typeof spec["leaseTransitions"] === "number" ? spec["leaseTransitions"] : 0;
    const taken = isOurs ? {} : { acquireTime: microTime(), leaseTransitions: transitions + 1 };
    return observe(await merge(seen, { ...held(), ...taken }, signal));
  }

  /** Guarded by the version: of two who try at once one succeeds. */
  function merge(seen: KubernetesObject, spec: JsonObject, signal: AbortSignal): Promise<WriteResult> {
    const resourceVersion = seen.metadata.resourceVersion ?? "";
    return writer.merge(target, { metadata: { resourceVersion }, spec }, signal);
  }

  function observe(result: WriteResult): boolean {
    if (result.type === "Failed") return false;
    last = { lease: result.object, seenAtMs: clock.nowMs() };
    return true;
  }

  /** So that the next instance need not wait; if it fails, it waits. */
  async function release(): Promise<void> {
    if (last === undefined || holderOf(last.lease) !== identity) return;
    const spec = { holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime() };
    await merge(last.lease, spec, AbortSignal.timeout(retryMs)).catch(() => undefined);
  }

  function created(): KubernetesObject {
    return {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name, namespace },
      spec: { ...held(), acquireTime: microTime(), leaseTransitions: 0 },
    };
  }

  function held(): JsonObject {
    return { holderIdentity: identity, leaseDurationSeconds: leaseMs / 1_000, renewTime: microTime() };
  }

  /** For people, and for the Lease's own validation; no rule depends on it. */
  function microTime(): string {
    return new Date(clock.nowMs()).toISOString().replace("Z", "000Z");
  }
}

function specOf(lease: KubernetesObject): JsonObject {
  const spec = lease["spec"];
  return isJsonObject(spec) ? spec : {};
}

function holderOf(lease: KubernetesObject): string {
  return textAt(lease["spec"], "holderIdentity");
}
