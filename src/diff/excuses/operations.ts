/** Things that were done to an object: they leave a time behind, and configure nothing. */
import type { ExcuseRow } from "../excuse-row.ts";
import { isOneOf, isTime } from "./values.ts";

const restart = {
  reason: "Operation",
  path: 'spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]',
  check: isTime,
  why: "Somebody restarted the Pods: `kubectl rollout restart` writes the time into their template.",
  source: "kubernetes/kubectl: pkg/polymorphichelpers/objectrestarter.go",
} as const;

export const operationRows: readonly ExcuseRow[] = [
  { ...restart, name: "restart", group: "apps", kinds: ["DaemonSet", "Deployment", "StatefulSet"] },
  {
    ...restart,
    name: "restart-kruise",
    group: "apps.kruise.io",
    kinds: ["CloneSet", "DaemonSet", "StatefulSet"],
    source: "openkruise/kruise-tools: pkg/internal/polymorphichelpers/objectrestarter.go",
  },
  {
    name: "restart-rollout",
    reason: "Operation",
    group: "argoproj.io",
    kinds: ["Rollout"],
    path: "spec.restartAt",
    check: isTime,
    why: "Somebody restarted the Pods of an Argo Rollout.",
    source: "argoproj/argo-rollouts: pkg/kubectl-argo-rollouts/cmd/restart/restart.go",
  },
  {
    name: "restart-rancher",
    reason: "Operation",
    group: "apps",
    kinds: ["DaemonSet", "Deployment", "StatefulSet"],
    path: 'spec.template.metadata.annotations["cattle.io/timestamp"]',
    check: isTime,
    why: "Somebody redeployed the workload in Rancher's user interface.",
    source: "rancher/dashboard: shell/models/workload.js",
  },
  {
    name: "argocd-refresh",
    reason: "Operation",
    group: "argoproj.io",
    kinds: ["Application"],
    path: 'metadata.annotations["argocd.argoproj.io/refresh"]',
    check: isOneOf("normal", "hard"),
    why: "Somebody asked Argo CD to look again; it takes the annotation away when it has.",
    source: "argoproj/argo-cd: pkg/apis/application/v1alpha1/application_annotations.go",
  },
  {
    name: "argocd-operation",
    reason: "Operation",
    group: "argoproj.io",
    kinds: ["Application"],
    path: "operation",
    managers: ["argocd-server", "argocd-application-controller", "argocd-applicationset-controller"],
    why: "Argo CD keeps the running synchronisation here.",
    source: "argoproj/argo-cd: pkg/apis/application/v1alpha1/types.go",
  },
  {
    name: "argocd-notified",
    reason: "TrustedManager",
    group: "argoproj.io",
    kinds: ["Application"],
    path: 'metadata.annotations["notified.notifications.argoproj.io"]',
    managers: ["argocd-notifications-controller", "argocd-notifications"],
    why: "Argo CD notes which notifications it has sent.",
    source: "argoproj/notifications-engine: pkg/subscriptions/annotations.go",
  },
  ...fluxRows(),
];

/** Of each group of Flux: what `flux reconcile` writes, and the finalizer of the controller. */
function fluxRows(): readonly ExcuseRow[] {
  const controllers = ["source", "kustomize", "helm", "notification", "image"];
  return controllers.flatMap((name): readonly ExcuseRow[] => [
    ...["requestedAt", "forceAt", "resetAt"].map(
      (what): ExcuseRow => ({
        name: `flux-${name}-${what.toLowerCase()}`,
        reason: "Operation",
        group: `${name}.toolkit.fluxcd.io`,
        path: `metadata.annotations["reconcile.fluxcd.io/${what}"]`,
        check: isTime,
        why: "Somebody asked Flux to reconcile at once.",
        source: "fluxcd/pkg: apis/meta/annotations.go",
      }),
    ),
    {
      name: `flux-${name}-finalizer`,
      reason: "TrustedManager",
      group: `${name}.toolkit.fluxcd.io`,
      path: 'metadata.finalizers[="finalizers.fluxcd.io"]',
      managers: [
        `${name}-controller`,
        `gotk-${name}-controller`,
        `${name}-*-controller`,
        `gotk-${name}-*-controller`,
      ],
      why: "Flux keeps the object until it has cleaned up behind it.",
      source: "fluxcd/pkg: apis/meta/finalizers.go",
    },
  ]);
}
