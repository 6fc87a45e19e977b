/** Which scalers an object's verdict depends on, and which verdicts depend on a scaler. */
import { dependencies } from "../drift/doubt.ts";
import type { ScalerClaim } from "../drift/scalers.ts";
import type { ResourceKey } from "../resource/resource.ts";
import { claimsOf, type Declaration, type DesiredStore } from "./desired-store.ts";
import type { DriftStore } from "./drift-store.ts";
import type { PolicyKey } from "./policy-key.ts";
import type { PolicyStore } from "./policy-store.ts";

export interface ScaledDeps {
  readonly policies: PolicyStore;
  readonly desired: DesiredStore;
  readonly drifts: DriftStore;
}

/**
 * What scalers may change on an object: those that are declared and in sync. Undefined while one of them still waits
 * for its own first verdict, so that the order in which objects are seen decides nothing.
 */
export function scalersOf(
  { desired, drifts }: Omit<ScaledDeps, "policies">,
  key: ResourceKey,
): readonly ScalerClaim[] | undefined {
  const claims: ScalerClaim[] = [];
  for (const { policy, scaler, claim } of desired.claimsOn(key)) {
    const entry = drifts.get(policy, scaler);
    if (entry === undefined) return undefined;
    if (entry.verdict.status === "InSync") claims.push(claim);
  }
  return claims;
}

/** What an object's verdict depends on beside itself, its revision and its policy; see `dependencies`. */
export function dependenciesOf(deps: ScaledDeps, policy: PolicyKey, key: ResourceKey): string {
  const entry = deps.policies.get(policy);
  const mode = entry?.type === "Valid" ? entry.policy.detection.mode : "Exact";
  return dependencies({ policy: { mode }, scalers: scalersOf(deps, key) ?? [] });
}

/** The objects that must be judged anew when a scaler's verdict changes. */
export function targetsOf(declaration: Declaration): readonly ResourceKey[] {
  return [...new Set(claimsOf(declaration).map(({ target }) => target))];
}
