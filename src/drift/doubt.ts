/** Which findings may be our own fault: a new default, a wrong row in a table. They are counted, and never rolled back. */
import type { FieldChange } from "../diff/field-change.ts";
import type { FieldPath } from "../fieldpath/field-path.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import { createOwnership } from "../fieldpath/managed-fields.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import { isBuiltIn } from "../schema/built-in-types.ts";
import { declaredPaths } from "../schema/declared-paths.ts";
import { fieldAt } from "../schema/field-at.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import type { Confirmation, DriftInput } from "./input.ts";
import type { DoubtfulChange, DoubtReason } from "./verdict.ts";

export interface Divided {
  readonly definite: readonly FieldChange[];
  readonly doubtful: readonly DoubtfulChange[];
}

/** For people: why a finding may be our own fault. */
export const doubtReasons: Readonly<Record<DoubtReason, string>> = {
  NothingChanged: "it was in sync, and nothing has changed since but Holdfast's own knowledge",
  Upgrade: "the same field of many objects at once, just after an upgrade",
  Unowned: "no manager owns it, and it may be a default that Holdfast does not know",
  OtherRelease: "it may be a default of this Kubernetes release, which Holdfast does not know",
};

/** Divides findings on a live object into those that stand and those that may be our own fault. */
export function divideByDoubt(
  changes: readonly FieldChange[],
  input: DriftInput,
  sides: { readonly desired: KubernetesObject; readonly live: KubernetesObject },
): Divided {
  // The API server itself has said that the rollback would change what it is asked to.
  if (changes.length === 0 || isConfirmed(input, sides.live)) return { definite: changes, doubtful: [] };
  if (hasNothingChanged(input, sides.live)) {
    return { definite: [], doubtful: changes.map((change) => ({ change, reason: "NothingChanged" })) };
  }
  const doubtful: DoubtfulChange[] = [];
  const isDoubtfulWhenUnowned = unownedRule(input, sides);
  const definite = changes.filter((change) => {
    const reason = reasonFor(change, input, isDoubtfulWhenUnowned);
    if (reason !== undefined) doubtful.push({ change, reason });
    return reason === undefined;
  });
  return { definite, doubtful };
}

/**
 * What a verdict depends on beside object, revision and policy, as text: if that differs from the mark's, a changed
 * verdict has a cause.
 */
export function dependencies({
  policy,
  scalers,
}: {
  readonly policy: Pick<DriftInput["policy"], "mode">;
  readonly scalers: DriftInput["scalers"];
}): string {
  return [policy.mode, ...scalers.map(({ by }) => by).sort()].join("\n");
}

/** Names one field of one kind, over all objects: list items by their keys are one field. */
export function suspectKey(kind: string, { path }: FieldChange): string {
  return `${kind} ${formatPath(path.filter(({ type }) => type === "field"))}`;
}

/** What dry-runs answered, if they did so for exactly this state. */
export function answerFor(
  { confirmation, revision }: Pick<DriftInput, "confirmation" | "revision">,
  live: KubernetesObject,
): Confirmation | undefined {
  const isForThis =
    confirmation?.revision === revision &&
    confirmation.uid === live.metadata.uid &&
    confirmation.resourceVersion === live.metadata.resourceVersion;
  return isForThis ? confirmation : undefined;
}

/** Whether nothing of this state is open: what the API server does not make by itself, it would undo. */
export function isConfirmed(
  input: Pick<DriftInput, "confirmation" | "revision">,
  live: KubernetesObject,
): boolean {
  return answerFor(input, live)?.isSettled === true;
}

function hasNothingChanged(input: DriftInput, live: KubernetesObject): boolean {
  const { delivered, revision, policy } = input;
  return (
    delivered !== undefined &&
    delivered.uid !== "" &&
    delivered.uid === live.metadata.uid &&
    delivered.resourceVersion === live.metadata.resourceVersion &&
    delivered.revision === revision &&
    delivered.policyGeneration === policy.generation &&
    delivered.dependencies === dependencies(input)
  );
}

function reasonFor(
  change: FieldChange,
  { suspects, resource, schema, tableFits }: DriftInput,
  isDoubtfulWhenUnowned: (change: FieldChange) => boolean,
): DoubtReason | undefined {
  if (suspects?.has(suspectKey(resource.kind, change))) return "Upgrade";
  if (tableFits === false && mayBeNewDefault(change, schema)) return "OtherRelease";
  return isDoubtfulWhenUnowned(change) ? "Unowned" : undefined;
}

/**
 * Whether a default that the table lacks may have put it there: a field of a built-in type without a row. No default
 * adds an item to a list that has some, or a key to a map; those of custom resources are read from the server.
 */
function mayBeNewDefault(change: FieldChange, schema: SchemaNode): boolean {
  if (change.type !== "Added" || change.default !== undefined) return false;
  if (schema.type !== "struct" || !isBuiltIn(schema.name)) return false;
  const field = fieldAt(schema, change.path);
  return field !== undefined && field.fills === undefined;
}

/**
 * A field that Git does not state and nobody owns is doubtful while this object was never seen in sync: then it may be
 * a default that the table lacks. A value that contradicts a row, and anything on an object whose ownership record has
 * gaps, is not: there a hand leaves no owner either.
 */
function unownedRule(
  { delivered, schema }: DriftInput,
  { desired, live }: { readonly desired: KubernetesObject; readonly live: KubernetesObject },
): (change: FieldChange) => boolean {
  const wasInSync = delivered !== undefined && delivered.uid === live.metadata.uid;
  let isTracked: boolean | undefined;
  return (change) => {
    if (wasInSync || change.type !== "Added" || change.default !== undefined) return false;
    if (change.managers.length > 0 || fieldAt(schema, change.path)?.fills !== undefined) return false;
    isTracked ??= isWhollyOwned(declaredPaths(desired, schema), live);
    return isTracked;
  };
}

function isWhollyOwned(paths: readonly FieldPath[], live: KubernetesObject): boolean {
  const ownersOf = createOwnership(live.metadata["managedFields"], live.apiVersion);
  return paths.length > 0 && paths.every((path) => ownersOf(path).length > 0);
}
