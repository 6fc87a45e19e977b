/** Policies as the API server holds them: the watch that writes the store, and what follows from each change. */
import type { Logger } from "pino";
import { policyResource } from "../api/names.ts";
import type { DriftStore, Resolution } from "../controller/drift-store.ts";
import { type PolicyKey, policyKey, splitPolicyKey } from "../controller/policy-key.ts";
import type { PolicyStore } from "../controller/policy-store.ts";
import { resourcePath } from "../kubernetes/api-resource.ts";
import type { Transport } from "../kubernetes/transport.ts";
import { runWatch, type WatchEvent } from "../kubernetes/watch.ts";
import type { KubernetesObject, ResourceKey } from "../resource/resource.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { policyEntry } from "./own-resources.ts";
import type { PolicyHistory } from "./policy-history.ts";

export interface PolicyWatchDeps {
  readonly transport: Transport;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, "policySeen" | "policyGone">;
  readonly policies: PolicyStore;
  readonly drifts: DriftStore;
  /** Where policies are written down: each as it stands, and that it is gone, also while nobody looked. */
  readonly history: PolicyHistory;
  /** The policy is new, edited or gone: its source, and its status, must be looked at. */
  changed(policy: PolicyKey): void;
  /** Ends whatever is open about these objects. */
  endDrifts(policy: PolicyKey, keys: readonly ResourceKey[], resolution: Resolution): void;
  /** Nothing is known any more of what was delivered for it. */
  forgetDelivered(policyUid: string): void;
  /** Every policy that there is has been seen; told once. */
  known(): void;
  onBug(error: unknown): void;
}

export interface PolicyWatch {
  run(signal: AbortSignal): Promise<void>;
  /** The policy has its first verdicts, or a condition that says why not. */
  settled(policy: PolicyKey): void;
  /** What is still awaited of the policies that were there at start; undefined if nothing is. */
  awaited(): string | undefined;
}

export function createPolicyWatch(deps: PolicyWatchDeps): PolicyWatch {
  const { policies, drifts, metrics } = deps;
  const unsettled = new Set<PolicyKey>();
  let areKnown = false;
  return { run, settled: (policy) => void unsettled.delete(policy), awaited };

  async function run(signal: AbortSignal): Promise<void> {
    const { transport, logger, onBug } = deps;
    const seen = new Set<PolicyKey>();
    await runWatch({ transport, path: resourcePath(policyResource, ""), onEvent, onBug }, signal);

    function onEvent(event: WatchEvent): void {
      switch (event.type) {
        case "Restarted":
          return seen.clear();
        case "Applied":
          seen.add(apply(event.object));
          return;
        case "Deleted": {
          const { namespace = "", name = "" } = event.object.metadata;
          return remove(policyKey({ namespace, name }));
        }
        case "Synced":
          for (const key of policies.keys()) if (!seen.has(key)) remove(key);
          return known();
        case "Interrupted":
          return logger.warn(
            { reason: event.failure.reason, error: event.failure.message },
            "policies cannot be watched",
          );
      }
    }
  }

  function apply(object: KubernetesObject): PolicyKey {
    const { key, entry } = policyEntry(object);
    const before = policies.get(key);
    policies.set(key, entry);
    deps.history.seen(object);
    if (before === undefined) {
      metrics.policySeen(splitPolicyKey(key));
      if (!areKnown) unsettled.add(key);
    }
    // A policy that was deleted and made anew is another one: what was delivered for the old one says nothing.
    if (before !== undefined && before.uid !== entry.uid) forget(key, before.uid);
    // Our own status writes come back here; they change nothing that we follow.
    if (before?.uid !== entry.uid || before.generation !== entry.generation) deps.changed(key);
    return key;
  }

  function remove(key: PolicyKey): void {
    const before = policies.get(key);
    policies.delete(key);
    unsettled.delete(key);
    if (before !== undefined) {
      forget(key, before.uid);
      deps.history.gone(key, before.uid);
    }
    metrics.policyGone(splitPolicyKey(key));
    deps.changed(key);
  }

  function forget(key: PolicyKey, uid: string): void {
    deps.endDrifts(key, [...drifts.entries(key).keys(), ...drifts.restored(key).keys()], "PolicyDeleted");
    drifts.deletePolicy(key);
    deps.forgetDelivered(uid);
  }

  /** From now on a policy that is not known does not exist: what a former life left open about it is over. */
  function known(): void {
    if (areKnown) return;
    areKnown = true;
    deps.history.complete();
    for (const key of drifts.restoredPolicies()) {
      if (!policies.has(key)) deps.endDrifts(key, [...drifts.restored(key).keys()], "PolicyDeleted");
    }
    deps.known();
  }

  function awaited(): string | undefined {
    if (!areKnown) return "the policies have not been read yet";
    const [waiting] = unsettled;
    return waiting === undefined ? undefined : `policy ${waiting} has no verdicts yet`;
  }
}
