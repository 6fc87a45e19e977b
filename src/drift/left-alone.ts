/** Objects that no Git declares and nobody need account for: what every cluster holds, row by row. */
import type { ResourceRef } from "../resource/resource.ts";
import { bootstrapBindings, bootstrapRoles } from "./bootstrap-rbac.ts";
import { type KindName, kindNameOf } from "./makers.ts";

/** By kind, and where they are given by namespace, exact name, pattern of the name, and trait (see `traitOf`). */
export interface LeftAlone {
  readonly kinds: readonly KindName[];
  readonly namespace?: string;
  readonly names?: readonly string[];
  readonly pattern?: RegExp;
  readonly trait?: string;
  readonly reason: string;
  readonly source: string;
}

/** Namespaces that are the system's: what stands in them comes with the cluster, and changes with it. */
export const systemNamespaces: readonly string[] = ["kube-node-lease", "kube-public", "kube-system"];

const inSource = (path: string) => `kubernetes/kubernetes, ${path}`;

export const leftAlone: readonly LeftAlone[] = [
  {
    kinds: ["ConfigMap"],
    names: ["kube-root-ca.crt"],
    reason: "published into every namespace by the controller manager",
    source: inSource("pkg/controller/certificates/rootcacertpublisher"),
  },
  {
    kinds: ["ConfigMap"],
    names: ["istio-ca-root-cert"],
    reason: "published into every namespace by istiod",
    source: "istio/istio, pilot/pkg/serviceregistry/kube/controller/namespacecontroller.go",
  },
  {
    kinds: ["ConfigMap"],
    names: ["openshift-service-ca.crt"],
    reason: "published into every namespace by OpenShift's controller manager",
    source: "openshift/cluster-kube-controller-manager-operator",
  },
  {
    kinds: ["ServiceAccount"],
    names: ["default"],
    reason: "made in every namespace by the controller manager",
    source: inSource("pkg/controller/serviceaccount"),
  },
  {
    kinds: ["Event", "Event.events.k8s.io"],
    reason: "says what happened, and ends by itself",
    source: "Kubernetes API conventions, Events",
  },
  {
    kinds: ["Lease.coordination.k8s.io"],
    reason: "whoever holds it renews it all the time",
    source: "Kubernetes documentation, Leases",
  },
  {
    kinds: ["Secret"],
    trait: "helm.sh/release.v1",
    pattern: /^sh\.helm\.release\.v1\..+\.v\d+$/,
    reason: "Helm's memory of a release",
    source: "helm/helm, pkg/storage/driver/secrets.go",
  },
  {
    kinds: ["GitRepoPolicy.holdfast.dev", "DriftRecord.holdfast.dev"],
    reason: "Holdfast's own",
    source: "docs/spec",
  },
  {
    kinds: ["CustomResourceDefinition.apiextensions.k8s.io"],
    names: ["driftrecords.holdfast.dev", "gitrepopolicies.holdfast.dev"],
    reason: "Holdfast's own installation comes before any policy",
    source: "crds/",
  },
  {
    kinds: ["ClusterRole.rbac.authorization.k8s.io", "ClusterRoleBinding.rbac.authorization.k8s.io"],
    names: ["holdfast-observe", "holdfast-observe-built-in", "holdfast-own-resources"],
    reason: "Holdfast's own installation comes before any policy",
    source: "config/rbac",
  },
  {
    kinds: ["ClusterRole.rbac.authorization.k8s.io"],
    names: bootstrapRoles,
    reason: "made by the API server when it starts, or by kubeadm",
    source: inSource("plugin/pkg/auth/authorizer/rbac/bootstrappolicy"),
  },
  {
    kinds: ["ClusterRoleBinding.rbac.authorization.k8s.io"],
    names: bootstrapBindings,
    reason: "made by the API server when it starts, or by kubeadm",
    source: inSource("plugin/pkg/auth/authorizer/rbac/bootstrappolicy"),
  },
  {
    kinds: ["Namespace"],
    names: ["default", ...systemNamespaces],
    reason: "made by the API server when it starts",
    source: inSource("pkg/controlplane/controller/systemnamespaces"),
  },
  {
    kinds: ["Service", "Endpoints", "EndpointSlice.discovery.k8s.io"],
    namespace: "default",
    names: ["kubernetes"],
    reason: "the API server itself, as Pods find it",
    source: inSource("pkg/controlplane/controller/kubernetesservice"),
  },
  {
    kinds: ["ServiceCIDR.networking.k8s.io"],
    names: ["kubernetes"],
    reason: "made by the API server when it starts",
    source: inSource("pkg/controlplane/controller/defaultservicecidr"),
  },
  {
    kinds: ["PriorityClass.scheduling.k8s.io"],
    names: ["system-cluster-critical", "system-node-critical"],
    reason: "made by the API server when it starts",
    source: inSource("pkg/apis/scheduling/v1/helpers.go"),
  },
  {
    kinds: ["FlowSchema.flowcontrol.apiserver.k8s.io"],
    names: [
      "catch-all",
      "exempt",
      "global-default",
      "kube-controller-manager",
      "kube-scheduler",
      "kube-system-service-accounts",
      "probes",
      "service-accounts",
      "system-leader-election",
      "system-node-high",
      "system-nodes",
      "workload-leader-election",
    ],
    reason: "made by the API server when it starts",
    source: inSource("pkg/apis/flowcontrol/bootstrap/default.go"),
  },
  {
    kinds: ["PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io"],
    names: [
      "catch-all",
      "exempt",
      "global-default",
      "leader-election",
      "node-high",
      "system",
      "workload-high",
      "workload-low",
    ],
    reason: "made by the API server when it starts",
    source: inSource("pkg/apis/flowcontrol/bootstrap/default.go"),
  },
  {
    kinds: ["APIService.apiregistration.k8s.io"],
    trait: "Local",
    reason: "names a group that the API server serves itself, and sends nobody anywhere else",
    source: "kubernetes/kube-aggregator, pkg/controllers/autoregister",
  },
  {
    kinds: [
      "CSINode.storage.k8s.io",
      "CSIStorageCapacity.storage.k8s.io",
      "IPAddress.networking.k8s.io",
      "Node",
      "ResourceSlice.resource.k8s.io",
      "VolumeAttachment.storage.k8s.io",
    ],
    reason: "made by nodes, drivers and the control plane for what is there",
    source: "Kubernetes API reference",
  },
];

/** What is known of an object that nobody declares, for a row to match. */
export interface Undeclared {
  readonly ref: Omit<ResourceRef, "version">;
  readonly trait?: string;
}

/** Why nobody need account for the object; undefined if somebody must. */
export function whyLeftAlone({ ref, trait }: Undeclared): string | undefined {
  if (systemNamespaces.includes(ref.namespace)) return "it stands in a namespace of the system";
  const kind = kindNameOf(ref);
  return rowsOf(kind).find(
    (row) =>
      (row.namespace === undefined || row.namespace === ref.namespace) &&
      (row.names === undefined || row.names.includes(ref.name)) &&
      (row.pattern === undefined || row.pattern.test(ref.name)) &&
      (row.trait === undefined || row.trait === trait),
  )?.reason;
}

const rowsByKind = new Map<KindName, readonly LeftAlone[]>();
for (const row of leftAlone)
  for (const kind of row.kinds) rowsByKind.set(kind, [...(rowsByKind.get(kind) ?? []), row]);

function rowsOf(kind: KindName): readonly LeftAlone[] {
  return rowsByKind.get(kind) ?? [];
}
