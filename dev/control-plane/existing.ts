/** A cluster that was there before: the same identities on it, played by its administrator's impersonation. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isJsonObject, type Json } from "../../src/resource/resource.ts";
import { accessCluster, type ClusterAccess, identities, identityKubeconfig } from "./access.ts";
import { installIdentities } from "./identities.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { runKubectl } from "./kubectl.ts";

const kubectl = ["kubectl"] as const;

/** `kubeconfig` names a file whose user may do everything; `kubectl` is taken from the PATH. @throws Error saying why not. */
export async function accessExistingCluster(kubeconfig: string): Promise<ClusterAccess> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-cluster-"));
  const args = ["config", "view", "--raw", "--flatten", "--minify", "--output=json"];
  const { exitCode, stdout, stderr } = await runKubectl({
    command: kubectl,
    args,
    kubeconfig,
    home: directory,
  });
  if (exitCode !== 0) throw new Error(`${kubeconfig} cannot be used: ${stderr.trim()}`);
  const { clusters, users }: { clusters: Json; users: Json } = JSON.parse(stdout);
  const cluster = onlyEntry(clusters, "cluster");
  const administrator = onlyEntry(users, "user");
  for (const identity of identities) {
    const impersonation = identity === "admin" ? {} : { as: identity };
    await writeKubeconfig(identityKubeconfig(directory, identity), cluster, {
      ...administrator,
      ...impersonation,
    });
  }
  const access = accessCluster({ directory, kubectl, cluster });
  await installIdentities(access);
  return access;
}

/** `--minify` leaves one cluster and one user: those of the current context. */
function onlyEntry(entries: Json, field: "cluster" | "user") {
  const [entry] = Array.isArray(entries) ? entries : [];
  const value = isJsonObject(entry) ? entry[field] : undefined;
  if (isJsonObject(value)) return value;
  throw new Error(`the kubeconfig's current context has no ${field}`);
}
