/** Marks by which deliverers find their objects again. Each is checked by its value: a wrong one is drift. */
import { parseTrackingId, trackingIdAnnotation } from "../../resource/deliverer-mark.ts";
import { annotation, isNamespaceName, isObjectName, label } from "../../resource/metadata.ts";
import { type Json, type KubernetesObject, parseApiVersion } from "../../resource/resource.ts";
import type { ExcuseRow } from "../excuse-row.ts";
import { isLastApplied } from "./last-applied.ts";
import { argoCd, fluxHelm, fluxKustomize, helm } from "./managers.ts";

const releaseName = "meta.helm.sh/release-name";
const releaseNamespace = "meta.helm.sh/release-namespace";
const mark = { reason: "DelivererMark", unowned: true } as const;

export const markRows: readonly ExcuseRow[] = [
  {
    reason: "DelivererMark",
    name: "last-applied",
    path: 'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
    check: isLastApplied,
    why: "kubectl keeps what it applied; it names this object, and holds only what Git says or said at the last delivery.",
    source: "kubernetes/kubectl: pkg/util/apply.go",
  },
  {
    ...mark,
    name: "argocd-tracking-id",
    path: `metadata.annotations["${trackingIdAnnotation}"]`,
    managers: argoCd,
    check: (value, { live }) => isTrackingIdOf(value, live),
    why: "Argo CD tracks its objects by this annotation; it names this very object.",
    source: "argoproj/argo-cd: util/argo/resource_tracking.go",
  },
  {
    ...mark,
    name: "argocd-installation-id",
    path: 'metadata.annotations["argocd.argoproj.io/installation-id"]',
    managers: argoCd,
    check: (value, { live }) =>
      typeof value === "string" &&
      value !== "" &&
      isTrackingIdOf(annotation(live, trackingIdAnnotation), live),
    why: "Argo CD tells its installations apart by this annotation, which stands beside a valid tracking id.",
    source: "argoproj/argo-cd: util/argo/resource_tracking.go",
  },
  ...fluxRows("kustomize", fluxKustomize),
  ...fluxRows("helm", fluxHelm),
  {
    ...mark,
    name: "helm-release-name",
    path: `metadata.annotations["${releaseName}"]`,
    managers: helm,
    check: (value, { live }) => isObjectName(value) && isNamespaceName(annotation(live, releaseNamespace)),
    why: "Helm names the release that the object is of.",
    source: "helm/helm: pkg/action/validate.go",
  },
  {
    ...mark,
    name: "helm-release-namespace",
    path: `metadata.annotations["${releaseNamespace}"]`,
    managers: helm,
    check: (value, { live }) => isNamespaceName(value) && isObjectName(annotation(live, releaseName)),
    why: "Helm names the namespace of the release that the object is of.",
    source: "helm/helm: pkg/action/validate.go",
  },
  {
    ...mark,
    name: "helm-managed-by",
    path: 'metadata.labels["app.kubernetes.io/managed-by"]',
    managers: helm,
    check: (value, { live }) =>
      value === "Helm" &&
      isObjectName(annotation(live, releaseName)) &&
      isNamespaceName(annotation(live, releaseNamespace)),
    why: "Helm marks the objects of a release, which stands in the annotations beside it.",
    source: "helm/helm: pkg/action/validate.go",
  },
];

/** Name and namespace of the Kustomization or HelmRelease: one is nothing without the other. */
function fluxRows(kind: "kustomize" | "helm", managers: readonly string[]): readonly ExcuseRow[] {
  const prefix = `${kind}.toolkit.fluxcd.io`;
  const source =
    kind === "helm"
      ? "fluxcd/helm-controller: internal/postrender/origin_labels.go"
      : "fluxcd/pkg: ssa/manager.go (SetOwnerLabels)";
  const what = kind === "helm" ? "HelmRelease" : "Kustomization";
  const names = (live: KubernetesObject) => isObjectName(label(live, `${prefix}/name`));
  const namespaces = (live: KubernetesObject) => isNamespaceName(label(live, `${prefix}/namespace`));
  return [
    {
      ...mark,
      name: `flux-${kind}-name`,
      path: `metadata.labels["${prefix}/name"]`,
      managers,
      check: (value, { live }) => isObjectName(value) && namespaces(live),
      why: `Flux marks the objects of a ${what}.`,
      source,
    },
    {
      ...mark,
      name: `flux-${kind}-namespace`,
      path: `metadata.labels["${prefix}/namespace"]`,
      managers,
      check: (value, { live }) => isNamespaceName(value) && names(live),
      why: `Flux marks the objects of a ${what}.`,
      source,
    },
  ];
}

/**
 * For a cluster-scoped object Argo CD writes the namespace that the application delivers to; for a namespaced one it is
 * the object's own.
 */
function isTrackingIdOf(value: Json | undefined, { apiVersion, kind, metadata }: KubernetesObject): boolean {
  const id = parseTrackingId(value);
  if (id === undefined) return false;
  const isOfObject =
    id.group === parseApiVersion(apiVersion).group && id.kind === kind && id.name === metadata.name;
  const isPlaced =
    metadata.namespace === undefined
      ? id.namespace === "" || isNamespaceName(id.namespace)
      : id.namespace === metadata.namespace;
  return isOfObject && isPlaced;
}
