/** Values for fields whose schema says less than the API server's validation, and fields that are left alone, with why. */
import type { Json } from "../../../src/resource/resource.ts";
import type { Chance } from "./chance.ts";

export type MakeValue = (chance: Chance) => Json;

const gated = "a feature gate that is off drops it, so that Git says what no object can hold";

/** Never written: it would reach beyond the object itself, is the server's own, or is dropped. */
export const leftAlone: ReadonlyMap<string, string> = new Map([
  ["coordination.LeaseSpec.preferredHolder", gated],
  ["coordination.LeaseSpec.strategy", gated],
  ["apps.RollingUpdateStatefulSetStrategy.maxUnavailable", gated],
  [
    "certificates.CertificateSigningRequestSpec.uid",
    "it is that of whoever sends the request, whatever that says",
  ],
  ["core.Lifecycle.stopSignal", gated],
  ["core.NodeSpec.unschedulable", "the node controllers answer it with a taint"],
  ["core.TypedObjectReference.namespace", gated],
  ["core.VolumeProjection.clusterTrustBundle", gated],
  ["core.VolumeProjection.podCertificate", gated],
  ["core.NodeSpec.configSource", gated],
  ["core.PodSpec.schedulingGroup", gated],
  ["discovery.Endpoint.deprecatedTopology", "the API server drops it in this version"],
  ["resource.Device.nodeAllocatableResourceMappings", gated],
  ["storage.CSIDriverSpec.preventPodSchedulingIfMissing", gated],
  ["apiregistration.APIServiceSpec.service", "an API that does not answer keeps every namespace from going"],
  ["core.NamespaceSpec.finalizers", "the namespace would never go"],
  ["core.PersistentVolumeClaimSpec.volumeName", "bound and lost claims are the PV controller's"],
  ["core.PersistentVolumeSpec.claimRef", "bound and released volumes are the PV controller's"],
  ["core.PodSpec.ephemeralContainers", "they are added by a subresource"],
  ["core.PodSpec.nodeName", "the Pod would be collected, as there is no such node"],
  ["meta.ObjectMeta.creationTimestamp", "the server's own"],
  ["meta.ObjectMeta.deletionGracePeriodSeconds", "the server's own"],
  ["meta.ObjectMeta.deletionTimestamp", "the server's own"],
  ["meta.ObjectMeta.generateName", "identity"],
  ["meta.ObjectMeta.generation", "the server's own"],
  ["meta.ObjectMeta.managedFields", "stripped and forged by the editors"],
  ["meta.ObjectMeta.name", "identity"],
  ["meta.ObjectMeta.namespace", "identity"],
  [
    "meta.ObjectMeta.ownerReferences",
    "an owner that does not exist gets the object collected; see the edits",
  ],
  ["meta.ObjectMeta.resourceVersion", "the server's own"],
  ["meta.ObjectMeta.selfLink", "the server's own"],
  ["meta.ObjectMeta.uid", "identity"],
  ["scheduling.PriorityClass.globalDefault", "it would change every Pod of the cluster"],
]);

/** What stands in a skeleton and gets nothing beside it: it must agree with another part of the object. */
export const closed: ReadonlySet<string> = new Set([
  "admissionregistration.MatchResources.resourceRules",
  "admissionregistration.MutatingWebhook.rules",
  "admissionregistration.ValidatingWebhook.rules",
  "apiextensions.CustomResourceDefinitionSpec.names",
  "apps.DaemonSetSpec.selector",
  "apps.DeploymentSpec.selector",
  "apps.ReplicaSetSpec.selector",
  "apps.StatefulSetSpec.selector",
  "batch.JobSpec.selector",
  "core.ReplicationControllerSpec.selector",
  "flowcontrol.FlowSchemaSpec.rules",
]);

