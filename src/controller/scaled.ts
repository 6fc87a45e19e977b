/** Which scalers an object's verdict depends on, and which verdicts depend on a scaler. */
import { assess } from "../drift/assess.ts";
import { decide } from "../drift/decide.ts";
import { dependencies } from "../drift/doubt.ts";
import type { ScalerClaim } from "../drift/scalers.ts";
import type { DriftVerdict } from "../drift/verdict.ts";
import type { ResourceKey } from "../resource/resource.ts";
import type { ScaleQuestion } from "./controlled.ts";
import type { DesiredStore } from "./desired-store.ts";
import type { Finding } from "./drift-reconciler.ts";
import type { DriftStore } from "./drift-store.ts";
import type { PolicyKey } from "./policy-key.ts";
import type { PolicyStore } from "./policy-store.ts";

export interface ScaledDeps {
  readonly policies: PolicyStore;
  readonly desired: DesiredStore;
  readonly drifts: DriftStore;
}

/**
 * What scalers may change on an object: those that are declared and in sync; and, as they were delivered, those of which
 * Git says something else that is not delivered yet. Undefined while one of them still waits for its own verdict on what
 * Git says now, so that the order in which objects are seen decides nothing.
 */
export function scalersOf(
  { desired, drifts }: Omit<ScaledDeps, "policies">,
  key: ResourceKey,
): readonly ScalerClaim[] | undefined {
  const claims: ScalerClaim[] = [];
  for (const { policy, scaler, as, claim } of desired.claimsOn(key)) {
    const entry = drifts.get(policy, scaler);
    const stated = desired.get(policy)?.declarations.get(scaler)?.bytes;
    if (entry?.checked === undefined || stated === undefined) return undefined;
    if (Buffer.compare(entry.checked, stated) !== 0) return undefined;
    if (entry.verdict.status === (as === "Stated" ? "InSync" : "Pending")) claims.push(claim);
  }
  return claims;
}

/** The verdict on an object by who may speak of it; undefined before the first. */
export function statusOf(
  { desired, drifts }: Omit<ScaledDeps, "policies">,
  key: ResourceKey,
): DriftVerdict["status"] | undefined {
  const [status, ...others] = desired
    .declarations(key)
    .filter(({ refused }) => refused?.reason !== "Forbidden")
    .map(({ policy }) => drifts.get(policy, key)?.verdict.status);
  // Two that declare it are at odds, until both have seen that.
  return others.length === 0 ? status : "Unknown";
}

/** What scalers that Git does not declare may explain of a finding. */
export function questionOf({ drifts }: Pick<ScaledDeps, "drifts">, finding: Finding): ScaleQuestion {
  const { declaration, input, verdict } = finding;
  const said = drifts.get(declaration.policy, declaration.key)?.verdict;
  return {
    target: declaration.key,
    verdict,
    arrivedAtMs: input.live.type === "Present" ? input.live.arrivedAtMs : 0,
    ...(said === undefined ? {} : { said }),
  };
}

/** The same object judged once more, with this scaler beside the declared ones. */
export function withScaler(finding: Finding, claim: ScalerClaim): Finding {
  const input = { ...finding.input, scalers: [...finding.input.scalers, claim] };
  const verdict = assess(input);
  return { ...finding, input, verdict, action: decide(input, verdict) };
}

/**
 * What an object's verdict depends on beside itself, its revision and its policy; see `dependencies`. Scalers that Git
 * does not declare are left out: what they explained is read again before it is believed again.
 */
export function dependenciesOf(deps: ScaledDeps, policy: PolicyKey, key: ResourceKey): string {
  const entry = deps.policies.get(policy);
  const mode = entry?.type === "Valid" ? entry.policy.detection.mode : "Exact";
  return dependencies({ policy: { mode }, scalers: scalersOf(deps, key) ?? [] });
}
