/** What controllers of clouds, load balancers and node pools write onto Services, Ingresses and their own kinds. */
import type { ExcuseRow } from "../excuse-row.ts";
import { byProgram, published, sources } from "./evidence.ts";

const service = { reason: "TrustedManager", group: "", kinds: ["Service"] } as const;
const ingress = { reason: "TrustedManager", group: "networking.k8s.io", kinds: ["Ingress"] } as const;
const untilGone = "The load balancer's controller keeps the object until it has deleted what it made.";

/** It calls itself by the name of its program, which is just `controller`. */
const aws = {
  managers: ["controller"],
  why: untilGone,
  source: sources(
    "kubernetes-sigs/aws-load-balancer-controller: pkg/shared_constants/finalizers.go, Dockerfile",
    byProgram,
  ),
} as const;
const gateway = { reason: "TrustedManager", group: "gateway.networking.k8s.io", kinds: ["Gateway"] } as const;

/** GKE's controller of Ingresses, endpoint groups and newer load balancers is called as its program is. */
const gke = { managers: ["glbc"] } as const;

const openStack = sources(
  "kubernetes/cloud-provider-openstack: pkg/openstack/loadbalancer.go, Dockerfile",
  byProgram,
);

const karpenter = {
  reason: "TrustedManager",
  managers: ["karpenter"],
} as const;
const karpenterAgent = "kubernetes-sigs/karpenter: pkg/operator/operator.go (its user agent)";

