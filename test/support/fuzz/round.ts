/** One round: an object is delivered, compared, edited by hand, compared again, and rolled back in a dry-run. */
import type { ApiAnswer } from "../../../dev/control-plane/api-request.ts";
import { compare } from "../../../src/diff/compare.ts";
import type { DetectionMode, FieldChange } from "../../../src/diff/field-change.ts";
import { rollbackPatch } from "../../../src/drift/patch.ts";
import { formatPath } from "../../../src/fieldpath/format-path.ts";
import type { JsonObject, KubernetesObject } from "../../../src/resource/resource.ts";
import type { SchemaNode } from "../../../src/schema/schema-node.ts";
import type { DeliveryWay } from "../delivery.ts";
import type { Chance } from "./chance.ts";
import { said } from "./client.ts";
import { areRelated, type Difference, differences } from "./difference.ts";
import { type Edit, kindsInTurn, randomEdit } from "./edits.ts";
import { type Case, exceptionFor, isStated } from "./exceptions.ts";
import { createValueMaker } from "./make-value.ts";
import type { Place, Subject } from "./subjects.ts";
import { editRequest, type WriteMethod, writeMethods } from "./write-edit.ts";

export type Fault = "FalseAlarm" | "Missed" | "RollbackRefused" | "RollbackNotExact" | "Crashed";

export interface Failure {
  readonly fault: Fault;
  /** Where: what was found and should not have been, was missed, or is not as before. */
  readonly path: string;
  readonly details: JsonObject;
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
  readonly changes: readonly FieldChange[];
  readonly edit?: Edit;
}

export interface Outcome {
  readonly kind: string;
  readonly way: DeliveryWay;
  readonly edit?: Edit;
  readonly method?: WriteMethod;
  readonly manager?: string;
  readonly result:
    | "NotDelivered"
    /** No edit that the server took was found for it. */
    | "NotEdited"
    /** The server took the edit and stored what it had. */
    | "Unchanged"
    | "Excepted"
    | "Found"
    | "Failed";
  /** Of a rollback: `Immutable` where the server refuses to change the field back. */
  readonly rollback?: "Exact" | "Immutable" | "Failed";
  readonly reasons: readonly string[];
  readonly failures: readonly Failure[];
}

export interface RoundContext extends Place {
  readonly mode: DetectionMode;
  schemaOf(object: KubernetesObject): SchemaNode;
  /** As an ownerReference, for namespaced objects and for the others. */
  ownerOf(object: KubernetesObject): JsonObject;
}

const managers = [
  "kubectl-edit",
  "kubectl-patch",
  "kubectl-create",
  "node-client",
  // Forged: what others are called.
  "argocd-controller",
  "kustomize-controller",
  "kube-controller-manager",
  "cert-manager-cainjector",
  "holdfast",
] as const;
const tries = 8;

export async function playRound(
  context: RoundContext,
  { desired, url }: Subject,
  { chance, way }: { readonly chance: Chance; readonly way: DeliveryWay },
): Promise<Outcome> {
  const base = { kind: desired.kind, way, reasons: [], failures: [] };
  const delivered = await context.delivery.tryDeliver(way, desired);
  if (delivered.status >= 300) {
    return { ...base, result: "NotDelivered", reasons: [said(delivered.body)] };
  }
  try {
    const untouched = await read(context, url);
    const alarms = changesOf(context, desired, untouched);
    if (alarms.length > 0) {
      const failures = alarms.map((change) =>
        falseAlarm(change, { desired, live: untouched, changes: alarms }),
      );
      return { ...base, result: "Failed", failures };
    }
    const edited = await editSomewhere(context, url, chance);
    if (edited === undefined) return { ...base, result: "NotEdited" };
    return { ...base, ...(await judge(context, { desired, url, edited })) };
  } finally {
    await remove(context, url);
  }
}

export interface Edited {
  readonly edit: Edit;
  readonly method: WriteMethod;
  readonly manager: string;
  /** The stored object, right before and right after. */
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
}

