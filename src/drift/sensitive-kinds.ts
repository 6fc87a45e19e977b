/** Kinds that give somebody power or run something: watched for unexpected objects even where Git declares none. */
import type { GroupVersionKind } from "../resource/resource.ts";

/** `versions`: those whose objects Holdfast can read, best first; the first that the server serves is watched. */
export interface SensitiveKind extends Omit<GroupVersionKind, "version"> {
  readonly versions: readonly string[];
}

export const sensitiveKinds: readonly SensitiveKind[] = [
  // Workloads.
  ...kinds("", ["v1"], ["Pod", "ReplicationController"]),
  ...kinds("apps", ["v1"], ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
  ...kinds("batch", ["v1"], ["CronJob", "Job"]),
  // Who may do what.
  ...kinds("rbac.authorization.k8s.io", ["v1"], ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
  // What is let in, and what is made of it on the way.
  ...kinds(
    "admissionregistration.k8s.io",
    ["v1"],
    [
      "MutatingWebhookConfiguration",
      "ValidatingAdmissionPolicy",
      "ValidatingAdmissionPolicyBinding",
      "ValidatingWebhookConfiguration",
    ],
  ),
  ...kinds(
    "admissionregistration.k8s.io",
    ["v1", "v1beta1", "v1alpha1"],
    ["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"],
  ),
  ...kinds("apiextensions.k8s.io", ["v1"], ["CustomResourceDefinition"]),
  // Who may talk to whom.
  ...kinds("networking.k8s.io", ["v1"], ["NetworkPolicy"]),
];

function kinds(
  group: string,
  versions: readonly string[],
  names: readonly string[],
): readonly SensitiveKind[] {
  return names.map((kind) => ({ group, versions, kind }));
}
