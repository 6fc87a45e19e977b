/** Which fields of built-in types the server leaves out when they are zero: from Kubernetes' own Go types. */
import data from "./data/kubernetes-1.36.json" with { type: "json" };
import type { OmittedZeros } from "./open-api.ts";

/** By type, the fields that are no pointers in Go, so that zero and absent are one. */
const fieldsByType: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(data.omittedZeros).map(([type, fields]) => [type, new Set(fields.split(" "))]),
);

/**
 * Holds for every Kubernetes release: a field never changes between pointer and value. Of types that are newer than
 * the data nothing is known; the convention for new fields is a pointer, whose zero is kept.
 */
export const omittedZeros: OmittedZeros = {
  omits: (typeName, field) => fieldsByType.get(typeName)?.has(field) ?? false,
};
