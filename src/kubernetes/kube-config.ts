/** Which cluster, and as whom: the usual places, in the usual order. */
import { KubeConfig } from "@kubernetes/client-node";

/**
 * Loads the file if one is named; else KUBECONFIG, `~/.kube/config`, or the pod's ServiceAccount.
 * @throws Error that names the file, if it cannot be read, or says where none was found.
 */
export function loadKubeConfig(path: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    if (path === undefined) config.loadFromDefault();
    else config.loadFromFile(path);
  } catch (error) {
    // The parser quotes what it read, which may be a token, from its second line on.
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    // oxlint-disable-next-line preserve-caught-error -- for the same reason
    throw new Error(`the kubeconfig ${path ?? "in KUBECONFIG or ~/.kube/config"} cannot be read: ${reason}`);
  }
  if (path === undefined && isLastResort(config)) {
    throw new Error(
      "no kubeconfig was found: name one with --kubeconfig or KUBECONFIG, or make ~/.kube/config",
    );
  }
  return config;
}

/** What client-node makes up where it finds nothing; whoever means that address has a kubeconfig that says so. */
function isLastResort({ clusters, currentContext }: KubeConfig): boolean {
  return currentContext === "loaded-context" && clusters[0]?.server === "http://localhost:8080";
}
