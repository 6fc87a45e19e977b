/** The write: one guarded patch, or one creation, as the policy's own ServiceAccount. */
import type { RollbackOrder } from "../controller/drift-reconciler.ts";
import type { RollbackAttempt } from "../drift/input.ts";
import { recreateBody, rollbackPatch } from "../drift/patch.ts";
import type { ApiFailure } from "../kubernetes/api-failure.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import type { Writer, WriteTarget } from "../kubernetes/write.ts";
import { formatRef } from "../resource/resource.ts";
import { lookAgain } from "./look-again.ts";

export type RollbackOutcome = Omit<RollbackAttempt, "streak" | "policyGeneration">;

export interface RollbackDeps {
  readonly writer: Writer;
  readonly discovery: Discovery;
  readonly now: () => number;
}

/** Answers what became of the write; what it led to is for the watch to show. */
export function createRollback({ writer, discovery, now }: RollbackDeps) {
  return async (order: RollbackOrder, signal: AbortSignal): Promise<RollbackOutcome> => {
    const resource = discovery.find(order.resource);
    const { live } = order;
    const resourceVersion = live.type === "Present" ? (live.body.metadata.resourceVersion ?? "") : "";
    const outcome = (result: RollbackOutcome["result"], message: string) => ({
      result,
      message,
      atMs: now(),
      resourceVersion,
    });
    if (resource === undefined) return outcome("Failed", "the kind is not served any more");
    const { namespace, name } = order.resource;
    const target: WriteTarget = { resource, namespace, name, as: order.serviceAccount };
    const written =
      live.type === "Present"
        ? await writer.patch(
            target,
            rollbackPatch({ ...order, live: live.body, changes: order.verdict.changes }),
            signal,
          )
        : await writer.create(target, recreateBody(order.desired), signal);
    if (written.type === "Written") return outcome("Written", "");
    if (written.failure.reason === "Invalid" && live.type === "Present") {
      const found = await lookAgain(writer, { target, judged: live.body }, signal);
      if (found === "Moved") return outcome("Conflict", "the object changed while it was rolled back");
    }
    return {
      ...outcome(resultOf(written.failure), describe(order, written.failure)),
      ...(isPassing(written.failure) ? { retryMs: written.failure.retryAfterMs ?? passingRetryMs } : {}),
    };
  };
}

/** An API server that is away, or has too much to do, is back sooner than somebody who has to change something. */
const passingRetryMs = 5_000;

function isPassing({ reason, code }: ApiFailure): boolean {
  return reason === "Unreachable" || reason === "TooManyRequests" || code >= 500;
}

function resultOf({ reason, message }: ApiFailure): RollbackAttempt["result"] {
  switch (reason) {
    case "Forbidden":
      return "Forbidden";
    case "Conflict":
    case "AlreadyExists":
    case "NotFound":
      return "Conflict";
    case "Invalid":
      // The API server has no code of its own for this; these are its words for it, in all kinds.
      return /immutable|may not change|updates to .* are forbidden|cannot change/i.test(message)
        ? "Immutable"
        : "Failed";
    case "Unreachable":
    case "Unauthorized":
    case "Expired":
    case "TooManyRequests":
    case "Other":
      return "Failed";
  }
}

function describe(order: RollbackOrder, failure: ApiFailure): string {
  const { namespace, name } = order.serviceAccount;
  if (failure.reason !== "Forbidden") return `rolling back ${formatRef(order.resource)}: ${failure.message}`;
  return `ServiceAccount ${namespace}/${name} may not roll back ${formatRef(order.resource)}: ${failure.message}`;
}
