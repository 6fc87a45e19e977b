/**
 * Reads discovery again when the served kinds may have changed.
 *
 * What tells us is a watch of the CustomResourceDefinitions' metadata. Where that is not permitted, or where a group's
 * own server is away, a slow timer has to do; it runs only while something declared is not served, so an operator
 * whose kinds are all served asks nothing.
 */
import { backoffMs } from "../async/backoff.ts";
import { sleep } from "../async/sleep.ts";
import type { ApiFailure } from "./api-failure.ts";
import type { Discovery } from "./discovery.ts";
import type { Transport } from "./transport.ts";
import { runWatch } from "./watch.ts";
import type { WatchEvent } from "./watch-event.ts";

export interface DiscoveryRefreshDeps {
  readonly transport: Transport;
  readonly discovery: Discovery;
  /** Whether a declared kind is not served at present. */
  readonly isWaiting: () => boolean;
  /** The served kinds have changed. */
  readonly onChange: () => void;
  /** Reads what else definitions say, the schemas of their kinds, which change without a kind coming or going. */
  readonly readSchemas: (signal: AbortSignal) => Promise<ApiFailure | undefined>;
  readonly onFailure: (failure: ApiFailure) => void;
  readonly onBug: (error: unknown) => void;
  readonly random?: () => number;
  /** For tests: shorter pauses. */
  readonly pauses?: Pauses;
}

interface Pauses {
  /** The server takes a moment to serve what a definition says; the second look is for a slow one. */
  readonly afterChangeMs: readonly number[];
  readonly whileWaitingMs: number;
}

export interface DiscoveryRefresh {
  /** Reads anew in a moment: a watch was told that its kind is gone, or a new kind is declared. */
  soon(): void;
  /** Runs until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const metadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const metadataOnlyList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const defaultPauses: Pauses = { afterChangeMs: [300, 3_000], whileWaitingMs: 60_000 };

export function createDiscoveryRefresh(deps: DiscoveryRefreshDeps): DiscoveryRefresh {
  const { random = Math.random, pauses = defaultPauses } = deps;
  /** How many of the looks after a change are still to be made. */
  let looksLeft = 0;
  let failures = 0;
  let isSynced = false;
  let wake = new AbortController();

  return { soon, run };

  function soon(): void {
    looksLeft = pauses.afterChangeMs.length;
    wake.abort();
  }

  async function run(signal: AbortSignal): Promise<void> {
    const accept = `${metadataOnly},${metadataOnlyList},application/json`;
    const { transport, onBug } = deps;
    const watching = runWatch({ transport, path: definitions, accept, onEvent, onBug }, signal);
    while (!signal.aborted) {
      wake = new AbortController();
      const woken = AbortSignal.any([signal, wake.signal]);
      await sleep(nextPauseMs(), woken);
      // Woken early: the pause after the newest change counts.
      if (woken.aborted) continue;
      if (looksLeft > 0 || failures > 0 || deps.isWaiting()) await refresh(signal);
    }
    await watching;
  }

  function nextPauseMs(): number {
    if (failures > 0) return backoffMs({ firstMs: 1_000, maxMs: pauses.whileWaitingMs }, failures, random());
    const look = pauses.afterChangeMs.at(-looksLeft);
    return looksLeft > 0 && look !== undefined ? look : pauses.whileWaitingMs * (0.5 + random());
  }

  async function refresh(signal: AbortSignal): Promise<void> {
    const before = deps.discovery.version;
    // The transport throws when its signal aborts, and only then.
    const failure = await deps.discovery.refresh(signal).catch(() => undefined);
    if (signal.aborted) return;
    if (deps.discovery.version !== before) deps.onChange();
    const trouble = failure ?? (await deps.readSchemas(signal));
    if (signal.aborted) return;
    if (trouble !== undefined) {
      failures += 1;
      deps.onFailure(trouble);
      return;
    }
    failures = 0;
    looksLeft = Math.max(0, looksLeft - 1);
  }

  function onEvent(event: WatchEvent): void {
    switch (event.type) {
      case "Restarted":
        isSynced = false;
        return;
      case "Synced":
        isSynced = true;
        return soon();
      case "Applied":
      case "Deleted":
        if (isSynced) soon();
        return;
      // Not permitted, or interrupted: the slow timer has to do, which runs anyway.
      case "Interrupted":
        return;
    }
  }
}
