/** Which rows of the table were exercised, and which of their conditions were met by objects for which they do not hold. */
import type { JsonObject } from "../../../src/resource/resource.ts";
import { compileCondition, type Holds } from "../../../src/schema/fills/conditions.ts";
import type { Condition, FillRow } from "../../../src/schema/fills/fill-row.ts";
import type { Roots } from "../../../src/schema/schema-node.ts";

interface Exercised {
  readonly row: FillRow;
  readonly conditions: readonly { readonly text: string; readonly holds: Holds; failed: boolean }[];
  held: boolean;
}

export interface RowCoverage {
  /** An object in which the field is open, or is filled in any case. */
  observe(field: string, parent: JsonObject, roots: Roots): void;
  /** One line for each row that never held, and each condition that never failed. */
  missing(): readonly string[];
}

export function createRowCoverage(rows: readonly FillRow[]): RowCoverage {
  const byField = Map.groupBy(rows.map(exercised), ({ row }) => row.field);
  return { observe, missing };

  function observe(field: string, parent: JsonObject, roots: Roots): void {
    const exercised = byField.get(field) ?? [];
    apply(
      exercised.filter(({ row }) => row.value !== "dropped"),
      parent,
      roots,
    );
    for (const one of exercised.filter(({ row }) => row.value === "dropped")) apply([one], parent, roots);
  }

  /** The first that holds is the one that counts. */
  function apply(rows: readonly Exercised[], parent: JsonObject, roots: Roots): void {
    for (const one of rows) {
      const failed = one.conditions.filter(({ holds }) => !holds(parent, roots));
      for (const condition of failed) condition.failed = true;
      if (failed.length > 0) continue;
      one.held = true;
      return;
    }
  }

  function missing(): readonly string[] {
    return [...byField.values()]
      .flat()
      .flatMap(({ row, held, conditions }) => [
        ...(held ? [] : [`${row.field} = ${JSON.stringify(row.value)}: never applied`]),
        ...conditions.filter(({ failed }) => !failed).map(({ text }) => `${row.field}: always ${text}`),
      ]);
  }
}

function exercised(row: FillRow): Exercised {
  const kinds: readonly Condition[] = row.kinds === undefined ? [] : [{ field: "/kind", in: row.kinds }];
  const conditions = [...kinds, ...(row.when ?? [])].map((condition) => ({
    text: JSON.stringify(condition),
    holds: compileCondition(condition),
    failed: false,
  }));
  return { row, conditions, held: false };
}
