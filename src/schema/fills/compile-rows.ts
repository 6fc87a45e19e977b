/** Rows of the table as functions, made once: comparing reads no texts of rows. */
import type { Json } from "../../resource/resource.ts";
import type { ServerFill } from "../schema-node.ts";
import { computations } from "./computations.ts";
import { compileConditions, type Holds } from "./conditions.ts";
import { compileFieldRef, type ReadField } from "./field-ref.ts";
import type { FillRow, FillValue } from "./fill-row.ts";

/**
 * The rows of one field; of several the first counts whose conditions hold.
 * @throws Error if a field's value is the server's choice in one row and not in another: no fill could say both.
 */
export function compileRows(rows: readonly FillRow[]): ServerFill {
  const filling = rows.filter(({ value }) => value !== "dropped");
  const dropping = rows.filter(({ value }) => value === "dropped");
  return { ...fillOf(filling), ...dropsOf(dropping) };
}

function fillOf(rows: readonly FillRow[]): ServerFill {
  if (rows.length === 0) return { when: () => false };
  const cases = rows.map((row) => ({ holds: conditionsOf(row), value: valueOf(row.value) }));
  const isAllocated = cases.every(({ value }) => value === undefined);
  if (!isAllocated && cases.some(({ value }) => value === undefined))
    throw new Error(`${rows[0]?.field ?? ""} is allocated in one row and not in another`);
  return {
    ...whenOf(cases.map(({ holds }) => holds)),
    ...(isAllocated ? {} : { value: firstValue(cases) }),
    ...constantOf(rows),
    ...(rows.some(({ overrides }) => overrides) ? { overrides: true } : {}),
    ...(rows.some(({ mutable }) => mutable) ? { mutable: true } : {}),
  };
}

function dropsOf(rows: readonly FillRow[]): Pick<ServerFill, "drops"> {
  if (rows.length === 0) return {};
  const conditions = rows.map(conditionsOf);
  return {
    drops: (parent, roots) => conditions.some((holds) => holds === undefined || holds(parent, roots)),
  };
}

interface Case {
  readonly holds: Holds | undefined;
  readonly value: ReadField | undefined;
}

function firstValue(cases: readonly Case[]): ReadField {
  const [only] = cases;
  // Whether its conditions hold is asked before its value is.
  if (cases.length === 1 && only?.value !== undefined) return only.value;
  return (parent, roots) =>
    cases.find(({ holds }) => holds === undefined || holds(parent, roots))?.value?.(parent, roots);
}

/** Of a single row without conditions, unless the value has parts in which live may differ. */
function constantOf([row, ...others]: readonly FillRow[]): Pick<ServerFill, "constant"> {
  if (row === undefined || others.length > 0 || conditionsOf(row) !== undefined) return {};
  const { value } = row;
  if (typeof value !== "object" || !("is" in value) || typeof value.is === "object") return {};
  return { constant: value.is };
}

function whenOf(cases: readonly (Holds | undefined)[]): { readonly when?: Holds } {
  const [only] = cases;
  if (cases.includes(undefined)) return {};
  if (cases.length === 1 && only !== undefined) return { when: only };
  return { when: (parent, roots) => cases.some((holds) => holds?.(parent, roots)) };
}

/** Whether a row applies; undefined if it always does. */
export function conditionsOf({ kinds, when = [] }: FillRow): Holds | undefined {
  return compileConditions([...(kinds === undefined ? [] : [{ field: "/kind", in: kinds }]), ...when]);
}

/** Undefined if the value is the server's choice, or none. */
export function valueOf(value: FillValue): ReadField | undefined {
  if (value === "allocated" || value === "dropped") return undefined;
  if ("is" in value) return constant(value.is);
  return "copyOf" in value ? compileFieldRef(value.copyOf) : computations[value.computed];
}

function constant(value: Json): ReadField {
  return () => value;
}
