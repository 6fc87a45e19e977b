/** What the API server fills into namespaces, limits, RBAC, CRDs and certificates, where it depends on something. */
import type { FillRow } from "./fill-row.ts";

const rbac = "rbac.authorization.k8s.io";
const limitRange = "SetDefaults_LimitRangeItem: for containers only";
const names = "SetDefaults_CustomResourceDefinitionSpec";
const injected =
  "an empty certificate is a placeholder for whoever injects the real one; where Git states none, one is an addition";
const requester = "csrStrategy.PrepareForCreate: who sent the request, whatever the manifest says";

export const clusterRows: readonly FillRow[] = [
  {
    field: "core.Namespace.spec",
    value: { is: {} },
    reason: "namespaceStrategy.PrepareForCreate",
  },
  {
    field: "core.NamespaceSpec.finalizers",
    value: { computed: "namespaceFinalizers" },
    overrides: true,
    reason: "namespaceStrategy.PrepareForCreate",
  },
  {
    field: "core.LimitRangeItem.default",
    when: [{ field: "type", in: ["Container"] }],
    value: { computed: "limitDefaults" },
    overrides: true,
    reason: limitRange,
  },
  {
    field: "core.LimitRangeItem.defaultRequest",
    when: [{ field: "type", in: ["Container"] }],
    value: { computed: "limitRequests" },
    overrides: true,
    reason: limitRange,
  },
  {
    field: "rbac.Subject.apiGroup",
    when: [{ field: "kind", in: ["User", "Group"] }],
    value: { is: rbac },
    reason: "SetDefaults_Subject",
  },
  {
    field: "apiextensions.CustomResourceDefinitionNames.singular",
    value: { computed: "singularName" },
    reason: names,
  },
  {
    field: "apiextensions.CustomResourceDefinitionNames.listKind",
    value: { computed: "listKindName" },
    reason: names,
  },
  ...[
    "admissionregistration.WebhookClientConfig",
    "apiextensions.WebhookClientConfig",
    "apiregistration.APIServiceSpec",
  ].map(
    (type): FillRow => ({
      field: `${type}.caBundle`,
      when: [{ field: "caBundle", isSet: true }],
      value: "allocated",
      reason: injected,
    }),
  ),
  ...["apiVersion", "fieldPath", "kind", "namespace", "resourceVersion", "uid"].map(
    (field): FillRow => ({
      field: `core.ServiceAccount.secrets/${field}`,
      value: "dropped",
      reason: "cleanSecretReferences (pkg/registry/core/serviceaccount): a Secret is known by its name",
    }),
  ),
  ...["extra", "groups", "uid", "username"].flatMap((name): readonly FillRow[] => {
    const field = `certificates.CertificateSigningRequestSpec.${name}`;
    return [
      { field, value: "allocated", overrides: true, reason: requester },
      { field, value: "dropped", reason: requester },
    ];
  }),
];