/** Of these fields a type has one at most. */
export const alternatives: Readonly<Record<string, { readonly fields: readonly string[] | "all but name" }>> =
  {
    "admissionregistration.WebhookClientConfig": { fields: ["service", "url"] },
    "apiextensions.JSONSchemaPropsOrArray": { fields: ["none"] },
    "apiextensions.WebhookClientConfig": { fields: ["service", "url"] },
    "core.EnvVar": { fields: ["value", "valueFrom"] },
    "core.EnvVarSource": {
      fields: ["configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef"],
    },
    "core.EnvFromSource": { fields: ["configMapRef", "secretRef"] },
    "core.LifecycleHandler": { fields: ["exec", "httpGet", "sleep", "tcpSocket"] },
    "core.PersistentVolumeSpec": {
      fields: [
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "cephfs",
        "cinder",
        "csi",
        "fc",
        "flexVolume",
      ].concat(
        [
          "gcePersistentDisk",
          "glusterfs",
          "hostPath",
          "iscsi",
          "local",
          "nfs",
          "photonPersistentDisk",
          "portworxVolume",
        ],
        ["quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"],
      ),
    },
    "core.Probe": { fields: ["exec", "grpc", "httpGet", "tcpSocket"] },
    "core.Volume": { fields: "all but name" },
    "core.DownwardAPIVolumeFile": { fields: ["fieldRef", "resourceFieldRef"] },
    "core.VolumeProjection": { fields: "all but name" },
    "networking.IngressBackend": { fields: ["resource", "service"] },
    "networking.ServiceBackendPort": { fields: ["name", "number"] },
    "policy.PodDisruptionBudgetSpec": { fields: ["maxUnavailable", "minAvailable"] },
    "resource.DeviceRequest": { fields: ["exactly", "firstAvailable"] },
  };
/** Where one of the alternatives must be there. */
export const oneIsNeeded: ReadonlySet<string> = new Set([
  "admissionregistration.WebhookClientConfig",
  "core.DownwardAPIVolumeFile",
  "core.EnvFromSource",
  "core.EnvVarSource",
  "core.LifecycleHandler",
  "core.PersistentVolumeSpec",
  "core.Probe",
  "core.Volume",
  "core.VolumeProjection",
  "networking.IngressBackend",
  "networking.ServiceBackendPort",
  "resource.DeviceRequest",
]);

const volumeNames = ["va", "vb", "vc", "vd"];
const percent: MakeValue = (chance) => `${chance.pick([10, 25, 50])}%`;
const expression: MakeValue = (chance) => chance.pick(["true", "1 < 2", "'a' == 'a'"]);
const few: MakeValue = (chance) => chance.between(0, 2);
const few1: MakeValue = (chance) => chance.between(1, 2);
const port: MakeValue = (chance) => chance.pick([80, 443, 8080, 9090, 53]);
const quantity: MakeValue = (chance) =>
  chance.pick(["1", "500m", "1Gi", "1024Mi", "0.5", 2, "1e3", "100k", "1.5", "1536Mi"]);
const image: MakeValue = (chance) =>
  `registry.example.com:5000/${chance.word()}${chance.pick(["", ":latest", ":1.2", `@sha256:${"a".repeat(64)}`, `:latest@sha256:${"b".repeat(64)}`])}`;
const base64: MakeValue = (chance) => Buffer.from(chance.word()).toString("base64");
const dnsName: MakeValue = (chance) => `${chance.word()}.example.com`;
const ip: MakeValue = (chance) => `10.${chance.between(1, 99)}.1.${chance.between(1, 99)}`;
const cidr: MakeValue = (chance) => `10.${chance.between(1, 99)}.0.0/16`;
const condition = (chance: Chance): string => chance.pick(["node.example.com/zone", "disk", "app"]);
const resources = ["cpu", "memory", "ephemeral-storage"] as const;
const relativePath: MakeValue = (chance) => `a/${chance.word()}`;
const isMadeBy = (chance: Chance, make: MakeValue, names: readonly string[]): Json =>
  Object.fromEntries(chance.some(names, 2).map((name) => [name, make(chance)]));

