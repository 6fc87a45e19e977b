/** Field managers by the names under which they write. Globs are for those that put a version or a name into theirs. */

/** The process is called otherwise in distributions that run all of Kubernetes in one: k3s, MicroK8s. */
export const controllerManager = ["kube-controller-manager", "k3s", "kubelite"] as const;

/** Providers put their own name in front: `digitalocean-cloud-controller-manager`. */
export const cloudControllerManager = [
  ...controllerManager,
  "cloud-controller-manager",
  "*-cloud-controller-manager",
] as const;

export const scheduler = ["kube-scheduler", "k3s", "kubelite"] as const;

/** Older releases of Argo CD applied under kubectl's own name. */
export const argoCd = [
  "argocd-controller",
  "argocd-application-controller",
  "kubectl-client-side-apply",
] as const;

export const fluxKustomize = ["kustomize-controller", "flux"] as const;

export const fluxHelm = ["helm-controller"] as const;

/**
 * Helm calls itself by the name of the running program; providers of Terraform and Pulumi embed it. Releases of 2021 and
 * before gave no name, and what they wrote then is still recorded so; these marks are checked by their values.
 */
export const helm = [
  "helm",
  "Go-http-client",
  "helm-controller",
  "terraform-provider-helm*",
  "pulumi-resource-kubernetes",
] as const;
