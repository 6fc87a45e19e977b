/** What controllers of clouds, load balancers and node pools write onto Services, Ingresses and their own kinds. */
import type { ExcuseRow } from "../excuse-row.ts";
import { cloudControllerManager } from "./managers.ts";

const service = { reason: "TrustedManager", group: "", kinds: ["Service"] } as const;
const ingress = { reason: "TrustedManager", group: "networking.k8s.io", kinds: ["Ingress"] } as const;
const nodePool = { reason: "TrustedManager", group: "karpenter.sh", kinds: ["NodePool"] } as const;

/** It calls itself by the name of its program, which is just `controller`. */
const awsLoadBalancer = ["controller", "aws-load-balancer-controller"];
const awsSource = "kubernetes-sigs/aws-load-balancer-controller: controllers";
const gke = ["glbc", ...cloudControllerManager];
const gkeSource = "kubernetes/ingress-gce: pkg";
const untilGone = "The load balancer's controller keeps the object until it has deleted what it made.";

export const cloudRows: readonly ExcuseRow[] = [
  {
    ...service,
    name: "aws-service-finalizer",
    path: 'metadata.finalizers[="service.k8s.aws/resources"]',
    managers: awsLoadBalancer,
    why: untilGone,
    source: `${awsSource}/service/service_controller.go`,
  },
  {
    ...ingress,
    name: "aws-ingress-finalizer",
    path: 'metadata.finalizers[="ingress.k8s.aws/resources"]',
    managers: awsLoadBalancer,
    why: untilGone,
    source: `${awsSource}/ingress/group_controller.go`,
  },
  {
    ...ingress,
    name: "aws-ingress-group-finalizer",
    path: 'metadata.finalizers[="group.ingress.k8s.aws/*"]',
    managers: awsLoadBalancer,
    why: untilGone,
    source: `${awsSource}/ingress/group_controller.go`,
  },
  {
    name: "aws-target-group-finalizer",
    reason: "TrustedManager",
    group: "elbv2.k8s.aws",
    kinds: ["TargetGroupBinding"],
    path: 'metadata.finalizers[="elbv2.k8s.aws/resources"]',
    managers: awsLoadBalancer,
    why: untilGone,
    source: `${awsSource}/elbv2/targetgroupbinding_controller.go`,
  },
  ...[service, ingress].flatMap((row) =>
    ["networking.gke.io/*", "gke.networking.io/*"].map(
      (finalizer): ExcuseRow => ({
        ...row,
        name: `gke-${row === service ? "service" : "ingress"}-finalizer-${finalizer.startsWith("gke") ? "l4" : "l7"}`,
        path: `metadata.finalizers[="${finalizer}"]`,
        managers: gke,
        why: untilGone,
        source: `${gkeSource}/utils/common/finalizer.go`,
      }),
    ),
  ),
  {
    ...service,
    name: "gke-neg-status",
    path: 'metadata.annotations["cloud.google.com/neg-status"]',
    managers: gke,
    why: "GKE tells which endpoint groups it made.",
    source: `${gkeSource}/annotations/service.go`,
  },
  ...[
    "backends",
    "forwarding-rule",
    "https-forwarding-rule",
    "https-target-proxy",
    "ssl-cert",
    "static-ip",
    "target-proxy",
    "url-map",
  ].map(
    (name): ExcuseRow => ({
      ...ingress,
      name: `gke-ingress-${name}`,
      path: `metadata.annotations["ingress.kubernetes.io/${name}"]`,
      managers: gke,
      why: "GKE tells what it made for the Ingress.",
      source: `${gkeSource}/annotations/ingress.go`,
    }),
  ),
  {
    ...service,
    name: "digitalocean-load-balancer",
    path: 'metadata.annotations["kubernetes.digitalocean.com/load-balancer-id"]',
    managers: ["digitalocean-cloud-controller-manager"],
    why: "The cloud controller notes which load balancer belongs to the Service.",
    source:
      "digitalocean/digitalocean-cloud-controller-manager: cloud-controller-manager/do/loadbalancers.go",
  },
  {
    ...service,
    name: "openstack-load-balancer",
    path: 'metadata.annotations["loadbalancer.openstack.org/load-balancer-*"]',
    managers: ["openstack-cloud-controller-manager"],
    why: "The cloud controller notes which load balancer belongs to the Service.",
    source: "kubernetes/cloud-provider-openstack: pkg/openstack/loadbalancer.go",
  },
  {
    ...service,
    name: "metallb-pool",
    path: 'metadata.annotations["metallb.io/ip-allocated-from-pool"]',
    managers: ["controller", "metallb-controller"],
    why: "MetalLB tells from which pool it took the address.",
    source: "metallb/metallb: controller/service.go",
  },
  {
    ...nodePool,
    name: "karpenter-hash",
    path: 'metadata.annotations["karpenter.sh/nodepool-hash*"]',
    managers: ["karpenter"],
    why: "Karpenter keeps a digest of the pool, to find nodes that differ from it.",
    source: "kubernetes-sigs/karpenter: pkg/controllers/nodepool/hash/controller.go",
  },
  {
    name: "karpenter-class-hash",
    reason: "TrustedManager",
    group: "karpenter.k8s.aws",
    kinds: ["EC2NodeClass"],
    path: 'metadata.annotations["karpenter.k8s.aws/ec2nodeclass-hash*"]',
    managers: ["karpenter"],
    why: "Karpenter keeps a digest of the class, to find nodes that differ from it.",
    source: "aws/karpenter-provider-aws: pkg/controllers/nodeclass/hash/controller.go",
  },
  {
    name: "karpenter-class-finalizer",
    reason: "TrustedManager",
    group: "karpenter.k8s.aws",
    kinds: ["EC2NodeClass"],
    path: 'metadata.finalizers[="karpenter.k8s.aws/termination"]',
    managers: ["karpenter"],
    why: "Karpenter keeps the object until its nodes are gone.",
    source: "aws/karpenter-provider-aws: pkg/apis/v1/labels.go",
  },
];
