/** The rollback as a guarded JSON Patch (RFC 6902): exactly the recorded changes, and nothing else. */
import type { FieldChange } from "../diff/field-change.ts";
import { withStringDataFolded } from "../diff/secret.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import type { JsonPatchOperation } from "./json-patch.ts";
import { PatchDraft } from "./patch-draft.ts";
import { valueAt } from "./path-walk.ts";

export interface RollbackPatchInput {
  /** From `compare`; paths only are used of them, since their values are redacted. */
  readonly changes: readonly FieldChange[];
  /** The unredacted desired object: every value that is written comes from here. */
  readonly desired: KubernetesObject;
  /** The live object that the changes are against; for its version, and to find list items. May be redacted. */
  readonly live: KubernetesObject;
}

/**
 * The operations that make live say what Git says, at the changed paths alone.
 *
 * The first one replaces resourceVersion by the one that was judged: the server answers 409 if the object has moved
 * since, and also if it was deleted and made anew, so that uid needs no guard of its own. (A `test` would answer 422,
 * which cannot be told from a bad patch.)
 *
 * Operations are made against a copy that each of them is applied to, so indices are those that the server will see.
 */
export function rollbackPatch(input: RollbackPatchInput): readonly JsonPatchOperation[] {
  return draftOf(input).operations;
}

/** The live object with the changes undone: what that patch aims at. */
export function rolledBack(input: RollbackPatchInput): KubernetesObject {
  return draftOf(input).object();
}

function draftOf({ changes, desired, live }: RollbackPatchInput): PatchDraft {
  const draft = new PatchDraft(live);
  draft.guard(live.metadata.resourceVersion ?? "");
  const stated = withStringDataFolded(desired);
  // Orders first: whole items move, and what is changed inside them must be addressed where they then stand.
  for (const change of changes) if (isReorder(change)) draft.reorder(change.path, stated);
  for (const change of changes) {
    if (isReorder(change)) continue;
    if (change.type !== "Added") draft.put(change.path, stated);
    else if (comesBack(change, stated)) draft.remove(change.path);
    else draft.write(change.path, change.default ?? null);
  }
  return draft;
}

/** Fields of `metadata` that only the server may set. */
const serverOwned: ReadonlySet<string> = new Set([
  "creationTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);

/** The body that creates a missing object anew: what Git states, without what only the server may say. */
export function recreateBody(desired: KubernetesObject): KubernetesObject {
  const { status: _, ...body } = desired;
  const metadata = Object.entries(desired.metadata).filter(([field]) => !serverOwned.has(field));
  return { ...body, metadata: Object.fromEntries(metadata) };
}

/**
 * Whether the server puts in its default again once the field is gone. It does, unless the default is part of that of an
 * object around it (`spec: {default: {size: 3}}`): that object is there, so nothing of its default is put in again.
 */
function comesBack(change: FieldChange & { readonly type: "Added" }, stated: KubernetesObject): boolean {
  if (change.default === undefined) return true;
  if (keptFields.has(`${stated.kind} ${formatPath(change.path)}`)) return false;
  return valueAt(stated, change.path.slice(0, -1)) !== undefined;
}

/** Defaults that are put in at creation alone: a write without the field leaves it as it is (alloc.go of core/service). */
const keptFields: ReadonlySet<string> = new Set(["Service spec.ipFamilyPolicy"]);

function isReorder(change: FieldChange): boolean {
  return change.type === "Modified" && change.orderOnly === true;
}