/** Whole values of a type, by its name. */
export const byType: Readonly<Record<string, MakeValue>> = {
  IntOrString: (chance) => (chance.isLucky(0.5) ? chance.between(1, 9) : percent(chance)),
  JSON: (chance) => chance.pick<Json>([1, "a", true]),
  Quantity: quantity,
  RawExtension: (chance) => ({ apiVersion: "v1", kind: "Thing", value: chance.word() }),
  "apiextensions.JSONSchemaProps": schemaProps,
  "admissionregistration.NamedRuleWithOperations": rule,
  "admissionregistration.RuleWithOperations": rule,
  "batch.PodFailurePolicyRule": (chance) =>
    chance.isLucky(0.5)
      ? { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }
      : { action: "Count", onExitCodes: { operator: "In", values: [chance.between(1, 40)] } },
  "autoscaling.MetricSpec": (chance) =>
    chance.pick<Json>([
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: chance.between(1, 99) } },
      },
      {
        type: "Pods",
        pods: {
          metric: { name: chance.word() },
          target: { type: "AverageValue", averageValue: quantity(chance) },
        },
      },
      {
        type: "External",
        external: { metric: { name: chance.word() }, target: { type: "Value", value: quantity(chance) } },
      },
      {
        type: "Object",
        object: {
          metric: { name: chance.word() },
          describedObject: { apiVersion: "v1", kind: "Service", name: chance.word() },
          target: { type: "Value", value: "5" },
        },
      },
    ]),
  "core.ResourceRequirements": (chance) => ({
    ...(chance.isLucky(0.7)
      ? { limits: isMadeBy(chance, (c) => c.pick(["2", "2048Mi", "3Gi"]), resources) }
      : {}),
    ...(chance.isLucky(0.6)
      ? { requests: isMadeBy(chance, (c) => c.pick(["500m", "1", 1, "0.1"]), resources) }
      : {}),
  }),
  "core.VolumeResourceRequirements": (chance) => ({
    requests: { storage: chance.pick(["1Gi", "1024Mi", "5Gi"]) },
  }),
  "core.Taint": (chance) => ({
    key: condition(chance),
    value: chance.word(),
    effect: chance.pick(["NoSchedule", "PreferNoSchedule"]),
  }),
  "core.Toleration": (chance) =>
    chance.pick<Json>([
      { key: condition(chance), operator: "Exists" },
      { key: condition(chance), value: chance.word(), effect: "NoSchedule" },
      { operator: "Exists", effect: "NoExecute", tolerationSeconds: chance.between(0, 60) },
      { key: condition(chance), operator: "Equal", value: chance.word(), effect: "NoExecute" },
    ]),
  "core.NodeSelectorRequirement": requirement,
  "core.TopologySelectorLabelRequirement": (chance) => ({ key: condition(chance), values: [chance.word()] }),
  "meta.LabelSelectorRequirement": requirement,
  "meta.MicroTime": (chance) => `2024-01-02T03:04:0${chance.between(0, 9)}.000000Z`,
  "meta.Time": (chance) => `2024-01-02T03:04:0${chance.between(0, 9)}Z`,
  "rbac.PolicyRule": (chance) => ({
    apiGroups: chance.some(["", "apps", "batch"], 2),
    resources: chance.some(["pods", "configmaps", "jobs"], 2).concat("leases"),
    verbs: chance.some(["get", "list", "watch", "create"], 2).concat("delete"),
    ...(chance.isLucky(0.3) ? { resourceNames: [chance.word()] } : {}),
  }),
  "rbac.Subject": (chance) =>
    chance.pick<Json>([
      { kind: "User", name: chance.word() },
      { kind: "Group", name: chance.word(), apiGroup: "rbac.authorization.k8s.io" },
      { kind: "ServiceAccount", name: chance.word(), namespace: "none" },
    ]),
  "resource.DeviceAttribute": (chance) =>
    chance.pick<Json>([
      { bool: true },
      { int: chance.between(1, 9) },
      { string: chance.word() },
      { version: "1.2.3" },
    ]),
};

