/** One object: gather → assess → decide → report → act. */
import type { Policy } from "../api/policy.ts";
import type { DriftAction } from "../drift/action.ts";
import { assess } from "../drift/assess.ts";
import { decide } from "../drift/decide.ts";
import type { DesiredState, DriftInput, LiveState, RollbackAttempt } from "../drift/input.ts";
import { type UnknownFields, unknownFieldsOf } from "../drift/source-faults.ts";
import type { Drifted, DriftVerdict } from "../drift/verdict.ts";
import type { LiveLook, LiveRead } from "../resource/live.ts";
import type { KubernetesObject, ResourceKey, ResourceRef } from "../resource/resource.ts";
import { bytesAgainst, withChosen } from "./chosen.ts";
import { type ConfirmingDeps, confirmationOf, createConfirming } from "./confirming.ts";
import type { Controlled } from "./controlled.ts";
import { type Declaration, type DesiredStore, targetsOf, unpackBody } from "./desired-store.ts";
import type { DriftStore, Episode } from "./drift-store.ts";
import type { PolicyKey } from "./policy-key.ts";
import type { PolicyStore } from "./policy-store.ts";
import { dependenciesOf, questionOf, scalersOf, withScaler } from "./scaled.ts";
import { isSettled } from "./settled.ts";
import type { SourceStore } from "./source-store.ts";
import { suspectObject, type UpgradeWatch } from "./upgrade-watch.ts";

export interface DriftDeps extends ConfirmingDeps {
  readonly policies: PolicyStore;
  readonly sources: SourceStore;
  readonly desired: DesiredStore;
  readonly drifts: DriftStore;
  readonly upgrades: UpgradeWatch;
  /** What scalers that Git does not declare explain. */
  readonly controlled: Controlled;
  readonly now: () => number;
  /** Whether the table of server defaults is of the API server's release. */
  tableFits(): boolean;
  /** What the watches hold; answers from memory. */
  readLive(ref: ResourceRef): LiveRead;
  /** The same without the body. */
  lookLive(ref: ResourceRef): LiveLook;
  /** Makes a dropped body present again. */
  loadLive(ref: ResourceRef, signal: AbortSignal): Promise<void>;
  /** The body is not needed any more, unless the object has moved on since. */
  releaseLive(ref: ResourceRef, resourceVersion: string): void;
  /** Makes the kind's schema present. */
  loadSchema(ref: ResourceRef, signal: AbortSignal): Promise<void>;
  schemaOf(ref: ResourceRef): DriftInput["schema"];
  /** Replaces secret values by keyed digests, as was done to the live object at the door. */
  redact(body: KubernetesObject): KubernetesObject;
  report(finding: Finding): void;
  /** Told when nobody can settle them now. */
  reportDoubts(finding: Finding): void;
  /** Before a rollback: whether it is on record that it will be made, as this account. */
  reportRollback(finding: Finding, as: string): boolean;
  reportAttempt(finding: Finding, attempt: RollbackAttempt): void;
  /** Why the history cannot be written now; undefined if it can. */
  historyFault(): string | undefined;
  rollback(
    order: RollbackOrder,
    signal: AbortSignal,
  ): Promise<Omit<RollbackAttempt, "streak" | "policyGeneration">>;
  /** Has the policy's remote head read, and then this object judged again. */
  awaitHead(policy: PolicyKey, key: ResourceKey): void;
  /** Whether all that is known of the drift stands in its DriftRecord. */
  isRecorded(episode: Episode): boolean;
  /** Has the object judged again when it does. */
  awaitRecord(episode: Episode, key: ResourceKey): void;
  again(key: ResourceKey, afterMs: number): void;
}

/** One judgement, with all that reporting it takes. */
export interface Finding {
  readonly policy: Policy;
  readonly declaration: Declaration;
  readonly input: DriftInput;
  readonly verdict: DriftVerdict;
  /** Fields that Git states and the API server does not know. */
  readonly unknownFields?: UnknownFields;
  readonly action: DriftAction;
}

