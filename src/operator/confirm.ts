/** The dry-run of a rollback, as the operator itself: what the API server would make of it. Nothing is written. */
import { type Backoff, backoffMs } from "../async/backoff.ts";
import type { ConfirmOrder, ConfirmOutcome } from "../controller/confirming.ts";
import { insistedChanges } from "../drift/insisted.ts";
import { kindNameOf } from "../drift/makers.ts";
import { rollbackPatch } from "../drift/patch.ts";
import type { ApiFailure } from "../kubernetes/api-failure.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import type { Writer, WriteTarget } from "../kubernetes/write.ts";
import type { GroupVersionKind, KubernetesObject } from "../resource/resource.ts";
import { lookAgain } from "./look-again.ts";

export interface ConfirmDeps {
  readonly writer: Pick<Writer, "patch" | "read">;
  readonly discovery: Pick<Discovery, "find">;
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** As every object is redacted that enters the process. */
  redact(object: KubernetesObject): KubernetesObject;
  /** Told once for each kind, and again after an answer. The server's words are left out: they may quote values. */
  refused(gvk: GroupVersionKind, reason: ApiFailure["reason"]): void;
}

/** What is not permitted is tried again after this long: somebody may have granted it. */
const forbiddenMs = 600_000;
const failureBackoff: Backoff = { firstMs: 5_000, maxMs: 300_000 };
/** The API server checks whether a writer holds the rights that are granted, in a dry-run too. */
const rbacGroup = "rbac.authorization.k8s.io";

/** A kind that is not asked about for a while. */
interface Pause {
  readonly untilMs: number;
  readonly failures: number;
  readonly retries: boolean;
}

const notSettled: ConfirmOutcome = { type: "NotSettled" };

/** The patch is exactly the rollback's, guard included: server-side apply would not see what was added. */
export function createConfirm(deps: ConfirmDeps) {
  const { writer, discovery, now } = deps;
  /** By group and kind. */
  const pauses = new Map<string, Pause>();

  return async function confirm(order: ConfirmOrder, signal: AbortSignal): Promise<ConfirmOutcome> {
    const resource = discovery.find(order.resource);
    if (resource === undefined || resource.group === rbacGroup) return notSettled;
    const pause = pauses.get(kindNameOf(order.resource));
    if (pause !== undefined && now() < pause.untilMs)
      return pause.retries ? { type: "NotSettled", retryMs: pause.untilMs - now() } : notSettled;
    const { namespace, name } = order.resource;
    const target: WriteTarget = { resource, namespace, name, dryRun: true };
    const answer = await writer.patch(target, rollbackPatch(order), signal);
    if (answer.type === "Failed") return await outcomeOf(answer.failure, { order, target }, signal);
    pauses.delete(kindNameOf(order.resource));
    return { type: "Answered", insisted: insistedBy(answer.object, order) };
  };

  function insistedBy(answer: KubernetesObject, order: ConfirmOrder): ReadonlySet<string> {
    return insistedChanges({
      asked: order.changes,
      desired: deps.redact(order.desired),
      answer: deps.redact(answer),
      schema: order.schema,
      policy: order.policy,
    });
  }

  async function outcomeOf(
    failure: ApiFailure,
    { order, target }: { readonly order: ConfirmOrder; readonly target: WriteTarget },
    signal: AbortSignal,
  ): Promise<ConfirmOutcome> {
    switch (failure.reason) {
      // The object moved, or is gone: the watch brings what there is to judge.
      case "Conflict":
      case "NotFound":
      case "AlreadyExists":
        return notSettled;
      case "Invalid":
        if ((await lookAgain(writer, { target, judged: order.live }, signal)) !== "Same") return notSettled;
        // The kind's own rules name the field that may not be changed: so it would be changed. Others who refuse
        // (an admission policy, a webhook) do so whatever is changed, and settle nothing.
        if (failure.fields === undefined) return wait(order.resource, failure, { retries: false });
        pauses.delete(kindNameOf(order.resource));
        return { type: "Answered", insisted: new Set() };
      case "Forbidden":
        return wait(order.resource, failure, { retries: false });
      case "Unreachable":
      case "Unauthorized":
      case "Expired":
      case "TooManyRequests":
      case "Other":
        return wait(order.resource, failure, { retries: true });
    }
  }

  function wait(
    gvk: GroupVersionKind,
    failure: ApiFailure,
    { retries }: Pick<Pause, "retries">,
  ): ConfirmOutcome {
    const kind = kindNameOf(gvk);
    const failures = (pauses.get(kind)?.failures ?? 0) + 1;
    if (failures === 1) deps.refused(gvk, failure.reason);
    const passingMs = failure.retryAfterMs ?? backoffMs(failureBackoff, failures, deps.random());
    const pauseMs = retries ? passingMs : forbiddenMs;
    pauses.set(kind, { untilMs: now() + pauseMs, failures, retries });
    return retries ? { type: "NotSettled", retryMs: pauseMs } : notSettled;
  }
}
