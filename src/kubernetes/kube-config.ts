/** Which cluster, and as whom: the usual places, in the usual order. */
import { KubeConfig } from "@kubernetes/client-node";

/**
 * Loads the file if one is named; else KUBECONFIG, `~/.kube/config`, or the pod's ServiceAccount.
 * @throws Error that names the file, if it cannot be read.
 */
export function loadKubeConfig(path: string | undefined): KubeConfig {
  const config = new KubeConfig();
  if (path === undefined) {
    config.loadFromDefault();
    return config;
  }
  try {
    config.loadFromFile(path);
  } catch (error) {
    // The parser quotes what it read, which may be a token, from its second line on.
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    // oxlint-disable-next-line preserve-caught-error -- for the same reason
    throw new Error(`the kubeconfig ${path} cannot be read: ${reason}`);
  }
  return config;
}
