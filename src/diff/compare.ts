/** The comparison of desired with live: schema-driven, field by field, without a word to anybody else. */
import { comparePaths } from "../fieldpath/compare-paths.ts";
import type { FieldPath } from "../fieldpath/field-path.ts";
import { createOwnership } from "../fieldpath/managed-fields.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { unknownFields } from "../schema/unknown-fields.ts";
import { DeclaredWalk } from "./declared-walk.ts";
import type { DetectionMode, FieldChange } from "./field-change.ts";
import { withStringDataFolded } from "./secret.ts";

export interface CompareInput {
  /** Both of one apiVersion, and redacted in the same way or not at all. */
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
  readonly schema: SchemaNode;
  /** `Exact` needs tables that are not here yet: whoever reads it from a user refuses it. */
  readonly mode: DetectionMode;
}

export interface CompareResult {
  /** Definite, sorted by path. */
  readonly changes: readonly FieldChange[];
  /** Findings that may be our own fault, and findings that are no drift for a reason. In mode `Declared` there are none. */
  readonly doubtful: readonly FieldChange[];
  readonly excused: readonly ExcusedChange[];
  /** Fields in Git that the server's schema does not know: it drops them, so they are a fault of the source. */
  readonly unknownFields: readonly FieldPath[];
}

export interface ExcusedChange {
  readonly change: FieldChange;
  readonly reason: string;
}

/**
 * Compares what Git states with what is live. A field that Git does not state is not looked at (`Declared`), but where
 * it has taken the place of a stated one: of a probe's handlers, or two ports of one name, the server allows one.
 *
 * - null and absent are one; so is a stated zero or emptiness where the server leaves it out
 * - quantities, times and byte strings are compared by value
 * - items of a `map` list are matched by their keys, of a `set` by value; `atomic` values count whole
 * - one change stands at the highest path that is wholly absent on the live side
 *
 * Never throws, whatever the objects hold. Managers are looked up only where something changed.
 */
export function compare({ desired, live, schema }: CompareInput): CompareResult {
  const stated = withStringDataFolded(desired);
  const walk = new DeclaredWalk();
  walk.object(stated, live, schema);
  return {
    changes: withManagers(
      walk.changes.sort((a, b) => comparePaths(a.path, b.path)),
      live,
    ),
    doubtful: [],
    excused: [],
    unknownFields: unknownFields(stated, schema),
  };
}

/** Names the managers only where something changed: decoding them costs more than comparing. */
function withManagers(changes: readonly FieldChange[], live: KubernetesObject): readonly FieldChange[] {
  if (changes.length === 0) return changes;
  const ownersOf = createOwnership(live.metadata["managedFields"], live.apiVersion);
  return changes.map((change) => {
    if (change.type === "Removed") return change;
    const managers = ownersOf(change.path).map(({ manager, operation, subresource, time }) => ({
      name: manager,
      operation,
      ...(subresource === undefined ? {} : { subresource }),
      ...(time === undefined ? {} : { time }),
    }));
    return { ...change, managers };
  });
}
