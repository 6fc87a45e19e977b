/** The comparison of desired with live: schema-driven, field by field, without a word to anybody else. */
import { comparePaths } from "../fieldpath/compare-paths.ts";
import type { FieldPath } from "../fieldpath/field-path.ts";
import { createOwnership } from "../fieldpath/managed-fields.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { unknownFields } from "../schema/unknown-fields.ts";
import { excuse } from "./excuse.ts";
import { type ExcuseContext, type ExcusedChange, type ExcuseRules, noRules } from "./excuse-rules.ts";
import type { DetectionMode, FieldChange } from "./field-change.ts";
import { withStringDataFolded } from "./secret.ts";
import { Walk } from "./walk.ts";

export interface CompareInput {
  /** Both of one apiVersion, and redacted in the same way or not at all. */
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
  readonly schema: SchemaNode;
  readonly mode: DetectionMode;
  /** The policy's own excuses; the shipped ones always apply. */
  readonly rules?: ExcuseRules;
  /** What Git said when the object was last in sync, if it says something else now. */
  readonly delivered?: KubernetesObject;
}

export interface CompareResult {
  /** Definite, sorted by path. */
  readonly changes: readonly FieldChange[];
  /** Findings that are no drift, each for a reason that can be shown. */
  readonly excused: readonly ExcusedChange[];
  /**
   * Fields in Git that the server's schema does not know: it drops them, so they are a fault of the source. Looked for
   * when somebody asks: live has no say in it.
   */
  readonly unknownFields: readonly FieldPath[];
}

/**
 * Compares what Git states with what is live.
 *
 * - null and absent are one; so is a stated zero or emptiness where the server leaves it out
 * - quantities, times and byte strings are compared by value
 * - items of a `map` list are matched by their keys, of a `set` by value; `atomic` values count whole
 * - one change stands at the highest path that is wholly absent on the other side
 * - `Exact`: what Git does not state is `Added`, but for what the server puts in by itself; `Declared`: it is not looked
 *   at, unless it has taken the place of a stated field (of a probe's handlers the server allows one)
 * - values decide; who owns a field can only excuse it (see `excuse`), and explains it
 *
 * Never throws, whatever the objects hold. Managers are looked up only where something differs.
 */
export function compare(input: CompareInput): CompareResult {
  const { desired, live, schema, mode } = input;
  const stated = withStringDataFolded(desired);
  const walk = new Walk(mode);
  walk.object(stated, live, schema);
  const found = walk.changes.length === 0 ? nothing : explained(walk.changes, { ...input, desired: stated });
  return {
    ...found,
    get unknownFields() {
      return unknownFields(stated, schema);
    },
  };
}

const nothing = { changes: [], excused: [] };

/** Divides what differs into drift and what is excused, and says who owns it. */
function explained(
  differences: readonly FieldChange[],
  { desired, live, schema, rules, delivered }: CompareInput,
): Omit<CompareResult, "unknownFields"> {
  const ownersOf = createOwnership(live.metadata["managedFields"], live.apiVersion);
  const { changes, excused } = excuse(differences, {
    desired,
    live,
    schema,
    rules: rules ?? noRules,
    ownersOf,
    ...(delivered === undefined ? {} : { delivered }),
  });
  return {
    changes: changes
      .map((change) => withManagers(change, ownersOf))
      .sort((a, b) => comparePaths(a.path, b.path)),
    excused: excused.map((one) => ({ ...one, change: withManagers(one.change, ownersOf) })),
  };
}

function withManagers(change: FieldChange, ownersOf: ExcuseContext["ownersOf"]): FieldChange {
  if (change.type === "Removed") return change;
  const managers = ownersOf(change.path).map(({ manager, operation, subresource, time }) => ({
    name: manager,
    operation,
    ...(subresource === undefined ? {} : { subresource }),
    ...(time === undefined ? {} : { time }),
  }));
  return { ...change, managers };
}
