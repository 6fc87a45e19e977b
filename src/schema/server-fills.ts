/** The table of server defaults: what the API server puts into built-in objects by itself, by type and field. */
import type { Json } from "../resource/resource.ts";
import { builtInTypeKey } from "./built-in-types.ts";
import data from "./data/defaults-1.36.json" with { type: "json" };
import { compileRows } from "./fills/compile-rows.ts";
import type { FillRow } from "./fills/fill-row.ts";
import { handWrittenRows } from "./fills/hand-written.ts";
import type { ServerFill } from "./schema-node.ts";

/** The whole table. The constants were read from the real API server by `make generate`. */
export const fillRows: readonly FillRow[] = [...constantRows(data.constants), ...handWrittenRows];

/** The release that the table was read from, e.g. `1.36.3`. */
export const tableRelease: string = data.kubernetes;

const fillsByField: ReadonlyMap<string, ServerFill> = new Map(
  [...Map.groupBy(fillRows, ({ field }) => field)].map(([field, rows]) => [field, compileRows(rows)]),
);
const fieldsWithin = Map.groupBy(
  [...fillsByField.keys()].filter((field) => field.includes("/")),
  (field) => field.slice(0, field.indexOf("/")),
);

/** What the server puts into a field, if anything. `typeName` is the document's, e.g. `io.k8s.api.core.v1.Pod`. */
export function serverFill(typeName: string, field: string): ServerFill | undefined {
  return fillsByField.get(`${builtInTypeKey(typeName) ?? ""}.${field}`);
}

/** What it puts into fields of the object that a field holds, otherwise than into other objects of its type. */
export function serverFillsWithin(
  typeName: string,
  field: string,
): readonly (readonly [field: string, fill: ServerFill])[] {
  const outer = `${builtInTypeKey(typeName) ?? ""}.${field}`;
  return (fieldsWithin.get(outer) ?? []).flatMap((key) => {
    const fill = fillsByField.get(key);
    return fill === undefined ? [] : [[key.slice(outer.length + 1), fill] as const];
  });
}

/**
 * Whether the table is of the server's minor release (`v1.36.3+k3s1`). Elsewhere it is the nearest one that there is,
 * and what the server has beyond Git may be a default that it does not know.
 */
export function tableFits(serverVersion: string): boolean {
  const minor = (version: string) => /^v?(\d+\.\d+)(?:\D|$)/.exec(version)?.[1];
  return minor(serverVersion) === minor(tableRelease);
}

function constantRows(constants: { readonly [field: string]: Json }): readonly FillRow[] {
  return Object.entries(constants).map(([field, value]) => ({
    field,
    value: { is: value },
    reason: "read from the API server by make generate",
  }));
}
