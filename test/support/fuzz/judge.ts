/** Whether an edit was found, and whether the rollback undoes exactly that. */
import type { ApiAnswer } from "../../../dev/control-plane/api-request.ts";
import { rollbackPatch } from "../../../src/drift/patch.ts";
import { formatPath } from "../../../src/fieldpath/format-path.ts";
import type { KubernetesObject } from "../../../src/resource/resource.ts";
import { said } from "./client.ts";
import { changesOf, objectOf, type RoundContext, read } from "./context.ts";
import { areRelated, type Difference, differences } from "./difference.ts";
import type { Edit } from "./edits.ts";
import { type Case, exceptionFor, isStated } from "./exceptions.ts";
import { type Failure, falseAlarm, missedChange, sidesOf } from "./failure.ts";
import type { Edited } from "./hand.ts";
import type { WriteMethod } from "./write-edit.ts";

/** What came of an edit. */
export interface Judged {
  readonly edit: Edit;
  readonly method: WriteMethod;
  readonly manager: string;
  /** `Unchanged`: the server took the edit and stored what it had. */
  readonly result: "Unchanged" | "Excepted" | "Found" | "Failed";
  /** `Immutable`: the server refuses to change the field back. */
  readonly rollback?: "Exact" | "Immutable" | "Failed";
  readonly reasons: readonly string[];
  readonly failures: readonly Failure[];
}

/** A controller may move the object again and again. */
const tries = 8;

export async function judge(
  context: RoundContext,
  { desired, url, edited }: { desired: KubernetesObject; url: string; edited: Edited },
): Promise<Judged> {
  const { before, after, edit, method, manager } = edited;
  const base = { edit, method, manager };
  const stored = differences(context.published, before, after);
  if (stored.length === 0) return { ...base, result: "Unchanged", reasons: [], failures: [] };
  const changes = changesOf(context, desired, after);
  const one: Case = { desired, before, after, step: "Edit" };
  const reasons = stored.flatMap((difference) => exceptionFor(difference, one) ?? []);
  const missed = stored.filter(
    (difference) =>
      exceptionFor(difference, one) === undefined &&
      !changes.some(({ path }) => areRelated(path, difference.path)) &&
      !(changes.length > 0 && isSideEffect(difference, desired)),
  );
  if (missed.length > 0) {
    const failures = missed.map((difference) =>
      missedChange(difference, { desired, live: after, changes, edit }),
    );
    return { ...base, result: "Failed", reasons, failures };
  }
  if (changes.length === 0) return { ...base, result: "Excepted", reasons, failures: [] };
  const failures = await rollBack(context, { desired, url, edited });
  if (failures === "Immutable")
    return { ...base, result: "Found", rollback: "Immutable", reasons, failures: [] };
  return failures.length === 0
    ? { ...base, result: "Found", rollback: "Exact", reasons, failures }
    : { ...base, result: "Failed", rollback: "Failed", reasons, failures };
}

/** Controllers move the object meanwhile: judged again, as the operator does it. */
async function rollBack(
  context: RoundContext,
  { desired, url, edited }: { desired: KubernetesObject; url: string; edited: Edited },
): Promise<readonly Failure[] | "Immutable"> {
  const { edit, before } = edited;
  for (let attempt = 0; ; attempt++) {
    const live = await read(context, url);
    const changes = changesOf(context, desired, live);
    const body = rollbackPatch({ changes, desired, live });
    const path = `${url}?dryRun=All&fieldManager=holdfast`;
    const answer = await context.client.send({
      method: "PATCH",
      path,
      body,
      contentType: "application/json-patch+json",
    });
    if (answer.status === 409 && attempt < tries) continue;
    if (answer.status === 422 && isImmutable(answer)) return "Immutable";
    // A path that is gone meanwhile is answered like a wrong one; a controller may have taken it away.
    if (answer.status === 422 && attempt < tries && hasMoved(await read(context, url), live)) continue;
    if (answer.status !== 200) {
      const details = {
        message: answer.body["message"] ?? null,
        status: answer.status,
        patch: body.map((op) => ({ ...op })),
      };
      return [
        { fault: "RollbackRefused", path: formatPath(edit.path), details, desired, live, changes, edit },
      ];
    }
    const restored = objectOf(answer);
    const one: Case = { desired, before, after: restored, step: "Rollback" };
    // Whatever is excepted below: what was rolled back is in sync.
    const [left] = changesOf(context, desired, restored);
    if (left !== undefined) {
      const { details, path } = falseAlarm(left, { desired, live: restored, changes });
      return [{ fault: "RollbackNotExact", path, details, desired, live, changes, edit }];
    }
    return differences(context.published, before, restored)
      .filter((difference) => exceptionFor(difference, one) === undefined)
      .map((difference) => ({
        fault: "RollbackNotExact",
        path: formatPath(difference.path),
        details: sidesOf(difference),
        desired,
        live,
        changes,
        edit,
      }));
  }
}

function hasMoved(now: KubernetesObject, judged: KubernetesObject): boolean {
  return now.metadata.resourceVersion !== judged.metadata.resourceVersion;
}

function isImmutable({ body }: ApiAnswer): boolean {
  return /immutable|must not update|can only be modified|less than or equal to previous value|may not (?:change|be (?:changed|unset))|forbidden|cannot be (?:changed|unset)|not allowed to be changed|field can not be/i.test(
    said(body),
  );
}

/** A default that went with what was edited: it is back, or not, once that is rolled back. */
function isSideEffect({ path, after }: Difference, desired: KubernetesObject): boolean {
  return after === undefined && !isStated(desired, path);
}
