/** One policy on the real API server, over a repository of its own: what cluster tests deliver, edit and look at. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type ClusterAccess, fieldAt } from "../../dev/control-plane/access.ts";
import { createRepository, type Repository } from "../../dev/demo/repository.ts";
import type { Json, JsonObject } from "../../src/resource/resource.ts";
import { eventually } from "./api-server.ts";
import { policyAccountManifest } from "./policy-account.ts";

export interface ClusterPolicy {
  readonly namespace: string;
  readonly repository: Repository;
  /** As the admin, in the policy's namespace. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** As a person who may edit what namespaces hold. */
  edit(...args: readonly string[]): Promise<string>;
  /** Puts the policy there, or changes it; `spec` is laid over one that rolls back what the folder `app` states. */
  apply(spec?: JsonObject): Promise<void>;
  /** What a deliverer does: kubectl apply of the folder `app`. */
  deliver(): Promise<void>;
  status(): Promise<Json | undefined>;
  /** Resolves to the condition when it has this status, and this reason where one is given. */
  condition(type: string, status: string, reason?: string): Promise<Json>;
  /** Resolves when the policy's count of objects with this verdict is this. */
  counted(verdict: string, count: number): Promise<void>;
  records(): Promise<readonly Json[]>;
  /** Resolves to the object's DriftRecord once it is resolved. */
  resolved(objectName: string): Promise<Json>;
}

/** The account that writes is made as well; the policy itself is not applied yet. */
export async function createClusterPolicy(
  access: ClusterAccess,
  {
    namespace,
    directory,
    files,
    name = "shop",
  }: {
    readonly namespace: string;
    /** The repository is made below it. */
    readonly directory: string;
    readonly files: Readonly<Record<string, string>>;
    readonly name?: string;
  },
): Promise<ClusterPolicy> {
  const serviceAccountName = "holdfast-rollback";
  await access.kubectl(["apply", "--filename", "-"], {
    input: policyAccountManifest(namespace, serviceAccountName),
  });
  await mkdir(directory, { recursive: true });
  const repository = await createRepository(join(directory, `${namespace}-${name}`));
  await repository.commit(files);
  const kubectl = (...args: readonly string[]) => access.kubectl([...args, "-n", namespace]);
  const read = async (...args: readonly string[]) =>
    JSON.parse(await kubectl("get", ...args, "-o", "json")) as Json; // kubectl prints JSON

  async function status(): Promise<Json | undefined> {
    return fieldAt(await read("grp", name), ["status"]);
  }

  async function records(): Promise<readonly Json[]> {
    return listAt(await read("drift"), ["items"]).filter(
      (record) => fieldAt(record, ["spec", "policyName"]) === name,
    );
  }

  return {
    namespace,
    repository,
    kubectl,
    edit: (...args) => access.kubectl([...args, "-n", namespace], { identity: "editor" }),
    async apply(spec = {}) {
      const source = { url: repository.url, ref: { branch: "main" }, path: "app", interval: "1h" };
      const policy = {
        apiVersion: "holdfast.dev/v1alpha1",
        kind: "GitRepoPolicy",
        metadata: { name, namespace },
        // The account's own Role and bindings are in the cluster, not in Git.
        spec: {
          source,
          rollback: { mode: "Always", serviceAccountName },
          detection: { unexpected: "Ignore" },
          ...spec,
        },
      };
      await access.kubectl(["apply", "-f", "-"], { input: JSON.stringify(policy) });
    },
    async deliver() {
      await kubectl("apply", "-f", join(repository.directory, "app"));
    },
    status,
    condition: (type, wanted, reason) =>
      eventually(`${type} ${wanted} ${reason ?? ""} of ${namespace}/${name}`, async () => {
        const found = listAt(await status(), ["conditions"]).find((one) => fieldAt(one, ["type"]) === type);
        const isWanted =
          fieldAt(found, ["status"]) === wanted &&
          (reason === undefined || fieldAt(found, ["reason"]) === reason);
        return isWanted ? found : undefined;
      }),
    async counted(verdict, count) {
      await eventually(`${count} objects ${verdict} in ${namespace}/${name}`, async () =>
        fieldAt(await status(), ["objects", verdict]) === count ? true : undefined,
      );
    },
    records,
    resolved: (objectName) =>
      eventually(`the record of ${objectName} resolved`, async () =>
        (await records()).find(
          (record) =>
            fieldAt(record, ["spec", "object", "name"]) === objectName &&
            fieldAt(record, ["status", "resolution"]) !== undefined,
        ),
      ),
  };
}

export function listAt(value: Json | undefined, path: readonly string[]): readonly Json[] {
  const found = fieldAt(value, path);
  return Array.isArray(found) ? found : [];
}
