/** What our resources are called on the wire. */
export const apiGroup = "holdfast.dev";
export const apiVersion = "v1alpha1";

export const policyResource = {
  group: apiGroup,
  version: apiVersion,
  kind: "GitRepoPolicy",
  plural: "gitrepopolicies",
  namespaced: true,
  verbs: [],
} as const;

export const recordResource = {
  group: apiGroup,
  version: apiVersion,
  kind: "DriftRecord",
  plural: "driftrecords",
  namespaced: true,
  verbs: [],
} as const;

/** Labels on DriftRecords, to select by. */
export const recordLabels = {
  policy: "holdfast.dev/policy",
  kind: "holdfast.dev/kind",
  resolved: "holdfast.dev/resolved",
} as const;
