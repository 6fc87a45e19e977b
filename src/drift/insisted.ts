/** What admission insists on: changes that the API server makes again in its answer to a dry-run of the rollback. */
import { compare } from "../diff/compare.ts";
import type { FieldChange } from "../diff/field-change.ts";
import { sameJson } from "../diff/same-json.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { Json, KubernetesObject } from "../resource/resource.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import type { PolicyRules } from "./input.ts";

export interface AnswerInput {
  /** What the rollback was asked to undo. */
  readonly asked: readonly FieldChange[];
  /** Both redacted, as the objects were from which `asked` comes. */
  readonly desired: KubernetesObject;
  readonly answer: KubernetesObject;
  readonly schema: SchemaNode;
  readonly policy: Pick<PolicyRules, "mode" | "rules">;
}

/**
 * The asked changes, by `formatPath`, that the answer still shows with the very value that was live. Where it shows
 * another one, what was live is not what admission wants, and hence was put there by a hand.
 */
export function insistedChanges({
  asked,
  desired,
  answer,
  schema,
  policy,
}: AnswerInput): ReadonlySet<string> {
  const { changes, excused } = compare({
    desired,
    live: answer,
    schema,
    mode: policy.mode,
    rules: policy.rules,
  });
  // Owners are others after the write: what is excused by them is there all the same.
  const shown = new Map(
    [...changes, ...excused.map(({ change }) => change)].map((change) => [formatPath(change.path), change]),
  );
  const insisted = asked.filter((change) => {
    const again = shown.get(formatPath(change.path));
    return again?.type === change.type && sameJson(liveOf(again), liveOf(change));
  });
  return new Set(insisted.map(({ path }) => formatPath(path)));
}

function liveOf(change: FieldChange): Json {
  return change.type === "Removed" ? null : change.live;
}
