/** Gives the identities their rights; the controller manager must be running, for `view` and `edit` to mean something. */
import { join } from "node:path";
import type { ClusterAccess } from "./access.ts";

export async function installIdentities(access: ClusterAccess): Promise<void> {
  await access.kubectl(["apply", "--filename", join(import.meta.dirname, "identities.yaml")]);
}
