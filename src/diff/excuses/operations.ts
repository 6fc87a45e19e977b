/** Things that were done to an object: they leave a time behind, and configure nothing. */
import type { ExcuseRow } from "../excuse-row.ts";
import { byProgram, published, sources } from "./evidence.ts";
import { isGoTime, isOneOf, isTime, isTimeOrSeconds } from "./values.ts";

const restart = {
  reason: "Operation",
  path: 'spec.template.metadata.annotations["kubectl.kubernetes.io/restartedAt"]',
  check: isTime,
  why: "Somebody restarted the Pods: `kubectl rollout restart` writes the time into their template.",
  source: "kubernetes/kubectl: pkg/polymorphichelpers/objectrestarter.go",
} as const;

/** Each group of Flux, and who writes its finalizer. */
const fluxControllers = {
  source: ["source-controller"],
  kustomize: ["kustomize-controller", "gotk-kustomize-controller"],
  helm: ["helm-controller"],
  notification: ["notification-controller"],
  image: ["image-reflector-controller", "image-automation-controller"],
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
    source: sources("argoproj/argo-cd: pkg/apis/application/v1alpha1/types.go, Dockerfile", byProgram),
  },
  {
    name: "argocd-notified",
    reason: "TrustedManager",
    group: "argoproj.io",
    kinds: ["Application"],
    path: 'metadata.annotations["notified.notifications.argoproj.io"]',
    // The second is from before it became a part of Argo CD.
    managers: ["argocd-notifications", "argocd-notifications-backend"],
    why: "Argo CD notes which notifications it has sent.",
    source: sources("argoproj/argo-cd: Dockerfile", byProgram, `for the older name: ${published}`),
  },
  ...fluxRows(),
];

/** Of each group of Flux: what `flux reconcile` or a Receiver writes, and the finalizer of the controller. */
function fluxRows(): readonly ExcuseRow[] {
  return Object.entries(fluxControllers).flatMap(([name, controllers]): readonly ExcuseRow[] => [
    ...["requestedAt", "forceAt", "resetAt"].map(
      (what): ExcuseRow => ({
        name: `flux-${name}-${what.toLowerCase()}`,
        reason: "Operation",
        group: `${name}.toolkit.fluxcd.io`,
        path: `metadata.annotations["reconcile.fluxcd.io/${what}"]`,
        // The CLI writes a time, its documentation shows seconds, and a Receiver writes what Go shows to people.
        check: (value) => isTimeOrSeconds(value) || isGoTime(value),
        why: "Somebody asked Flux to reconcile at once.",
        source:
          "fluxcd/pkg: apis/meta/annotations.go; fluxcd/notification-controller: internal/server/receiver_handlers.go",
      }),
    ),
    {
      name: `flux-${name}-finalizer`,
      reason: "TrustedManager",
      group: `${name}.toolkit.fluxcd.io`,
      path: 'metadata.finalizers[="finalizers.fluxcd.io"]',
      managers: controllers,
      why: "Flux keeps the object until it has cleaned up behind it.",
      source: sources(
        `fluxcd/${controllers[0]}: main.go (the controller's name)`,
        name === "kustomize" || name === "helm" ? published : byProgram,
      ),
    },
  ]);
}