/** What is to be written: the recorded changes, from the unredacted desired object. */
export interface RollbackOrder {
  readonly resource: ResourceRef;
  /** `namespace` and name of the identity that writes. */
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
  readonly verdict: Drifted;
  readonly desired: KubernetesObject;
  readonly live: LiveState;
}

/**
 * After `Answered` and `NotAnswered` it is to be judged again: time has passed, and after the former more is known. The
 * API server has said what it would make of the rollback, or the finding is one of many just after an upgrade.
 */
type Look = "Done" | "Answered" | "NotAnswered";

/** After this long without word from the watch a write is looked after. */
const echoMs = 10_000;
/** What is waited for comes by a watch, or by another object's verdict: looked for from memory. */
const waitMs = 1_000;
const firstRefusalRetryMs = 5_000;
const streakWindowMs = 1_200_000;

export function createDriftReconciler(deps: DriftDeps) {
  const confirming = createConfirming(deps);

  return async function reconcileDrift(key: ResourceKey, signal: AbortSignal): Promise<void> {
    if (!deps.desired.isAnsweredFor(key)) wakeTargets(key);
    for (const { policy, ref } of deps.desired.declarations(key)) {
      await ready(policy, key, { ref, signal });
      let seen: Look = "Answered";
      while (seen !== "Done") seen = await look({ policy, key, isOpen: seen === "NotAnswered" }, signal);
    }
  };

  /** `isOpen`: what the API server would make of it was asked just now, in vain. */
  async function look(
    { policy, key, isOpen }: { policy: PolicyKey; key: ResourceKey; isOpen: boolean },
    signal: AbortSignal,
  ): Promise<Look> {
    // Read after each waiting: what the stores say now is what is judged, in one turn of the event loop.
    const declaration = deps.desired.get(policy)?.declarations.get(key);
    const entry = deps.policies.get(policy);
    if (declaration === undefined || entry?.type !== "Valid") return "Done";
    const judged = judge(entry.policy, declaration);
    if (judged === undefined) return "Done";
    const answer = deps.controlled.explain(questionOf(deps, judged));
    if (answer.type === "Wait") {
      deps.again(key, waitMs);
      return "Done";
    }
    if (answer.type === "Read") {
      await deps.controlled.read(answer.missing, signal);
      return "Answered";
    }
    const finding = answer.type === "Explained" ? withScaler(judged, answer.claim) : judged;
    if (deps.upgrades.note(finding)) return "Answered";
    if (!isOpen && confirming.isAskedFirst(finding))
      return (await confirming.ask(finding, signal)) ? "Answered" : "NotAnswered";
    return await act({ finding, isOpen }, signal);
  }

  async function ready(policy: PolicyKey, key: ResourceKey, step: { ref: ResourceRef; signal: AbortSignal }) {
    const declaration = deps.desired.get(policy)?.declarations.get(key);
    if (declaration === undefined || !isComparable(declaration)) return;
    const live = deps.lookLive(step.ref);
    if (live.type !== "Present" && live.type !== "Dropped") return;
    await deps.loadSchema(step.ref, step.signal);
    if (live.type === "Present") return;
    const judged = {
      resourceVersion: live.resourceVersion,
      schema: deps.schemaOf(step.ref),
      dependencies: dependenciesOf(deps, policy, key),
    };
    if (!isSettled(declaration, deps.drifts.get(policy, key), judged))
      await deps.loadLive(step.ref, step.signal);
  }

  /** Undefined if there is nothing to judge, or if what is needed for it has not arrived yet. */
  function judge(policy: Policy, declaration: Declaration): Finding | undefined {
    const source = deps.sources.get(declaration.policy);
    if (source === undefined) return undefined;
    const stated = desiredState(declaration);
    const live = stated.type === "Stated" ? liveState(deps.readLive(declaration.ref)) : notNeeded;
    if (live === undefined) return undefined;
    const desired =
      stated.type === "Stated" && policy.detection.mode === "Exact"
        ? { ...stated, body: withChosen(stated.body, declaration, live) }
        : stated;
    const scalers = scalersOf(deps, declaration.key);
    if (scalers === undefined) return undefined;
    const last = deps.drifts.get(declaration.policy, declaration.key);
    const confirmed = deps.drifts.confirmed(declaration.policy, declaration.key);
    const schema = deps.schemaOf(declaration.ref);
    const historyFault = deps.historyFault();
    const given: DriftInput = {
      resource: declaration.ref,
      revision: declaration.origin.revision,
      desired,
      live,
      ...deliveredState(declaration),
      schema,
      policy: {
        mode: policy.detection.mode,
        rules: policy.detection,
        rollback: policy.rollback.mode,
        suspended: policy.suspend,
        generation: policy.generation,
      },
      source,
      scalers,
      tableFits: deps.tableFits(),
      ...confirmationOf(confirmed, { policyGeneration: policy.generation, schema }),
      ...(historyFault === undefined ? {} : { historyFault }),
      ...(last?.attempt === undefined ? {} : { attempt: last.attempt }),
      nowMs: deps.now(),
    };
    const input = { ...given, ...afterUpgrade(declaration, given) };
    const verdict = assess(input);
    const unknownFields = unknownIn(declaration, input);
    return { policy, declaration, input, verdict, unknownFields, action: decide(input, verdict) };
  }

  function afterUpgrade(
    declaration: Declaration,
    given: DriftInput,
  ): Pick<DriftInput, "suspects" | "upgradedUntilMs"> {
    const object = suspectObject(declaration, given);
    const suspects = object === undefined ? undefined : deps.upgrades.suspectsOf(object);
    const upgradedUntilMs = deps.upgrades.endsAt(given.resource);
    return {
      ...(suspects === undefined ? {} : { suspects }),
      ...(upgradedUntilMs === undefined ? {} : { upgradedUntilMs }),
    };
  }

  /** Live has no say in it: looked for once for each thing that Git says, and each schema. */
  function unknownIn({ policy, key, bytes }: Declaration, { desired, schema }: DriftInput): UnknownFields {
    const last = deps.drifts.get(policy, key);
    if (last?.checked === bytes && last.schema === schema) return last.unknownFields ?? [];
    return desired.type === "Stated" ? unknownFieldsOf(desired.body, schema) : [];
  }

  function desiredState(declaration: Declaration): DesiredState {
    const source = deps.sources.get(declaration.policy);
    if (source?.refused) {
      const message = source.fault?.message ?? "the newest revision cannot be used";
      return { type: "Refused", reason: "SourceFailed", message };
    }
    const { refused, unfinished } = declaration;
    if (refused !== undefined) return { type: "Refused", ...refused };
    const others = deps.desired
      .declarations(declaration.key)
      // Who may not speak of an object cannot take it from whom it belongs to.
      .filter((other) => other.policy !== declaration.policy && other.refused?.reason !== "Forbidden");
    if (others.length > 0) {
      const message = `also declared by ${others.map((other) => `policy ${other.policy}`).join(" and ")}; keep one`;
      return { type: "Refused", reason: "DeclaredTwice", message };
    }
    if (unfinished !== undefined) return { type: "Unfinished", ...unfinished };
    return { type: "Stated", body: deps.redact(unpackBody(declaration.bytes)) };
  }

  function deliveredState({ delivered, deliveredBytes }: Declaration): Pick<DriftInput, "delivered"> {
    if (delivered === undefined) return {};
    if (deliveredBytes === undefined) return { delivered };
    return { delivered: { ...delivered, body: deps.redact(unpackBody(deliveredBytes)) } };
  }

  async function act(
    { finding, isOpen }: { finding: Finding; isOpen: boolean },
    signal: AbortSignal,
  ): Promise<Look> {
    const { action, declaration, input, verdict } = finding;
    if (action.type === "ReadSource") deps.awaitHead(declaration.policy, declaration.key);
    // A finding that may be a delivery is not even said before Git was asked.
    if (action.type === "ReadSource" && action.before === "Record") return "Done";
    const before = deps.drifts.get(declaration.policy, declaration.key);
    deps.report(finding);
    // What a scaler explains hangs on whether it is itself what Git says, and on what that is.
    if (before?.verdict.status !== verdict.status || before.checked !== declaration.bytes)
      wakeTargets(declaration.key, targetsOf(declaration));
    // After it is said, which must not wait; and before it is undone, which must not be tried for nothing.
    if (!isOpen && (await confirming.ask(finding, signal))) return "Answered";
    deps.reportDoubts(finding);
    if (input.live.type === "Present" && verdict.status === "InSync") {
      deps.releaseLive(declaration.ref, input.live.body.metadata.resourceVersion ?? "");
    }
    if (action.type === "Hold" && action.untilMs !== undefined) {
      deps.again(declaration.key, Math.max(0, action.untilMs - deps.now()));
    }
    if (action.type !== "Rollback" || verdict.status !== "Drifted") return "Done";
    const episode = deps.drifts.get(declaration.policy, declaration.key)?.episode;
    // Nothing is undone of which no record would be left if this process ended now.
    if (episode !== undefined && !deps.isRecorded(episode)) deps.awaitRecord(episode, declaration.key);
    else await rollBack(finding, verdict, signal);
    return "Done";
  }

  /** Has judged again what this object scales itself, and what is scaled by what it controls. */
  function wakeTargets(key: ResourceKey, own: readonly ResourceKey[] = []): void {
    for (const target of [...own, ...deps.controlled.takeTargets(key)]) deps.again(target, 0);
  }

  async function rollBack(finding: Finding, verdict: Drifted, signal: AbortSignal): Promise<void> {
    const { policy, declaration, input } = finding;
    const name = policy.rollback.serviceAccountName;
    if (name === undefined)
      throw new Error(`policy ${declaration.policy} rolls back without a serviceAccountName`);
    if (!deps.reportRollback(finding, `${policy.namespace}/${name}`)) return deps.again(declaration.key, 0);
    const outcome = await deps.rollback(
      {
        resource: declaration.ref,
        serviceAccount: { namespace: policy.namespace, name },
        verdict,
        desired: withChosen(unpackBody(bytesAgainst(declaration, verdict)), declaration, input.live),
        live: input.live,
      },
      signal,
    );
    // An API server that starts refuses everybody for a moment; who is refused twice lacks a right.
    const isFirstRefusal = outcome.result === "Forbidden" && input.attempt?.result !== "Forbidden";
    deps.reportAttempt(finding, {
      ...outcome,
      ...(isFirstRefusal ? { retryMs: firstRefusalRetryMs } : {}),
      streak: streak(input, outcome),
      policyGeneration: policy.generation,
    });
    deps.again(declaration.key, outcome.result === "Written" ? echoMs : 0);
  }
}

/** Whether it can be compared at all, or stays `Unknown` whatever the live object is. */
function isComparable({ refused, unfinished }: Declaration): boolean {
  return refused === undefined && unfinished === undefined;
}

const notNeeded: LiveState = { type: "Absent", sinceMs: 0 };

function liveState(read: LiveRead): LiveState | undefined {
  switch (read.type) {
    case "Present":
      return { type: "Present", body: read.body, arrivedAtMs: read.arrivedAtMs };
    case "Absent":
      return { type: "Absent", sinceMs: read.sinceMs };
    case "Forbidden":
      return { type: "Unknown", reason: "Forbidden", message: read.message };
    case "NotServed":
      return { type: "Unknown", reason: "KindNotServed", message: "the API server does not serve this kind" };
    // Dropped: settled, hence already judged. Unsynced: judged when the watch has caught up.
    case "Dropped":
    case "Unsynced":
      return undefined;
  }
}

function streak(
  { attempt, nowMs }: DriftInput,
  outcome: { readonly result: RollbackAttempt["result"] },
): number {
  const previous = attempt !== undefined && nowMs - attempt.atMs < streakWindowMs ? attempt.streak : 0;
  return outcome.result === "Written" ? previous + 1 : previous;
}
