/** What platforms write onto objects of every team: OpenShift, Rancher, AKS. */
import type { FieldPath } from "../../fieldpath/field-path.ts";
import { annotation, label } from "../../resource/metadata.ts";
import {
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from "../../resource/resource.ts";
import type { ExcuseRow, ValueContext } from "../excuse-row.ts";
import { sameJson } from "../same-json.ts";
import { byProgram, published, sources } from "./evidence.ts";

const trusted = { reason: "TrustedManager" } as const;
const namespace = { ...trusted, group: "", kinds: ["Namespace"] } as const;
const account = { ...trusted, group: "", kinds: ["ServiceAccount"] } as const;
const configMap = { ...trusted, group: "", kinds: ["ConfigMap"] } as const;

/** The second is the name of the program, under which releases before 4.16 wrote. */
const pullSecrets = {
  managers: [
    "openshift.io/image-registry-pull-secrets_service-account-controller",
    "openshift-controller-manager",
  ],
  why: "OpenShift gives every account a Secret to pull from the cluster's own registry with.",
  source:
    "openshift/openshift-controller-manager: pkg/internalregistry/controllers/service_account_controller.go",
} as const;
const clusterPolicy = "openshift/cluster-policy-controller: pkg";
const rancher = {
  ...trusted,
  /** The second is its agent in a cluster that it manages. */
  managers: ["rancher", "agent"],
  source: published,
} as const;
const serviceCa = { ...trusted, managers: ["service-ca-operator"] } as const;
const serviceCaSource = "openshift/service-ca-operator: pkg/controller";

export const platformRows: readonly ExcuseRow[] = [
  ...["mcs", "supplemental-groups", "uid-range"].map(
    (name): ExcuseRow => ({
      ...namespace,
      name: `openshift-namespace-${name}`,
      path: `metadata.annotations["openshift.io/sa.scc.${name}"]`,
      managers: ["cluster-policy-controller"],
      why: "OpenShift allocates to every namespace the identities that its Pods may have.",
      source: sources(
        `${clusterPolicy}/security/controller/namespace_scc_allocation_controller.go`,
        published,
      ),
    }),
  ),
  // Not `enforce`: that one refuses Pods, these two only speak of them.
  ...["audit", "audit-version", "warn", "warn-version"].map(
    (name): ExcuseRow => ({
      ...namespace,
      name: `openshift-pod-security-${name}`,
      path: `metadata.labels["pod-security.kubernetes.io/${name}"]`,
      managers: ["pod-security-admission-label-synchronization-controller", "cluster-policy-controller"],
      why: "OpenShift keeps the Pod security labels in step with what the namespace's accounts may do.",
      source: sources(`${clusterPolicy}/psalabelsyncer/podsecurity_label_sync_controller.go`, published),
    }),
  ),
  {
    ...account,
    ...pullSecrets,
    name: "openshift-account-secrets",
    path: 'secrets[name="*-dockercfg-*"]',
  },
  {
    ...account,
    ...pullSecrets,
    name: "openshift-account-pull-secrets",
    path: "imagePullSecrets",
    placeholders: "anything",
    check: (value, { desired }) => adds(value, desired["imagePullSecrets"], isPullSecret),
  },
  {
    ...account,
    ...pullSecrets,
    name: "openshift-account-pull-secret-ref",
    path: 'metadata.annotations["openshift.io/internal-registry-pull-secret-ref"]',
  },
  {
    ...configMap,
    ...serviceCa,
    name: "openshift-service-ca",
    path: 'data["service-ca.crt"]',
    check: (_, { desired }) =>
      ["beta", "alpha"].some(
        (stage) => annotation(desired, `service.${stage}.openshift.io/inject-cabundle`) === "true",
      ),
    why: "OpenShift puts in the authority that the ConfigMap asks for by annotation.",
    source: sources(`${serviceCaSource}/cabundleinjector/configmap.go`, byProgram),
  },
  ...["beta", "alpha"].map(
    (stage): ExcuseRow => ({
      ...serviceCa,
      group: "",
      kinds: ["Service"],
      name: `openshift-serving-cert-${stage}`,
      path: `metadata.annotations["service.${stage}.openshift.io/serving-cert-signed-by"]`,
      why: "OpenShift notes who signed the certificate that the Service asks for by annotation.",
      source: sources(`${serviceCaSource}/api/api.go`, byProgram),
    }),
  ),
  {
    ...configMap,
    name: "openshift-trusted-ca",
    path: 'data["ca-bundle.crt"]',
    managers: ["cluster-network-operator/configmap_ca", "cluster-network-operator"],
    check: (_, { desired }) => label(desired, "config.openshift.io/inject-trusted-cabundle") === "true",
    why: "OpenShift puts in the authorities that the ConfigMap asks for by label.",
    source: sources(
      "openshift/cluster-network-operator: pkg/controller/configmap_ca_injector/controller.go",
      published,
    ),
  },
  ...[
    { id: "workload", group: "apps", kinds: ["DaemonSet", "Deployment", "StatefulSet"] },
    { id: "service", group: "", kinds: ["Service"] },
    { id: "ingress", group: "networking.k8s.io", kinds: ["Ingress"] },
  ].map(
    ({ id, group, kinds }): ExcuseRow => ({
      ...rancher,
      name: `rancher-endpoints-${id}`,
      group,
      kinds,
      path: 'metadata.annotations["field.cattle.io/publicEndpoints"]',
      why: "Rancher tells where the workload can be reached.",
    }),
  ),
  // Not `field.cattle.io/projectId`: a project gives its members rights in the namespace.
  ...Object.entries({
    status: 'metadata.annotations["cattle.io/status"]',
    lifecycle: 'metadata.annotations["lifecycle.cattle.io/create.namespace-auth"]',
    finalizer: 'metadata.finalizers[="controller.cattle.io/namespace-auth"]',
  }).map(
    ([id, path]): ExcuseRow => ({
      ...namespace,
      ...rancher,
      name: `rancher-namespace-${id}`,
      path,
      managers: ["rancher"],
      why: "Rancher keeps book of the namespaces of its projects.",
    }),
  ),
  {
    ...trusted,
    name: "aks-webhook-exclusions",
    group: "admissionregistration.k8s.io",
    kinds: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    path: "webhooks[*].namespaceSelector",
    managers: ["admissionsenforcer"],
    placeholders: "anything",
    check: onlyExcludesAks,
    why: "AKS excludes its own namespaces from every webhook, and changes nothing else of the selector.",
    source: "Azure/AKS: issues 1771 and 4002; https://learn.microsoft.com/azure/aks/faq",
  },
];

/** What AKS adds; which of them depends on the release. */
const aksExclusions: readonly Json[] = [
  { key: "control-plane", operator: "DoesNotExist" },
  { key: "control-plane", operator: "NotIn", values: ["true"] },
  { key: "kubernetes.azure.com/managedby", operator: "NotIn", values: ["aks"] },
];

/** The live selector is what Git says of this webhook, and exclusions of AKS. */
function onlyExcludesAks(value: Json, { path, desired }: ValueContext): boolean {
  const wanted = selectorOf(desired, path);
  if (!isJsonObject(value) || wanted === undefined) return false;
  const { matchExpressions: live, ...rest } = value;
  const { matchExpressions: stated, ...statedRest } = wanted;
  return (
    sameJson(rest, statedRest) &&
    adds(live ?? [], stated, (one) => aksExclusions.some((known) => sameJson(one, known)))
  );
}

/** What Git says of the selector at a path `webhooks[name=NAME].namespaceSelector`; nothing said is an empty one. */
function selectorOf(desired: KubernetesObject, [, item]: FieldPath): JsonObject | undefined {
  const webhook = listOf(desired["webhooks"]).find(
    (one) => item?.type === "key" && isJsonObject(one) && one["name"] === item.fields["name"],
  );
  if (!isJsonObject(webhook)) return undefined;
  const selector = webhook["namespaceSelector"] ?? {};
  return isJsonObject(selector) ? selector : undefined;
}

function isPullSecret(reference: Json): boolean {
  const name = isJsonObject(reference) ? reference["name"] : undefined;
  return typeof name === "string" && /-dockercfg-[a-z0-9]+$/.test(name);
}

/** Whether a live list holds all that Git states, and beside it only what is known. */
function adds(live: Json, stated: Json | undefined, isKnown: (item: Json) => boolean): boolean {
  if (!isJsonList(live)) return false;
  const items = listOf(live);
  const wanted = listOf(stated);
  return (
    wanted.every((item) => items.some((one) => sameJson(one, item))) &&
    items.every((item) => isKnown(item) || wanted.some((one) => sameJson(one, item)))
  );
}

function listOf(value: Json | undefined): readonly Json[] {
  return isJsonList(value) ? value : [];
}
