/** What Kubernetes' own controllers write onto objects that somebody else declares. */
import { isJsonObject } from "../../resource/resource.ts";
import type { ExcuseRow } from "../excuse-row.ts";
import { byProgram, published, sources } from "./evidence.ts";
import { cloudControllerManager, controllerManager, scheduler } from "./managers.ts";

const volumeClaim = { reason: "TrustedManager", group: "", kinds: ["PersistentVolumeClaim"] } as const;
const volume = { reason: "TrustedManager", group: "", kinds: ["PersistentVolume"] } as const;
const binder = "kubernetes/kubernetes: staging/src/k8s.io/component-helpers/storage/volume/helpers.go";
const binding = "The volume binder notes here which volume and claim belong together.";

export const kubernetesRows: readonly ExcuseRow[] = [
  {
    name: "deployment-revision",
    reason: "TrustedManager",
    group: "apps",
    kinds: ["Deployment"],
    path: 'metadata.annotations["deployment.kubernetes.io/revision"]',
    managers: controllerManager,
    operation: "Update",
    // `kubectl get -o yaml` leaves managedFields out, and the number steers nothing.
    unowned: true,
    check: (value) => typeof value === "string" && /^\d+$/.test(value),
    why: "The Deployment controller counts its rollouts.",
    source: "kubernetes/kubernetes: pkg/controller/deployment/util/deployment_util.go",
  },
  {
    ...volumeClaim,
    name: "claim-bind-completed",
    path: 'metadata.annotations["pv.kubernetes.io/bind-completed"]',
    managers: controllerManager,
    why: binding,
    source: binder,
  },
  {
    ...volumeClaim,
    name: "claim-bound-by-controller",
    path: 'metadata.annotations["pv.kubernetes.io/bound-by-controller"]',
    managers: controllerManager,
    why: binding,
    source: binder,
  },
  ...Object.entries({ "": "volume.kubernetes.io", "-beta": "volume.beta.kubernetes.io" }).map(
    ([suffix, prefix]): ExcuseRow => ({
      ...volumeClaim,
      name: `claim-provisioner${suffix}`,
      path: `metadata.annotations["${prefix}/storage-provisioner"]`,
      managers: controllerManager,
      why: "The volume binder names the provisioner that is to make the volume.",
      source: binder,
    }),
  ),
  {
    ...volumeClaim,
    name: "claim-selected-node",
    path: 'metadata.annotations["volume.kubernetes.io/selected-node"]',
    managers: scheduler,
    why: "The scheduler names the node near which the volume is to be made.",
    source: binder,
  },
  {
    ...volumeClaim,
    name: "claim-resizer",
    path: 'metadata.annotations["volume.kubernetes.io/storage-resizer"]',
    managers: controllerManager,
    why: "The expand controller names the resizer in charge.",
    source: "kubernetes/kubernetes: pkg/controller/volume/expand/expand_controller.go",
  },
  {
    ...volumeClaim,
    name: "claim-volume",
    path: "spec.volumeName",
    managers: controllerManager,
    why: "The volume binder names the volume that the claim is bound to.",
    source: "kubernetes/kubernetes: pkg/controller/volume/persistentvolume/pv_controller.go",
  },
  {
    ...volume,
    name: "volume-bound-by-controller",
    path: 'metadata.annotations["pv.kubernetes.io/bound-by-controller"]',
    managers: controllerManager,
    why: binding,
    source: binder,
  },
  {
    ...volume,
    name: "volume-claim",
    path: "spec.claimRef",
    managers: controllerManager,
    why: "The volume binder names the claim that the volume is bound to.",
    source: "kubernetes/kubernetes: pkg/controller/volume/persistentvolume/pv_controller.go",
  },
  {
    ...volume,
    name: "volume-provisioner-finalizer",
    path: 'metadata.finalizers[="external-provisioner.volume.kubernetes.io/finalizer"]',
    managers: ["csi-provisioner"],
    why: "The provisioner keeps the object until it has deleted the volume behind it.",
    source: sources(
      "kubernetes-sigs/sig-storage-lib-external-provisioner: controller/controller.go",
      byProgram,
    ),
  },
  {
    ...volume,
    name: "volume-attacher-finalizer",
    path: 'metadata.finalizers[="external-attacher/*"]',
    managers: ["csi-attacher"],
    why: "The attacher keeps the object while the volume is attached to a node.",
    source: sources("kubernetes-csi/external-attacher: pkg/controller/util.go", published),
  },
  {
    name: "aggregated-rules",
    reason: "TrustedManager",
    group: "rbac.authorization.k8s.io",
    kinds: ["ClusterRole"],
    path: "rules",
    managers: ["clusterrole-aggregation-controller"],
    operation: "Apply",
    check: (_, { desired }) => isJsonObject(desired["aggregationRule"]),
    placeholders: "anything",
    why: "The aggregation controller fills in the rules of a ClusterRole that Git declares as aggregated.",
    source:
      "kubernetes/kubernetes: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go",
  },
  {
    name: "service-cidr-finalizer",
    reason: "TrustedManager",
    group: "networking.k8s.io",
    kinds: ["ServiceCIDR"],
    path: 'metadata.finalizers[="networking.k8s.io/service-cidr-finalizer"]',
    managers: [...controllerManager, "service-cidr-controller"],
    why: "The controller keeps the range until no address of it is in use.",
    source: "kubernetes/kubernetes: pkg/controller/servicecidrs/servicecidrs_controller.go",
  },
  {
    name: "node-ttl",
    reason: "TrustedManager",
    group: "",
    kinds: ["Node"],
    path: 'metadata.annotations["node.alpha.kubernetes.io/ttl"]',
    managers: controllerManager,
    operation: "Update",
    why: "The TTL controller tells the kubelet for how long it may keep ConfigMaps and Secrets.",
    source: "kubernetes/kubernetes: pkg/controller/ttl/ttl_controller.go",
  },
  {
    name: "load-balancer-finalizer",
    reason: "TrustedManager",
    group: "",
    kinds: ["Service"],
    path: 'metadata.finalizers[="service.kubernetes.io/load-balancer-cleanup"]',
    managers: cloudControllerManager,
    why: "The service controller keeps the object until it has deleted the load balancer.",
    source: sources(
      "kubernetes/kubernetes: staging/src/k8s.io/cloud-provider/service/helpers/helper.go",
      published,
    ),
  },
  ...[
    'data["token"]',
    'data["ca.crt"]',
    'data["namespace"]',
    'metadata.annotations["kubernetes.io/service-account.uid"]',
  ].map(
    (path): ExcuseRow => ({
      name: `account-token-${path.replace(/.*\["(?:.*\/)?(.*)"\]/, "$1").replaceAll(".", "-")}`,
      reason: "TrustedManager",
      group: "",
      kinds: ["Secret"],
      path,
      managers: controllerManager,
      operation: "Update",
      check: (_, { live }) => live["type"] === "kubernetes.io/service-account-token",
      why: "The token controller fills the Secrets that are made for a ServiceAccount's token.",
      source: "kubernetes/kubernetes: pkg/controller/serviceaccount/tokens_controller.go",
    }),
  ),
  ...["conditions", "current-metrics"].map(
    (name): ExcuseRow => ({
      name: `autoscaler-${name}`,
      reason: "SystemMetadata",
      group: "autoscaling",
      kinds: ["HorizontalPodAutoscaler"],
      path: `metadata.annotations["autoscaling.alpha.kubernetes.io/${name}"]`,
      why: "What version 1 has no status field for, the API server serves as an annotation.",
      source: "kubernetes/kubernetes: pkg/apis/autoscaling/annotations.go",
    }),
  ),
];
