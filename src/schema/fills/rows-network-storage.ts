/** What the API server fills into Services, network policies, volumes and device claims, where it depends on something. */
import type { Condition, FillRow } from "./fill-row.ts";

const typeIn = (...values: readonly string[]): Condition => ({
  field: "type",
  in: values,
  otherwise: "ClusterIP",
});
const isReachable = typeIn("ClusterIP", "NodePort", "LoadBalancer");
const service = "SetDefaults_Service";
const families = "initIPFamilyFields (pkg/registry/core/service/storage)";
const allocator = "the Service allocator (pkg/registry/core/service/storage)";
const claim =
  "NormalizeDataSources (pkg/api/persistentvolumeclaim): each is the other's copy, in claims only";
const onlyClaims = ["PersistentVolumeClaim"];
const copied = ["PersistentVolumeClaim", "VolumeSnapshot"];
const exactCount: readonly Condition[] = [
  { field: "allocationMode", in: ["ExactCount"], otherwise: "ExactCount" },
];

export const networkAndStorageRows: readonly FillRow[] = [
  { field: "core.ServicePort.targetPort", value: { copyOf: "port" }, reason: service },
  {
    field: "core.ServicePort.nodePort",
    when: [
      { field: "/spec/type", in: ["NodePort", "LoadBalancer"] },
      { field: "/spec/allocateLoadBalancerNodePorts", in: [true], otherwise: true },
    ],
    value: "allocated",
    mutable: true,
    reason: allocator,
  },
  { field: "core.ServiceSpec.clusterIP", when: [isReachable], value: "allocated", reason: allocator },
  { field: "core.ServiceSpec.clusterIPs", when: [isReachable], value: "allocated", reason: allocator },
  {
    field: "core.ServiceSpec.ipFamilies",
    when: [isReachable],
    value: "allocated",
    mutable: true,
    reason: families,
  },
  {
    field: "core.ServiceSpec.ipFamilyPolicy",
    when: [isReachable, { field: "clusterIP", in: ["None"] }, { field: "selector", hasContent: false }],
    value: { is: "RequireDualStack" },
    reason: families,
  },
  {
    field: "core.ServiceSpec.ipFamilyPolicy",
    when: [isReachable],
    value: { is: "SingleStack" },
    reason: families,
  },
  {
    field: "core.ServiceSpec.healthCheckNodePort",
    when: [typeIn("LoadBalancer"), { field: "externalTrafficPolicy", in: ["Local"] }],
    value: "allocated",
    reason: allocator,
  },
  {
    field: "core.ServiceSpec.sessionAffinityConfig",
    when: [{ field: "sessionAffinity", in: ["ClientIP"] }],
    value: { is: {} },
    reason: service,
  },
  {
    field: "core.ServiceSpec.sessionAffinityConfig",
    when: [{ field: "sessionAffinity", in: ["None"], otherwise: "None" }],
    value: "dropped",
    reason: service,
  },
  { field: "core.SessionAffinityConfig.clientIP", value: { is: {} }, reason: service },
  { field: "core.ClientIPConfig.timeoutSeconds", value: { is: 10_800 }, reason: service },
  {
    field: "core.ServiceSpec.internalTrafficPolicy",
    when: [isReachable],
    value: { is: "Cluster" },
    reason: service,
  },
  {
    field: "core.ServiceSpec.internalTrafficPolicy",
    when: [typeIn("ExternalName")],
    value: "dropped",
    reason: "dropTypeDependentFields (pkg/registry/core/service)",
  },
  {
    field: "core.ServiceSpec.externalTrafficPolicy",
    when: [typeIn("NodePort", "LoadBalancer")],
    value: { is: "Cluster" },
    reason: `${service}: for Services that are reached from outside`,
  },
  {
    field: "core.ServiceSpec.externalTrafficPolicy",
    when: [typeIn("ClusterIP"), { field: "externalIPs", hasContent: true }],
    value: { is: "Cluster" },
    reason: `${service}: for Services that are reached from outside`,
  },
  {
    field: "core.ServiceSpec.allocateLoadBalancerNodePorts",
    when: [typeIn("LoadBalancer")],
    value: { is: true },
    reason: service,
  },
  {
    field: "networking.NetworkPolicySpec.policyTypes",
    when: [{ field: "egress", hasContent: true }],
    value: { is: ["Ingress", "Egress"] },
    reason: "SetDefaults_NetworkPolicy",
  },
  {
    field: "networking.NetworkPolicySpec.policyTypes",
    value: { is: ["Ingress"] },
    reason: "SetDefaults_NetworkPolicy",
  },
  {
    field: "networking.IngressSpec.ingressClassName",
    value: "allocated",
    mutable: true,
    reason: "the admission plugin DefaultIngressClass: the cluster's default class, if it has one",
  },
  {
    field: "core.PersistentVolumeClaimSpec.dataSource",
    when: [{ field: "dataSourceRef.namespace", hasContent: false }],
    kinds: onlyClaims,
    value: { copyOf: "dataSourceRef" },
    reason: claim,
  },
  {
    field: "core.PersistentVolumeClaimSpec.dataSource",
    when: [
      { field: "dataSource", isSet: true },
      { field: "dataSource.kind", notIn: copied },
      { field: "dataSourceRef", isSet: false },
    ],
    kinds: onlyClaims,
    value: "dropped",
    reason: "EnforceDataSourceBackwardsCompatibility: only claims and snapshots stand here",
  },
  {
    field: "core.PersistentVolumeClaimSpec.dataSourceRef",
    when: [{ field: "dataSource.kind", in: copied }],
    kinds: onlyClaims,
    value: { copyOf: "dataSource" },
    reason: claim,
  },
  {
    field: "core.PersistentVolumeClaimSpec.storageClassName",
    kinds: onlyClaims,
    value: "allocated",
    reason: "the admission plugin DefaultStorageClass: the cluster's default class, if it has one",
  },
  {
    field: "core.PersistentVolumeClaimSpec.volumeName",
    kinds: onlyClaims,
    value: "allocated",
    reason: "the volume binder (kube-controller-manager), once and for all",
  },
  {
    field: "core.PersistentVolumeClaim.status",
    value: "allocated",
    reason: "SetDefaults_PersistentVolumeClaim, in the templates of a StatefulSet too",
  },
  ...[
    ["persistentVolumeReclaimPolicy", "Retain"],
    ["volumeMode", "Filesystem"],
  ].map(
    ([field, value = ""]): FillRow => ({
      field: `core.PersistentVolumeSpec.${field}`,
      kinds: ["PersistentVolume"],
      value: { is: value },
      reason: "SetDefaults_PersistentVolume: not for those inside of a VolumeAttachment",
    }),
  ),
  { field: "core.Node.spec", value: { is: {} }, reason: "for its taints" },
  {
    field: "core.NodeSpec.podCIDRs",
    value: { computed: "podCidrs" },
    reason: "Convert_v1_NodeSpec_To_core_NodeSpec: the two fields say the same",
  },
  {
    field: "core.NodeSpec.taints",
    value: { computed: "notReadyTaint" },
    overrides: true,
    reason: "the admission plugin TaintNodesByCondition: a new node is not ready",
  },
  ...["resource.ExactDeviceRequest", "resource.DeviceSubRequest"].map(
    (type): FillRow => ({
      field: `${type}.count`,
      when: exactCount,
      value: { is: 1 },
      reason: "SetDefaults_ExactDeviceRequest, SetDefaults_DeviceSubRequest",
    }),
  ),
  {
    field: "discovery.Endpoint.deprecatedTopology",
    value: "dropped",
    reason: "endpointSliceStrategy.PrepareForCreate: of an older version of the API",
  },
  {
    field: "resource.DeviceTaint.timeAdded",
    value: "allocated",
    reason: "SetDefaults_DeviceTaint: the time of the request",
  },
];