/** By type and field; `*` for the field of whatever type. */
export const byField: Readonly<Record<string, MakeValue>> = {
  "admissionregistration.MutatingWebhook.admissionReviewVersions": () => ["v1"],
  "admissionregistration.MutatingWebhook.sideEffects": (chance) => chance.pick(["None", "NoneOnDryRun"]),
  "admissionregistration.ValidatingWebhook.admissionReviewVersions": () => ["v1"],
  "admissionregistration.ValidatingWebhook.sideEffects": (chance) => chance.pick(["None", "NoneOnDryRun"]),
  "admissionregistration.ValidatingAdmissionPolicyBindingSpec.validationActions": (chance) =>
    chance.some(["Audit", "Warn"], 1),
  "admissionregistration.Validation.reason": (chance) => chance.pick(["Invalid", "Forbidden"]),
  "admissionregistration.AuditAnnotation.valueExpression": () => "'a'",
  "admissionregistration.Variable.name": (chance) => chance.word(),
  "admissionregistration.Variable.expression": () => "1",
  "admissionregistration.WebhookClientConfig.url": (chance) => `https://none.example.com/${chance.word()}`,
  "admissionregistration.WebhookClientConfig.caBundle": () => "",
  "apiextensions.CustomResourceConversion.strategy": () => "None",
  "apiextensions.WebhookClientConfig.caBundle": () => "",
  "apiregistration.APIServiceSpec.caBundle": () => "",
  "apps.DeploymentSpec.progressDeadlineSeconds": (chance) => chance.between(700, 720),
  "autoscaling.HorizontalPodAutoscalerSpec.maxReplicas": (chance) => chance.between(3, 6),
  "autoscaling.HorizontalPodAutoscalerSpec.minReplicas": few1,
  "autoscaling.HPAScalingPolicy.type": (chance) => chance.pick(["Pods", "Percent"]),
  "autoscaling.HPAScalingRules.selectPolicy": (chance) => chance.pick(["Max", "Min", "Disabled"]),
  "batch.CronJobSpec.schedule": (chance) => `0 0 ${chance.between(1, 9)} 1 *`,
  "batch.CronJobSpec.timeZone": (chance) => chance.pick(["Europe/Berlin", "Etc/UTC"]),
  "batch.JobSpec.completions": few1,
  "batch.JobSpec.parallelism": few,
  "batch.JobSpec.managedBy": () => "example.com/other",
  "batch.JobSpec.manualSelector": () => false,
  "batch.SuccessPolicyRule.succeededIndexes": () => "0",
  "core.Container.name": (chance) => chance.word(),
  "core.Container.restartPolicy": () => "Always",
  "core.ContainerResizePolicy.resourceName": (chance) => chance.pick(["cpu", "memory"]),
  "core.ContainerResizePolicy.restartPolicy": (chance) => chance.pick(["NotRequired", "RestartContainer"]),
  "core.ContainerPort.name": (chance) => chance.pick(["http", "web", "dns"]),
  "core.EnvVar.name": (chance) => chance.pick(["MODE", "LEVEL", "KEY", "dotted.name"]),
  "core.EnvVar.value": (chance) => chance.pick(["", "a", "$(MODE)", chance.word()]),
  "core.Endpoints.subsets": (chance) => [
    { addresses: [{ ip: ip(chance) }], ports: [{ port: port(chance) }] },
  ],
  "core.HostAlias.ip": ip,
  "core.HostPathVolumeSource.type": (chance) => chance.pick(["", "Directory", "File"]),
  "core.KeyToPath.path": relativePath,
  "core.DownwardAPIVolumeFile.path": relativePath,
  "core.ServiceAccountTokenProjection.path": relativePath,
  "core.ClusterTrustBundleProjection.path": relativePath,
  "core.ContainerRestartRule.action": () => "Restart",
  "core.ContainerRestartRuleOnExitCodes.operator": (chance) => chance.pick(["In", "NotIn"]),
  "core.FileKeySelector.volumeName": () => "va",
  "core.FileKeySelector.path": relativePath,
  "core.PersistentVolumeClaimVolumeSource.readOnly": () => true,
  "core.ResourceFieldSelector.containerName": () => "app",
  "core.VolumeMount.subPath": relativePath,
  "core.VolumeMount.subPathExpr": relativePath,
  "core.LimitRangeItem.type": (chance) => chance.pick(["Container", "Pod", "PersistentVolumeClaim"]),
  "core.LimitRangeItem.default": limits,
  "core.LimitRangeItem.defaultRequest": limits,
  "core.LimitRangeItem.max": limits,
  "core.LimitRangeItem.min": limits,
  "core.LimitRangeItem.maxLimitRequestRatio": (chance) => ({ cpu: chance.between(1, 9) }),
  "core.LocalVolumeSource.path": (chance) => `/mnt/${chance.word()}`,
  "core.NodeSpec.podCIDR": cidr,
  "core.NodeSpec.podCIDRs": () => [],
  "core.ObjectFieldSelector.fieldPath": (chance) =>
    chance.pick(["metadata.name", "metadata.namespace", "metadata.uid"]),
  "core.PersistentVolumeClaim.apiVersion": () => "v1",
  "core.PersistentVolumeClaim.kind": () => "PersistentVolumeClaim",
  "core.PersistentVolumeSpec.capacity": (chance) => ({ storage: chance.pick(["1Gi", "2048Mi", "5Gi"]) }),
  "core.PersistentVolumeSpec.accessModes": accessModes,
  "core.PersistentVolumeClaimSpec.accessModes": accessModes,
  "core.PersistentVolumeClaimSpec.storageClassName": (chance) => chance.pick(["", "none"]),
  "core.PodSpec.priority": () => 0,
  "core.PodSpec.priorityClassName": (chance) => chance.pick(["", "system-node-critical"]),
  "core.PodSpec.runtimeClassName": () => "none",
  "core.PodSpec.preemptionPolicy": () => "PreemptLowerPriority",
  "core.PodSpec.serviceAccountName": () => "default",
  "core.PodSpec.serviceAccount": () => "default",
  "core.PodSecurityContext.seLinuxChangePolicy": (chance) => chance.pick(["MountOption", "Recursive"]),
  "core.Probe.successThreshold": () => 1,
  "core.ReplicationControllerSpec.replicas": few,
  "core.ResourceFieldSelector.resource": (chance) => chance.pick(["limits.cpu", "requests.memory"]),
  "core.ResourceFieldSelector.divisor": (chance) => chance.pick(["1", "0"]),
  "core.ResourceQuotaSpec.hard": (chance) =>
    Object.fromEntries(
      chance
        .some(["count/widgets.example.com", "count/gadgets.example.com", "requests.example.com/gpu"], 2)
        .map((name) => [name, chance.between(5, 50)]),
    ),
  "core.ResourceQuotaSpec.scopes": (chance) => chance.some(["Terminating", "BestEffort"], 1),
  "core.SeccompProfile.type": (chance) => chance.pick(["RuntimeDefault", "Unconfined"]),
  "core.AppArmorProfile.type": (chance) => chance.pick(["RuntimeDefault", "Unconfined"]),
  "core.SecretVolumeSource.defaultMode": () => 256,
  "core.ConfigMapVolumeSource.defaultMode": () => 256,
  "core.Secret.type": (chance) => chance.pick(["Opaque", "example.com/own"]),
  "core.Secret.stringData": (chance) => ({ [chance.word()]: chance.word() }),
  "core.Secret.data": (chance) => ({ [chance.word()]: base64(chance) }),
  "core.ConfigMap.binaryData": (chance) => ({ [`b${chance.word()}`]: base64(chance) }),
  "core.ServiceAccountTokenProjection.expirationSeconds": (chance) => chance.between(600, 5000),
  "core.ServicePort.nodePort": (chance) => chance.between(30_000, 32_767),
  "core.ServicePort.name": (chance) => chance.pick(["http", "web", "dns"]),
  "core.ServicePort.targetPort": (chance) => (chance.isLucky(0.5) ? port(chance) : "http"),
  "core.ServiceSpec.clusterIP": (chance) => `10.0.${chance.between(1, 250)}.${chance.between(1, 250)}`,
  "core.ServiceSpec.clusterIPs": () => [],
  "core.ServiceSpec.externalIPs": (chance) => [ip(chance)],
  "core.ServiceSpec.externalName": dnsName,
  "core.ServiceSpec.healthCheckNodePort": (chance) => chance.between(30_000, 32_767),
  "core.ServiceSpec.ipFamilies": () => ["IPv4"],
  "core.ServiceSpec.ipFamilyPolicy": (chance) => chance.pick(["SingleStack", "PreferDualStack"]),
  "core.ServiceSpec.loadBalancerIP": ip,
  "core.ServiceSpec.loadBalancerSourceRanges": (chance) => [cidr(chance)],
  "core.ServiceSpec.trafficDistribution": (chance) => chance.pick(["PreferClose", "PreferSameZone"]),
  "core.ClientIPConfig.timeoutSeconds": (chance) => chance.between(1, 9000),
  "core.SleepAction.seconds": few1,
  "core.Sysctl.name": () => "kernel.shm_rmid_forced",
  "core.Sysctl.value": () => "1",
  "core.Volume.name": (chance) => chance.pick(volumeNames),
  "core.VolumeMount.name": (chance) => chance.pick(volumeNames),
  "core.VolumeDevice.name": (chance) => chance.pick(volumeNames),
  "core.VolumeMount.mountPath": (chance) => `/mnt/${chance.word()}`,
  "core.VolumeMount.mountPropagation": () => "HostToContainer",
  "core.VolumeMount.recursiveReadOnly": () => "Disabled",
  "discovery.Endpoint.addresses": (chance) => [ip(chance)],
  "discovery.EndpointSlice.addressType": () => "IPv4",
  "flowcontrol.FlowSchemaSpec.matchingPrecedence": (chance) => chance.between(9_000, 9_999),
  "flowcontrol.FlowDistinguisherMethod.type": (chance) => chance.pick(["ByUser", "ByNamespace"]),
  "flowcontrol.LimitResponse.type": (chance) => chance.pick(["Queue", "Reject"]),
  "networking.IPBlock.cidr": () => "10.0.0.0/8",
  "networking.IPBlock.except": (chance) => [`10.${chance.between(1, 99)}.0.0/16`],
  "networking.IngressRule.host": (chance) => chance.pick(["a.example.com", "*.example.com", "b.example.com"]),
  "networking.HTTPIngressPath.pathType": (chance) =>
    chance.pick(["Exact", "Prefix", "ImplementationSpecific"]),
  "networking.NetworkPolicySpec.policyTypes": (chance) =>
    chance.some(["Ingress", "Egress"], chance.between(1, 2)),
  "networking.NetworkPolicyPort.endPort": () => 9_999,
  "networking.NetworkPolicyPort.port": (chance) => (chance.isLucky(0.6) ? port(chance) : "http"),
  "policy.PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy": (chance) =>
    chance.pick(["AlwaysAllow", "IfHealthyBudget"]),
  "resource.CELDeviceSelector.expression": expression,
  "resource.DeviceSubRequest.deviceClassName": () => "none",
  "resource.ExactDeviceRequest.deviceClassName": () => "none",
  "resource.ExactDeviceRequest.allocationMode": () => "ExactCount",
  "resource.DeviceSubRequest.allocationMode": () => "ExactCount",
  "resource.DeviceTaint.effect": (chance) => chance.pick(["NoSchedule", "NoExecute"]),
  "resource.DeviceToleration.effect": (chance) => chance.pick(["NoSchedule", "NoExecute"]),
  "resource.DeviceToleration.operator": () => "Exists",
  "resource.DeviceConstraint.matchAttribute": (chance) => `none.example.com/${chance.word()}`,
  "resource.OpaqueDeviceConfiguration.driver": () => "none.example.com",
  "scheduling.PriorityClass.preemptionPolicy": (chance) => chance.pick(["Never", "PreemptLowerPriority"]),
  "storage.CSIDriverSpec.fsGroupPolicy": (chance) => chance.pick(["File", "None"]),
  "storage.StorageClass.reclaimPolicy": (chance) => chance.pick(["Delete", "Retain"]),
  "*.annotations": (chance) => ({
    [chance.pick(["note", "example.com/a", "b.example.com/c.d"])]: chance.word(),
  }),
  "*.apiGroup": (chance) => chance.pick(["", "apps", "example.com"]),
  "*.apiVersion": () => "v1",
  "*.averageUtilization": (chance) => chance.between(1, 99),
  "*.claimName": (chance) => chance.word(),
  "*.controllerExpandSecretRef": (chance) => ({ name: chance.word(), namespace: "none" }),
  "*.controllerPublishSecretRef": (chance) => ({ name: chance.word(), namespace: "none" }),
  "*.endPort": () => 9_999,
  "*.expression": expression,
  "*.externalID": (chance) => chance.word(),
  "*.failurePolicy": (chance) => chance.pick(["Fail", "Ignore"]),
  "*.finalizers": (chance) => [`example.com/${chance.word()}`],
  "*.fsType": (chance) => chance.pick(["ext4", "xfs"]),
  "*.host": (chance) => chance.pick(["a.example.com", "b.example.com"]),
  "*.hostIP": ip,
  "*.image": image,
  "*.ip": ip,
  "*.labels": (chance) => ({ [chance.pick(["tier", "example.com/team"])]: chance.word() }),
  "*.matchPolicy": (chance) => chance.pick(["Exact", "Equivalent"]),
  "*.messageExpression": () => "'a'",
  "*.mode": (chance) => chance.pick([256, 420, 511]),
  "*.namespace": () => "none",
  "*.nodeName": () => "none",
  "*.path": (chance) => chance.pick(["/", "/a", `/${chance.word()}`]),
  "*.port": port,
  "*.provisioner": () => "example.com/none",
  "*.replicas": few,
  "*.schema": (chance) => ({ openAPIV3Schema: schemaProps(chance) }),
  "*.scope": (chance) => chance.pick(["*", "Namespaced", "Cluster"]),
  "*.topologyKey": (chance) => chance.pick(["kubernetes.io/hostname", "topology.kubernetes.io/zone"]),
  "*.wwids": () => ["a"],
};

