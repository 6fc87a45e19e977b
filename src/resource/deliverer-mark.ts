/** Whose delivery an object says it is. Anybody may write such a mark: it says where to look, and nothing else. */
import { annotation, isNamespaceName, isObjectName, label } from "./metadata.ts";
import { type Json, type KubernetesObject, refOf } from "./resource.ts";

/** Kinds of objects by which a deliverer is told what to deliver, and in which it says what it has delivered. */
export type DelivererKind = "Application" | "HelmRelease" | "Kustomization";

/** Names such an object. */
export interface DelivererMark {
  readonly kind: DelivererKind;
  /** Left out of an Application that is in Argo CD's own namespace. */
  readonly namespace?: string;
  readonly name: string;
}

type AppName = Omit<DelivererMark, "kind">;

/** What Argo CD writes onto an object. For a cluster-scoped one, `namespace` is where the application delivers to. */
export interface TrackingId {
  readonly app: AppName;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The annotation that holds it. */
export const trackingIdAnnotation = "argocd.argoproj.io/tracking-id";

const noMarks: readonly DelivererMark[] = [];

/** The marks of an object: as many as there are kinds of deliverers, at most. */
export function marksOf(object: KubernetesObject): readonly DelivererMark[] {
  const app = appOf(object);
  const marks = [
    ...fluxMark(object, "Kustomization", "kustomize.toolkit.fluxcd.io"),
    ...fluxMark(object, "HelmRelease", "helm.toolkit.fluxcd.io"),
    ...(app === undefined ? [] : [{ kind: "Application" as const, ...app }]),
  ];
  return marks.length === 0 ? noMarks : marks;
}

/** Source: fluxcd/pkg, ssa/manager.go (SetOwnerLabels); fluxcd/helm-controller, internal/postrender/origin_labels.go. */
function fluxMark(object: KubernetesObject, kind: DelivererKind, prefix: string): readonly DelivererMark[] {
  const name = label(object, `${prefix}/name`);
  const namespace = label(object, `${prefix}/namespace`);
  return isObjectName(name) && isNamespaceName(namespace) ? [{ kind, namespace, name }] : [];
}

/** Controllers copy annotations onto what they make, so the id must name this object; the label is Argo CD's old way. */
function appOf(object: KubernetesObject): AppName | undefined {
  const id = parseTrackingId(annotation(object, trackingIdAnnotation));
  const { group, kind, name } = refOf(object);
  if (id === undefined) return parseAppName(label(object, "app.kubernetes.io/instance"));
  return id.group === group && id.kind === kind && id.name === name ? id.app : undefined;
}

/** `APP:GROUP/KIND:NAMESPACE/NAME`. Source: argoproj/argo-cd, util/argo/resource_tracking.go. */
export function parseTrackingId(value: Json | undefined): TrackingId | undefined {
  const parts = typeof value === "string" ? /^([^:/]+):([^:/]*)\/([^:/]+):([^/]*)\/(.+)$/.exec(value) : null;
  const [, appName, group = "", kind = "", namespace = "", name = ""] = parts ?? [];
  const app = parseAppName(appName);
  return app === undefined ? undefined : { app, group, kind, namespace, name };
}

/** `NAME`, or `NAMESPACE_NAME`. Source: argoproj/argo-cd, util/argo/argo.go (AppInstanceName). */
function parseAppName(value: Json | undefined): AppName | undefined {
  const [, namespace, name] =
    typeof value === "string"
      ? (/^(?:([^_]*)_)?([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)$/.exec(value) ?? [])
      : [];
  if (name === undefined) return undefined;
  if (namespace === undefined) return { name };
  return isNamespaceName(namespace) ? { namespace, name } : undefined;
}
