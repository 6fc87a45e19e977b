/** The control plane's binary: built from Go modules once, then taken from the user's cache folder. */
import { buildGoProgram, type Log } from "../tools/go-program.ts";

/** The Kubernetes that is built; go.mod pins the same. */
export const kubernetesVersion = "v1.36.3";

const [major, minor] = kubernetesVersion.slice(1).split(".");
const versionPackage = "k8s.io/component-base/version";

/**
 * The path of `kube`, which is etcd, kube-apiserver, kube-controller-manager and kubectl in one.
 * @throws Error that says what to do, where Go is missing or too old or the build fails.
 */
export function buildControlPlane(log?: Log): Promise<string> {
  // Without the version stamped in, the server does not know its own and clients misjudge it.
  const ldflags = `-s -w -X ${versionPackage}.gitVersion=${kubernetesVersion} -X ${versionPackage}.gitMajor=${major} -X ${versionPackage}.gitMinor=${minor}`;
  return buildGoProgram(
    {
      name: "kube",
      module: import.meta.dirname,
      package: ".",
      ldflags,
      cache: "control-plane",
      coldBuild: "about 5 minutes",
    },
    log,
  );
}

if (import.meta.main) process.stdout.write(`${await buildControlPlane()}\n`);
