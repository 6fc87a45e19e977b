/** When the API server is asked whether a finding is one: once for each state of an object, policy and schema. */
import { confirmableChanges, wasInsisted } from "../drift/confirmable.ts";
import { isConfirmed } from "../drift/doubt.ts";
import type { Confirmation, DriftInput, PolicyRules } from "../drift/input.ts";
import type { Drifted } from "../drift/verdict.ts";
import type { KubernetesObject, ResourceKey, ResourceRef } from "../resource/resource.ts";
import { bytesAgainst, withChosen } from "./chosen.ts";
import { unpackBody } from "./desired-store.ts";
import type { Finding } from "./drift-reconciler.ts";
import type { DriftEntry, DriftStore } from "./drift-store.ts";

/** A rollback that is only tried: nothing is written by it. */
export interface ConfirmOrder {
  readonly resource: ResourceRef;
  /** What was found, doubtful or not. */
  readonly changes: Drifted["changes"];
  /** Unredacted: what is asked for comes from here. */
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
  readonly schema: DriftInput["schema"];
  readonly policy: Pick<PolicyRules, "mode" | "rules">;
}

export type ConfirmOutcome =
  /** By `formatPath`, the changes that admission insists on; the others would be undone, or refused because they are real. */
  | { readonly type: "Answered"; readonly insisted: ReadonlySet<string> }
  /** Not permitted, not reached, or the object has moved; `retryMs` where asking again by itself may help. */
  | { readonly type: "NotSettled"; readonly retryMs?: number };

/** An answer, with what else it was given for. */
export interface Confirmed {
  readonly answer: Confirmation;
  readonly policyGeneration: number;
  readonly schema: DriftInput["schema"];
}

export interface ConfirmingDeps {
  readonly drifts: DriftStore;
  /** Left out where the operator makes no dry-runs. */
  confirm?(order: ConfirmOrder, signal: AbortSignal): Promise<ConfirmOutcome>;
  reportConfirmation(finding: Finding, confirmed: Confirmed): void;
  again(key: ResourceKey, afterMs: number): void;
}

/** Asks, where there is something to ask; whether there was an answer, so that the object is to be judged again. */
export function createConfirming(deps: ConfirmingDeps) {
  return async function askForAnswer(finding: Finding, signal: AbortSignal): Promise<boolean> {
    if (deps.confirm === undefined) return false;
    const order = orderOf(finding);
    if (order === undefined) return false;
    const outcome = await deps.confirm(order, signal);
    if (outcome.type === "NotSettled") {
      if (outcome.retryMs !== undefined) deps.again(finding.declaration.key, outcome.retryMs);
      return false;
    }
    const { uid = "", resourceVersion = "" } = order.live.metadata;
    deps.reportConfirmation(finding, {
      answer: { uid, resourceVersion, revision: finding.input.revision, insisted: outcome.insisted },
      policyGeneration: finding.policy.generation,
      schema: finding.input.schema,
    });
    return true;
  };
}

/** The answer that was given for this policy and schema; whether it is for this object is seen when it is judged. */
export function confirmationOf(
  entry: DriftEntry | undefined,
  { policyGeneration, schema }: Pick<Confirmed, "policyGeneration" | "schema">,
): Pick<DriftInput, "confirmation"> {
  const confirmed = entry?.confirmed;
  const isOfSame = confirmed?.policyGeneration === policyGeneration && confirmed.schema === schema;
  return confirmed !== undefined && isOfSame ? { confirmation: confirmed.answer } : {};
}

/**
 * Whether admission is to be asked before anything is said, since it insisted on the same before: else every change of
 * the object's status would make the same drift come and go.
 */
export function isAskedFirst({ input, verdict }: Finding, entry: DriftEntry | undefined): boolean {
  return entry?.confirmed !== undefined && wasInsisted(input.live, verdict, entry.confirmed.answer);
}

function orderOf({ declaration, input, verdict }: Finding): ConfirmOrder | undefined {
  const { live, resource, schema, policy } = input;
  if (live.type !== "Present" || isConfirmed(input, live.body)) return undefined;
  const changes = confirmableChanges(verdict);
  // A mere doubt waits until what Git says newest is delivered.
  const isEarly = verdict.status !== "Drifted" && declaration.deliveredBytes !== undefined;
  if (changes.length === 0 || isEarly) return undefined;
  const bytes = verdict.status === "Drifted" ? bytesAgainst(declaration, verdict) : declaration.bytes;
  const desired = withChosen(unpackBody(bytes), declaration, live);
  return { resource, changes, desired, live: live.body, schema, policy };
}
