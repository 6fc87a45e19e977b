/** Installs Holdfast as its users do, and acts as its ServiceAccount: with exactly the rights of config/rbac. */
import { join } from "node:path";
import type { ClusterAccess } from "./access.ts";

/** Of config/default. */
export const operatorAccount = { namespace: "holdfast-system", name: "holdfast" } as const;

const config = join(import.meta.dirname, "../../config");

/**
 * CRDs, namespace, rights and (never started here, for want of nodes) the Deployment; may be repeated.
 * Resolves to a kubeconfig of the operator's own ServiceAccount, once its aggregated role has rules.
 */
export async function installOperator(access: ClusterAccess): Promise<string> {
  await access.kubectl(["apply", "--server-side", "--kustomize", join(config, "default")]);
  await access.waitForAggregation("holdfast-observe");
  return access.kubeconfigFor(operatorAccount.namespace, operatorAccount.name);
}
