/** The hand that edits a live object at a random place, under a name of its choice. */
import type { KubernetesObject } from "../../../src/resource/resource.ts";
import type { Chance } from "./chance.ts";
import { objectOf, type RoundContext, read } from "./context.ts";
import { type Edit, kindsInTurn, randomEdit } from "./edits.ts";
import { createValueMaker } from "./make-value.ts";
import { editRequest, type WriteMethod, writeMethods } from "./write-edit.ts";

export interface Edited {
  readonly edit: Edit;
  readonly method: WriteMethod;
  readonly manager: string;
  /** The stored object, right before and right after. */
  readonly before: KubernetesObject;
  readonly after: KubernetesObject;
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
