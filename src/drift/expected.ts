/** Which declared objects are meant to stand in the cluster all the time, as Git says; live has no say in it. */
import type { KubernetesObject } from "../resource/resource.ts";

/**
 * Annotations by which a manifest says that its deliverer creates it for a while, or once, or never.
 * Sources: helm.sh/docs/topics/charts_hooks, Argo CD "Resource Hooks", Flux Kustomization "spec.ssa".
 */
const transientMarks: readonly { readonly annotation: string; readonly values?: readonly string[] }[] = [
  { annotation: "helm.sh/hook" },
  { annotation: "argocd.argoproj.io/hook" },
  { annotation: "kustomize.toolkit.fluxcd.io/ssa", values: ["IfNotPresent", "Ignore"] },
];

/** Whether the object's absence would be drift. */
export function isExpected(desired: KubernetesObject): boolean {
  const annotations = desired.metadata.annotations ?? {};
  return !transientMarks.some(({ annotation, values }) => {
    const value = annotations[annotation];
    return value !== undefined && (values === undefined || values.includes(value));
  });
}

/** Whether the live object is a Job or a bare Pod that has run to its end, and may be cleaned away from now on. */
export function isCompleted(live: KubernetesObject): boolean {
  // status is server-written JSON of a known kind; anything of another shape reads as "not completed".
  const status = live["status"] as
    | {
        readonly phase?: string;
        readonly conditions?: readonly { readonly type?: string; readonly status?: string }[];
      }
    | undefined;
  if (live.apiVersion === "v1" && live.kind === "Pod")
    return status?.phase === "Succeeded" || status?.phase === "Failed";
  if (live.apiVersion !== "batch/v1" || live.kind !== "Job" || !Array.isArray(status?.conditions))
    return false;
  return status.conditions.some(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
}