export const cloudRows: readonly ExcuseRow[] = [
  {
    ...service,
    ...aws,
    name: "aws-service-finalizer",
    path: 'metadata.finalizers[="service.k8s.aws/resources"]',
    source: sources(aws.source, published),
  },
  {
    ...ingress,
    ...aws,
    name: "aws-ingress-finalizer",
    path: 'metadata.finalizers[="ingress.k8s.aws/resources"]',
  },
  {
    ...ingress,
    ...aws,
    name: "aws-ingress-group-finalizer",
    path: 'metadata.finalizers[="group.ingress.k8s.aws/*"]',
  },
  ...["alb", "nlb"].map(
    (kind): ExcuseRow => ({
      ...gateway,
      ...aws,
      name: `aws-gateway-finalizer-${kind}`,
      path: `metadata.finalizers[="gateway.k8s.aws/${kind}"]`,
    }),
  ),
  {
    ...aws,
    name: "aws-target-group-finalizer",
    reason: "TrustedManager",
    group: "elbv2.k8s.aws",
    kinds: ["TargetGroupBinding"],
    path: 'metadata.finalizers[="elbv2.k8s.aws/resources"]',
    source: sources(
      "kubernetes-sigs/aws-load-balancer-controller: controllers/elbv2/targetgroupbinding_controller.go, Dockerfile",
      byProgram,
    ),
  },
  {
    ...service,
    name: "gke-service-finalizer",
    path: 'metadata.finalizers[="gke.networking.io/l4-*"]',
    // Version 1 of the finalizers is the service controller's.
    managers: [...gke.managers, "kube-controller-manager", "cloud-controller-manager"],
    why: untilGone,
    source: sources("kubernetes/ingress-gce: pkg/utils/common/finalizer.go", byProgram),
  },
  {
    ...ingress,
    ...gke,
    name: "gke-ingress-finalizer",
    path: 'metadata.finalizers[="networking.gke.io/ingress-finalizer*"]',
    why: untilGone,
    source: sources("kubernetes/ingress-gce: pkg/utils/common/finalizer.go", published),
  },
  ...["neg-status", ...gkeServiceResources()].map(
    (name): ExcuseRow => ({
      ...service,
      ...gke,
      name: `gke-service-${name}`,
      path:
        name === "neg-status"
          ? 'metadata.annotations["cloud.google.com/neg-status"]'
          : `metadata.annotations["service.kubernetes.io/${name}"]`,
      why: "GKE tells what it made for the Service.",
      source: sources("kubernetes/ingress-gce: pkg/annotations/service.go", byProgram),
    }),
  ),
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
      ...gke,
      name: `gke-ingress-${name}`,
      path: `metadata.annotations["ingress.kubernetes.io/${name}"]`,
      why: "GKE tells what it made for the Ingress.",
      source: sources("kubernetes/ingress-gce: pkg/annotations/ingress.go", published),
    }),
  ),
  {
    ...service,
    name: "digitalocean-load-balancer",
    path: 'metadata.annotations["kubernetes.digitalocean.com/load-balancer-id"]',
    managers: ["digitalocean-cloud-controller-manager"],
    why: "The cloud controller notes which load balancer belongs to the Service.",
    source: sources(
      "digitalocean/digitalocean-cloud-controller-manager: cloud-controller-manager/do/loadbalancers.go",
      published,
    ),
  },
  ...["id", "address"].map(
    (what): ExcuseRow => ({
      ...service,
      name: `openstack-load-balancer-${what}`,
      path: `metadata.annotations["loadbalancer.openstack.org/load-balancer-${what}"]`,
      managers: ["openstack-cloud-controller-manager"],
      why: "The cloud controller notes which load balancer belongs to the Service.",
      source: openStack,
    }),
  ),
  ...Object.entries({ "": "metallb.io", "-deprecated": "metallb.universe.tf" }).map(
    ([suffix, prefix]): ExcuseRow => ({
      ...service,
      name: `metallb-pool${suffix}`,
      path: `metadata.annotations["${prefix}/ip-allocated-from-pool"]`,
      // The name of its program, as of the AWS Load Balancer Controller's.
      managers: ["controller"],
      why: "MetalLB tells from which pool it took the address.",
      source: sources("metallb/metallb: controller/service.go, controller/Dockerfile", published),
    }),
  ),
  ...["nodepool-hash", "nodepool-hash-version"].map(
    (annotation): ExcuseRow => ({
      ...karpenter,
      name: `karpenter-${annotation}`,
      group: "karpenter.sh",
      kinds: ["NodePool"],
      path: `metadata.annotations["karpenter.sh/${annotation}"]`,
      why: "Karpenter keeps a digest of the pool, to find nodes that differ from it.",
      source: sources(
        "kubernetes-sigs/karpenter: pkg/controllers/nodepool/hash/controller.go",
        karpenterAgent,
      ),
    }),
  ),
  ...["ec2nodeclass-hash", "ec2nodeclass-hash-version"].map(
    (annotation): ExcuseRow => ({
      ...karpenter,
      name: `karpenter-${annotation}`,
      group: "karpenter.k8s.aws",
      kinds: ["EC2NodeClass"],
      path: `metadata.annotations["karpenter.k8s.aws/${annotation}"]`,
      why: "Karpenter keeps a digest of the class, to find nodes that differ from it.",
      source: sources(
        "aws/karpenter-provider-aws: pkg/controllers/nodeclass/hash/controller.go",
        karpenterAgent,
      ),
    }),
  ),
  {
    ...karpenter,
    name: "karpenter-class-finalizer",
    group: "karpenter.k8s.aws",
    kinds: ["EC2NodeClass"],
    path: 'metadata.finalizers[="karpenter.k8s.aws/termination"]',
    why: "Karpenter keeps the object until its nodes are gone.",
    source: sources("aws/karpenter-provider-aws: pkg/controllers/nodeclass/controller.go", karpenterAgent),
  },
];

/** What the controller of GKE's newer load balancers makes, as its annotations call it. */
function gkeServiceResources(): readonly string[] {
  const rules = ["tcp-forwarding-rule", "udp-forwarding-rule", "l3-forwarding-rule"];
  const firewalls = ["firewall-rule", "firewall-rule-for-hc"];
  const each = [...rules, ...firewalls];
  return ["backend-service", "healthcheck", ...each, ...each.map((name) => `${name}-ipv6`)];
}