export async function editSomewhere(
  context: RoundContext,
  url: string,
  chance: Chance,
): Promise<Edited | undefined> {
  const maker = createValueMaker(context.published, chance);
  const method = chance.pick(writeMethods);
  const manager = chance.pick(managers);
  const isStripped = chance.isLucky(0.15);
  // The server refuses many an edit that chance makes: each kind is tried twice before the next has its turn.
  for (const kind of kindsInTurn(chance).flatMap((kind) => [kind, kind])) {
    const before = await read(context, url);
    const owner = context.ownerOf(before);
    const edit = randomEdit(kind, before, { published: context.published, chance, maker, owner });
    const edited = edit && (await makeEdit(context, { edit, method, manager, url, before }));
    if (edited === undefined) continue;
    return isStripped ? withoutManagers(context, url, edited) : edited;
  }
  return undefined;
}

/** Undefined if the server refuses it, or the object moved meanwhile. */
export async function makeEdit(
  context: RoundContext,
  at: Omit<Edited, "after"> & { readonly url: string },
): Promise<Edited | undefined> {
  const { edit, manager, url, before } = at;
  const { published } = context;
  const { request, method } = editRequest(edit, at.method, { published, url, manager, live: before });
  const answer = await context.client.send(request);
  if (answer.status !== 200) return undefined;
  return { edit, method, manager, before, after: objectOf(answer) };
}

async function withoutManagers(context: RoundContext, url: string, edited: Edited): Promise<Edited> {
  const { resourceVersion } = edited.after.metadata;
  const answer = await context.client.send({
    method: "PATCH",
    path: url,
    body: { metadata: { resourceVersion, managedFields: [{}] } },
    contentType: "application/merge-patch+json",
  });
  return answer.status === 200 ? { ...edited, after: objectOf(answer) } : edited;
}

export async function judge(
  context: RoundContext,
  { desired, url, edited }: { desired: KubernetesObject; url: string; edited: Edited },
): Promise<Pick<Outcome, "result" | "rollback" | "reasons" | "failures" | "edit" | "method" | "manager">> {
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

function isImmutable({ body }: ApiAnswer): boolean {
  return /immutable|must not update|may not (?:change|be (?:changed|unset))|forbidden|cannot be (?:changed|unset)|not allowed to be changed|field can not be/i.test(
    said(body),
  );
}

export function changesOf(
  { mode, schemaOf }: RoundContext,
  desired: KubernetesObject,
  live: KubernetesObject,
): readonly FieldChange[] {
  return compare({ desired, live, schema: schemaOf(desired), mode }).changes;
}

/** A default that went with what was edited: it is back, or not, once that is rolled back. */
function isSideEffect({ path, after }: Difference, desired: KubernetesObject): boolean {
  return after === undefined && !isStated(desired, path);
}

type Found = Pick<Failure, "desired" | "live" | "changes">;

export function falseAlarm(change: FieldChange, found: Found): Failure {
  const { path, type } = change;
  const details = {
    type,
    ...("desired" in change ? { desired: change.desired } : {}),
    ...("live" in change ? { live: change.live } : {}),
  };
  return { fault: "FalseAlarm", path: formatPath(path), details, ...found };
}

function missedChange(difference: Difference, found: Found & { readonly edit: Edit }): Failure {
  return { fault: "Missed", path: formatPath(difference.path), details: sidesOf(difference), ...found };
}

function sidesOf({ before, after, isOrder }: Difference): JsonObject {
  return {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(isOrder === undefined ? {} : { isOrder }),
  };
}

export async function read({ client }: RoundContext, url: string): Promise<KubernetesObject> {
  const answer = await client.send({ path: url });
  if (answer.status !== 200) throw new Error(`GET ${url}: ${answer.status}`);
  return objectOf(answer);
}

/** Whatever finalizers stand on it: nobody would take those away that chance put there. */
export async function remove({ client }: RoundContext, url: string): Promise<void> {
  const { status } = await client.send({
    method: "DELETE",
    path: `${url}?gracePeriodSeconds=0&propagationPolicy=Background`,
  });
  if (status === 404) return;
  await client.send({
    method: "PATCH",
    path: url,
    body: { metadata: { finalizers: null } },
    contentType: "application/merge-patch+json",
  });
}

function objectOf({ body }: ApiAnswer): KubernetesObject {
  return body as KubernetesObject; // the API server answers with the object
}
