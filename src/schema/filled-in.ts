/** What the server fills in inside values that count whole, as data: each row measured on the real API server. */
import type { Json, JsonObject } from "../resource/resource.ts";

interface Row {
  readonly type: string;
  readonly field: string;
  /** Left out where the value is the server's to choose: a status, a copy. */
  readonly value?: Json;
  readonly when?: (desired: JsonObject) => boolean;
}

const core = "io.k8s.api.core.v1.";
const rbacGroup = "rbac.authorization.k8s.io";

const rows: readonly Row[] = [
  { type: "io.k8s.api.rbac.v1.Subject", field: "apiGroup", value: rbacGroup, when: isUserOrGroup },
  { type: "io.k8s.api.rbac.v1.RoleRef", field: "apiGroup", value: rbacGroup },
  { type: "io.k8s.api.networking.v1.NetworkPolicyPort", field: "protocol", value: "TCP" },
  { type: `${core}ObjectFieldSelector`, field: "apiVersion", value: "v1" },
  { type: `${core}ServiceAccountTokenProjection`, field: "expirationSeconds", value: 3600 },
  { type: `${core}PersistentVolumeClaim`, field: "apiVersion", value: "v1" },
  { type: `${core}PersistentVolumeClaim`, field: "kind", value: "PersistentVolumeClaim" },
  { type: `${core}PersistentVolumeClaim`, field: "status" },
  { type: `${core}PersistentVolumeClaimSpec`, field: "volumeMode", value: "Filesystem" },
  { type: `${core}EndpointPort`, field: "protocol", value: "TCP" },
  { type: "io.k8s.api.admissionregistration.v1.RuleWithOperations", field: "scope", value: "*" },
  { type: "io.k8s.api.admissionregistration.v1.NamedRuleWithOperations", field: "scope", value: "*" },
  { type: "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", field: "creationTimestamp" },
];

const rowsByField: ReadonlyMap<string, readonly Row[]> = Map.groupBy(
  rows,
  ({ type, field }) => `${type}.${field}`,
);

/** Whether a live field that Git does not state, inside a value that counts whole, is the server's own doing. */
export function filledIn(
  type: string,
  field: string,
  { value, desired }: { readonly value: Json; readonly desired: JsonObject },
): boolean {
  return (rowsByField.get(`${type}.${field}`) ?? []).some(
    (row) => (row.when?.(desired) ?? true) && (row.value === undefined || row.value === value),
  );
}

function isUserOrGroup(subject: JsonObject): boolean {
  return subject["kind"] === "User" || subject["kind"] === "Group";
}
