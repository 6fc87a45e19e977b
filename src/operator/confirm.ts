/** What the API server would make of a finding, told by dry-runs as the operator itself. Nothing is written. */
import type { ConfirmOrder, ConfirmOutcome } from "../controller/confirming.ts";
import { insistedChanges, shownChanges } from "../drift/insisted.ts";
import { kindNameOf } from "../drift/makers.ts";
import { rollbackPatch } from "../drift/patch.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { ApiFailure } from "../kubernetes/api-failure.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import type { Writer, WriteTarget } from "../kubernetes/write.ts";
import type { GroupVersionKind, KubernetesObject } from "../resource/resource.ts";
import { createCreation } from "./creation.ts";
import { lookAgain } from "./look-again.ts";
import { type PauseDeps, Pauses } from "./pauses.ts";

export interface ConfirmDeps extends PauseDeps {
  readonly writer: Pick<Writer, "create" | "patch" | "read">;
  readonly discovery: Pick<Discovery, "find">;
  /** As every object is redacted that enters the process. */
  redact(object: KubernetesObject): KubernetesObject;
  /**
   * Told once for each verb and kind (for `create`, in each namespace), and again after an answer. The server's words
   * are left out: they may quote values.
   */
  refused(verb: DryRunVerb, gvk: GroupVersionKind, reason: ApiFailure["reason"]): void;
}

export type DryRunVerb = "create" | "patch";

/** The API server checks whether a writer holds the rights that are granted, in a dry-run too. */
const rbacGroup = "rbac.authorization.k8s.io";

const none: ReadonlySet<string> = new Set();

/**
 * First what the server makes of the object as Git states it: a value that it puts in by itself, or that admission does,
 * is nobody's edit. For the rest the very rollback, guard included (server-side apply would not see what was added): what
 * comes back with the live value is insisted on, what would be undone is drift.
 */
export function createConfirm(deps: ConfirmDeps) {
  const { writer, discovery } = deps;
  const pauses = new Pauses(deps);
  const shownAtCreation = createCreation({
    ...deps,
    pauses,
    refused: (gvk, reason) => deps.refused("create", gvk, reason),
  });

  return async function confirm(order: ConfirmOrder, signal: AbortSignal): Promise<ConfirmOutcome> {
    const resource = discovery.find(order.resource);
    if (resource === undefined || resource.group === rbacGroup) return { type: "NotSettled", insisted: none };
    const creation = await shownAtCreation(
      order,
      resource,
      (shown) => insistedChanges(order.changes, shown).size === order.changes.length,
      signal,
    );
    if (creation.type === "NotShown" && creation.retryMs !== undefined)
      return { type: "NotSettled", insisted: none, retryMs: creation.retryMs };
    const made = creation.type === "Shown" ? insistedChanges(order.changes, creation.changes) : none;
    const changes = order.changes.filter(({ path }) => !made.has(formatPath(path)));
    if (changes.length === 0) return { type: "Answered", insisted: made };
    const { namespace, name } = order.resource;
    const target: WriteTarget = { resource, namespace, name, dryRun: true };
    const outcome = await undo({ ...order, changes }, target, signal);
    return { ...outcome, insisted: new Set([...made, ...outcome.insisted]) };
  };

  async function undo(
    order: ConfirmOrder,
    target: WriteTarget,
    signal: AbortSignal,
  ): Promise<ConfirmOutcome> {
    const asked = patchOf(order.resource);
    const pause = pauses.get(asked);
    if (pause !== undefined) return { type: "NotSettled", insisted: none, ...pause };
    const answer = await writer.patch(target, rollbackPatch(order), signal);
    if (answer.type === "Failed") return await outcomeOf(answer.failure, { order, target }, signal);
    pauses.end(asked);
    const shown = shownChanges(deps.redact(order.desired), deps.redact(answer.object), order);
    return { type: "Answered", insisted: insistedChanges(order.changes, shown) };
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
        return { type: "NotSettled", insisted: none };
      case "Invalid":
        if ((await lookAgain(writer, { target, judged: order.live }, signal)) !== "Same")
          return { type: "NotSettled", insisted: none };
        // The kind's own rules name the field that may not be changed: so it would be changed. Others who refuse
        // (an admission policy, a webhook) do so whatever is changed, and settle nothing.
        if (failure.fields === undefined) return wait(order.resource, failure);
        pauses.end(patchOf(order.resource));
        return { type: "Answered", insisted: none };
      case "Forbidden":
      case "Unreachable":
      case "Unauthorized":
      case "Expired":
      case "TooManyRequests":
      case "Other":
        return wait(order.resource, failure);
    }
  }

  function wait(gvk: GroupVersionKind, failure: ApiFailure): ConfirmOutcome {
    const { isFirst, ...pause } = pauses.begin(patchOf(gvk), failure);
    if (isFirst) deps.refused("patch", gvk, failure.reason);
    return { type: "NotSettled", insisted: none, ...pause };
  }
}

function patchOf(gvk: GroupVersionKind): string {
  return `patch ${kindNameOf(gvk)}`;
}
