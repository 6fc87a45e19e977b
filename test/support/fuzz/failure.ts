/** What a round may find wrong, and all that is needed to see why. */
import type { FieldChange } from "../../../src/diff/field-change.ts";
import { formatPath } from "../../../src/fieldpath/format-path.ts";
import type { JsonObject, KubernetesObject } from "../../../src/resource/resource.ts";
import type { Difference } from "./difference.ts";
import type { Edit } from "./edits.ts";

export type Fault = "FalseAlarm" | "Missed" | "RollbackRefused" | "RollbackNotExact";

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

export function missedChange(difference: Difference, found: Found & { readonly edit: Edit }): Failure {
  return { fault: "Missed", path: formatPath(difference.path), details: sidesOf(difference), ...found };
}

export function sidesOf({ before, after, isOrder }: Difference): JsonObject {
  return {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(isOrder === undefined ? {} : { isOrder }),
  };
}