/** For a text field without a row, by what its name says. */
export function textFor(field: string, chance: Chance): string {
  if (/path$/i.test(field)) return `/p/${chance.word()}`;
  if (/url|uri$/i.test(field)) return `https://${chance.word()}.example.com/`;
  if (/driver|provisioner|controller$/i.test(field)) return `${chance.word()}.example.com`;
  return chance.word();
}

function requirement(chance: Chance): Json {
  const operator = chance.pick(["In", "NotIn", "Exists", "DoesNotExist"]);
  const key = condition(chance);
  return /^(?:In|NotIn)$/.test(operator)
    ? { key, operator, values: [...chance.some(["a", "b", "c"], chance.between(1, 2))] }
    : { key, operator };
}

function rule(chance: Chance): Json {
  return {
    apiGroups: ["none.example.com"],
    apiVersions: ["v1"],
    resources: [chance.word()],
    operations: [...chance.some(["CREATE", "UPDATE", "DELETE"], chance.between(1, 2))],
    ...(chance.isLucky(0.3) ? { scope: chance.pick(["*", "Namespaced"]) } : {}),
  };
}

function limits(chance: Chance): Json {
  return { [chance.pick(["cpu", "memory"])]: chance.pick(["1", "500m", "1024Mi"]) };
}

function accessModes(chance: Chance): Json {
  return [...chance.some(["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"], chance.between(1, 2))];
}

function schemaProps(chance: Chance): Json {
  return {
    type: "object",
    properties: {
      [chance.word()]: chance.pick<Json>([
        { type: "string", default: "a", maxLength: 5 },
        { type: "integer", minimum: 0, default: 0 },
        { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
        { type: "object", additionalProperties: { type: "boolean" } },
        { type: "boolean", nullable: true, description: chance.word() },
      ]),
    },
  };
}
