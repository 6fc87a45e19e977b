/** What the API server, admission included, answers to a dry-run that is not what was asked of it. */
import { compare } from "../diff/compare.ts";
import type { FieldChange } from "../diff/field-change.ts";
import { sameJson } from "../diff/same-json.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { Json, KubernetesObject } from "../resource/resource.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import type { PolicyRules } from "./input.ts";

/** By `formatPath`. */
export type ShownChanges = ReadonlyMap<string, FieldChange>;

/** Where the answer is not what Git and the table of defaults say. Both objects are redacted as live ones are. */
export function shownChanges(
  desired: KubernetesObject,
  answer: KubernetesObject,
  by: { readonly schema: SchemaNode; readonly policy: Pick<PolicyRules, "mode" | "rules"> },
): ShownChanges {
  const { mode, rules } = by.policy;
  const { changes, excused } = compare({ desired, live: answer, schema: by.schema, mode, rules });
  // Owners are others after a write: what is excused by them is there all the same.
  return new Map(
    [...changes, ...excused.map(({ change }) => change)].map((change) => [formatPath(change.path), change]),
  );
}

/**
 * The changes, by `formatPath`, that the answer shows with the very value that is live. Where it shows another one, what
 * is live is not what admission wants, and hence was put there by a hand.
 */
export function insistedChanges(asked: readonly FieldChange[], shown: ShownChanges): ReadonlySet<string> {
  const insisted = asked.filter((change) => {
    const again = shown.get(formatPath(change.path));
    return again?.type === change.type && sameJson(liveOf(again), liveOf(change));
  });
  return new Set(insisted.map(({ path }) => formatPath(path)));
}

function liveOf(change: FieldChange): Json {
  return change.type === "Removed" ? null : change.live;
}
