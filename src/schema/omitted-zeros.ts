/** Which fields of built-in types the server leaves out when they are zero: from Kubernetes' own Go types. */
import data from "./data/omitted-zeros-1.36.json" with { type: "json" };
import type { OmittedZeros } from "./open-api.ts";

/** By type, the fields that are neither pointers nor always written (`omitempty` on a plain value). */
const fieldsByType: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries<readonly string[]>(data.types).map(([type, fields]) => [type, new Set(fields)]),
);

export const omittedZeros: OmittedZeros = {
  omits: (typeName, field) => fieldsByType.get(typeName)?.has(field) ?? false,
};
