/** When the API server is asked whether a finding is one: once for each state of an object, policy and schema. */
import { confirmableChanges, wasInsisted } from "../drift/confirmable.ts";
import { answerFor, isConfirmed } from "../drift/doubt.ts";
import type { Confirmation, DriftInput, PolicyRules } from "../drift/input.ts";
import type { Drifted } from "../drift/verdict.ts";
import type { KubernetesObject, ResourceKey, ResourceRef } from "../resource/resource.ts";
import { bytesAgainst, withChosen } from "./chosen.ts";
import { unpackBody } from "./desired-store.ts";
import type { Finding } from "./drift-reconciler.ts";
import type { DriftStore } from "./drift-store.ts";

/** A rollback that is only tried: nothing is written by it. */
export interface ConfirmOrder {
  readonly resource: ResourceRef;
  /** The newest, by which it was judged. */
  readonly revision: string;
  /** What was found, doubtful or not. */
  readonly changes: Drifted["changes"];
  /** Unredacted, as Git states it. */
  readonly stated: KubernetesObject;
  /** The same, with what the server chose for this very object: what a rollback asks for comes from here. */
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
  readonly schema: DriftInput["schema"];
  readonly policy: Pick<PolicyRules, "mode" | "rules">;
}

/** `insisted`: by `formatPath`, the changes that the API server, admission included, makes by itself. */
export type ConfirmOutcome = { readonly insisted: ReadonlySet<string> } & (
  | {
      /** The others would be undone, or refused because they are real. */
      readonly type: "Answered";
    }
  | {
      /** Of the others nothing is known: not permitted, not reached, or the object has moved. */
      readonly type: "NotSettled";
      /** Where asking again by itself may help. */
      readonly retryMs?: number;
    }
);

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
  again(key: ResourceKey, afterMs: number): void;
}

export interface Confirming {
  /**
   * Whether the API server is to be asked before anything is said. An object that was in sync has just been changed:
   * that is said at once. It is different where
   * - there are but doubts, which nobody waits for;
   * - this very object was never in sync: admission may have made it so when it was created;
   * - admission insisted on some of it before: else every change of the object's status would make the same drift come
   *   and go.
   */
  isAskedFirst(finding: Finding): boolean;
  /** Asks, where there is something to ask; whether more is known now, so that the object is to be judged again. */
  ask(finding: Finding, signal: AbortSignal): Promise<boolean>;
}

export function createConfirming(deps: ConfirmingDeps): Confirming {
  return { isAskedFirst, ask };

  function isAskedFirst({ declaration, input, verdict }: Finding): boolean {
    const { live, delivered } = input;
    if (deps.confirm === undefined || live.type !== "Present") return false;
    if (confirmableChanges(verdict).length === 0 || isConfirmed(input, live.body)) return false;
    if (verdict.status !== "Drifted" || delivered?.uid !== live.body.metadata.uid) return true;
    const last = deps.drifts.confirmed(declaration.policy, declaration.key);
    return last !== undefined && wasInsisted(live, verdict, last.answer);
  }

  async function ask(finding: Finding, signal: AbortSignal): Promise<boolean> {
    const { policy, declaration, input } = finding;
    const order = deps.confirm === undefined ? undefined : orderOf(finding);
    const outcome = order && (await deps.confirm?.(order, signal));
    if (order === undefined || outcome === undefined) return false;
    const isSettled = outcome.type === "Answered";
    if (!isSettled && outcome.retryMs !== undefined) deps.again(declaration.key, outcome.retryMs);
    // Only what was not known before was asked about.
    if (!isSettled && outcome.insisted.size === 0) return false;
    const before = answerFor(input, order.live)?.insisted ?? [];
    const insisted = new Set([...before, ...outcome.insisted]);
    deps.drifts.setConfirmed(declaration.policy, declaration.key, {
      answer: answerOf(order, { ...outcome, insisted }),
      policyGeneration: policy.generation,
      schema: input.schema,
    });
    return true;
  }
}

/** The answer that was given for this policy and schema; whether it is for this object is seen when it is judged. */
export function confirmationOf(
  confirmed: Confirmed | undefined,
  { policyGeneration, schema }: Pick<Confirmed, "policyGeneration" | "schema">,
): Pick<DriftInput, "confirmation"> {
  const isOfSame = confirmed?.policyGeneration === policyGeneration && confirmed.schema === schema;
  return confirmed !== undefined && isOfSame ? { confirmation: confirmed.answer } : {};
}

/** An outcome, with the state that it was given for. */
export function answerOf({ live, revision }: ConfirmOrder, { type, insisted }: ConfirmOutcome): Confirmation {
  const { uid = "", resourceVersion = "" } = live.metadata;
  return { uid, resourceVersion, revision, insisted, isSettled: type === "Answered" };
}

/** What to ask about a finding; undefined if there is nothing, or nothing yet. */
export function orderOf({
  declaration,
  input,
  verdict,
}: Pick<Finding, "declaration" | "input" | "verdict">): ConfirmOrder | undefined {
  const { live, resource, revision, schema, policy } = input;
  if (live.type !== "Present" || isConfirmed(input, live.body)) return undefined;
  const changes = confirmableChanges(verdict);
  // A mere doubt waits until what Git says newest is delivered.
  const isEarly = verdict.status !== "Drifted" && declaration.deliveredBytes !== undefined;
  if (changes.length === 0 || isEarly) return undefined;
  const bytes = verdict.status === "Drifted" ? bytesAgainst(declaration, verdict) : declaration.bytes;
  const stated = unpackBody(bytes);
  const desired = withChosen(stated, declaration, live);
  return { resource, revision, changes, stated, desired, live: live.body, schema, policy };
}
