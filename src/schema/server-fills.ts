/** What the API server puts into built-in objects by itself, as data: each row was seen on the real API server. */
import { isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import { builtInTypeKey } from "./built-in-types.ts";
import type { ServerFill } from "./schema-node.ts";

const rbacGroup = "rbac.authorization.k8s.io";
const chosen: ServerFill = {};

/**
 * Two uses: inside values that count whole, what live has beyond Git is no drift if the server put it there; and a zero
 * in Git says nothing where the server takes it for "choose" (`clusterIP: ""`, `nodePort: 0`).
 * Keys are `<group>.<Type>.<field>`: a row holds for every version of its group.
 */
const rows: Readonly<Record<string, ServerFill>> = {
  // Inside atomic lists and structs: the exact value matters.
  "admissionregistration.MatchResources.matchPolicy": constant("Equivalent"),
  "admissionregistration.MatchResources.namespaceSelector": constant({}),
  "admissionregistration.MatchResources.objectSelector": constant({}),
  "admissionregistration.NamedRuleWithOperations.scope": constant("*"),
  "admissionregistration.RuleWithOperations.scope": constant("*"),
  "batch.PodFailurePolicyOnPodConditionsPattern.status": constant("True"),
  "core.EndpointPort.protocol": constant("TCP"),
  "core.LimitRangeItem.default": { value: limitDefaults, when: isContainerLimit, overrides: true },
  "core.LimitRangeItem.defaultRequest": { value: limitRequests, when: isContainerLimit, overrides: true },
  "core.ObjectFieldSelector.apiVersion": constant("v1"),
  "core.PersistentVolumeClaim.apiVersion": constant("v1"),
  "core.PersistentVolumeClaim.kind": constant("PersistentVolumeClaim"),
  "core.PersistentVolumeClaim.status": chosen,
  "core.PersistentVolumeClaimSpec.dataSource": copyOf("dataSourceRef"),
  "core.PersistentVolumeClaimSpec.dataSourceRef": copyOf("dataSource"),
  "core.PersistentVolumeClaimSpec.volumeMode": constant("Filesystem"),
  "core.ResourceFieldSelector.divisor": constant("0"),
  "core.ServiceAccountTokenProjection.expirationSeconds": constant(3600),
  "discovery.EndpointPort.name": constant(""),
  "discovery.EndpointPort.protocol": constant("TCP"),
  "networking.NetworkPolicyPort.protocol": constant("TCP"),
  "rbac.RoleRef.apiGroup": constant(rbacGroup),
  "rbac.Subject.apiGroup": { value: () => rbacGroup, when: isUserOrGroup },
  "resource.DeviceSubRequest.allocationMode": constant("ExactCount"),
  "resource.DeviceSubRequest.count": constant(1),
  "resource.DeviceTaint.timeAdded": chosen,
  "resource.DeviceToleration.operator": constant("Equal"),
  "resource.ExactDeviceRequest.allocationMode": constant("ExactCount"),
  "resource.ExactDeviceRequest.count": constant(1),

  // List keys.
  "core.ContainerPort.protocol": constant("TCP"),
  "core.ServicePort.protocol": constant("TCP"),

  // A zero that stands for "choose".
  "admissionregistration.WebhookClientConfig.caBundle": chosen,
  "apiextensions.CustomResourceDefinitionNames.listKind": chosen,
  "apiextensions.CustomResourceDefinitionNames.singular": chosen,
  "apiextensions.WebhookClientConfig.caBundle": chosen,
  "apiregistration.APIServiceSpec.caBundle": chosen,
  "apps.DaemonSetUpdateStrategy.type": chosen,
  "apps.DeploymentStrategy.type": chosen,
  "apps.StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted": chosen,
  "apps.StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled": chosen,
  "apps.StatefulSetSpec.podManagementPolicy": chosen,
  "apps.StatefulSetUpdateStrategy.type": chosen,
  "autoscaling.HPAScalingRules.policies": chosen,
  "autoscaling.HorizontalPodAutoscalerSpec.metrics": chosen,
  "batch.CronJobSpec.concurrencyPolicy": chosen,
  "core.Container.imagePullPolicy": chosen,
  "core.Container.terminationMessagePath": chosen,
  "core.Container.terminationMessagePolicy": chosen,
  "core.EphemeralContainer.imagePullPolicy": chosen,
  "core.EphemeralContainer.terminationMessagePath": chosen,
  "core.EphemeralContainer.terminationMessagePolicy": chosen,
  "core.HTTPGetAction.path": chosen,
  "core.HTTPGetAction.scheme": chosen,
  "core.ISCSIVolumeSource.iscsiInterface": chosen,
  "core.ImageVolumeSource.pullPolicy": chosen,
  "core.NamespaceSpec.finalizers": chosen,
  "core.PersistentVolumeClaimSpec.volumeName": chosen,
  "core.PersistentVolumeSpec.persistentVolumeReclaimPolicy": chosen,
  "core.PodSpec.dnsPolicy": chosen,
  "core.PodSpec.restartPolicy": chosen,
  "core.PodSpec.schedulerName": chosen,
  "core.PodSpec.serviceAccount": { when: (pod) => Boolean(pod["serviceAccountName"]) },
  "core.PodSpec.serviceAccountName": { when: (pod) => Boolean(pod["serviceAccount"]) },
  "core.Probe.failureThreshold": chosen,
  "core.Probe.periodSeconds": chosen,
  "core.Probe.successThreshold": chosen,
  "core.Probe.timeoutSeconds": chosen,
  "core.ReplicationControllerSpec.selector": chosen,
  "core.Secret.type": chosen,
  "core.ServicePort.nodePort": chosen,
  "core.ServicePort.targetPort": chosen,
  "core.ServiceSpec.clusterIP": chosen,
  "core.ServiceSpec.clusterIPs": chosen,
  "core.ServiceSpec.externalTrafficPolicy": chosen,
  "core.ServiceSpec.healthCheckNodePort": chosen,
  "core.ServiceSpec.ipFamilies": chosen,
  "core.ServiceSpec.sessionAffinity": chosen,
  "core.ServiceSpec.type": chosen,
  "flowcontrol.FlowSchemaSpec.matchingPrecedence": chosen,
  "flowcontrol.QueuingConfiguration.handSize": chosen,
  "flowcontrol.QueuingConfiguration.queueLengthLimit": chosen,
  "flowcontrol.QueuingConfiguration.queues": chosen,
  "networking.NetworkPolicySpec.policyTypes": chosen,
  "storage.CSIDriverSpec.volumeLifecycleModes": chosen,

  // An aggregated ClusterRole's rules are written by kube-controller-manager, whatever the manifest says.
  "rbac.ClusterRole.rules": { when: (role) => isJsonObject(role["aggregationRule"]), overrides: true },
};
const rowsByField: ReadonlyMap<string, ServerFill> = new Map(Object.entries(rows));

/** The row of a field, if the server puts anything there. `typeName` is the document's, e.g. `io.k8s.api.core.v1.Pod`. */
export function serverFill(typeName: string, field: string): ServerFill | undefined {
  return rowsByField.get(`${builtInTypeKey(typeName) ?? ""}.${field}`);
}

/**
 * What is put into the spec of a bare Pod, never into a pod template: the tolerations that the admission plugin
 * DefaultTolerationSeconds adds, and the node that the scheduler chooses.
 */
export const barePodFills: ReadonlyMap<string, ServerFill> = new Map([
  ["tolerations", { value: withDefaultTolerations, overrides: true }],
  ["nodeName", chosen],
]);

function constant(value: Json): ServerFill {
  return { value: () => value };
}

function copyOf(field: string): ServerFill {
  return { value: (desired) => desired[field] };
}

function isUserOrGroup(subject: JsonObject): boolean {
  return subject["kind"] === "User" || subject["kind"] === "Group";
}

function isContainerLimit(item: JsonObject): boolean {
  return item["type"] === "Container";
}

/** SetDefaults_LimitRangeItem: limits are filled up from `max`, requests from the limits, then from `min`. */
function limitDefaults(item: JsonObject): Json {
  return { ...amounts(item["max"]), ...amounts(item["default"]) };
}

function limitRequests(item: JsonObject): Json {
  return { ...amounts(item["min"]), ...amounts(limitDefaults(item)), ...amounts(item["defaultRequest"]) };
}

function amounts(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function withDefaultTolerations(podSpec: JsonObject): Json {
  const stated = Array.isArray(podSpec["tolerations"]) ? (podSpec["tolerations"] as readonly Json[]) : []; // a JSON array
  const added = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
    .filter((key) => !stated.some((toleration) => tolerates(toleration, key)))
    .map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }));
  return [...stated, ...added];
}

function tolerates(toleration: Json, key: string): boolean {
  if (!isJsonObject(toleration)) return false;
  const { key: tolerated, effect } = toleration;
  return (tolerated === key || !tolerated) && (effect === "NoExecute" || !effect);
}
