/** What a test on the real API server starts with: the cluster of the run, and namespaces of its own. */
import { randomBytes } from "node:crypto";
import { afterAll, jest } from "@jest/globals";
import type { ClusterAccess } from "../../dev/control-plane/access.ts";
import { installOperator } from "../../dev/control-plane/operator.ts";
import { policyAccountManifest } from "./policy-account.ts";
import { accessSharedCluster } from "./shared-cluster.ts";

export interface ApiServer extends ClusterAccess {
  /** Makes `<name>-<random>`, which is there, with its default ServiceAccount, when this resolves; deleted after the file. */
  namespace(name: string): Promise<string>;
  /** Installs config/default once and resolves to a kubeconfig of the operator's ServiceAccount. */
  operator(): Promise<string>;
  /**
   * Makes the ServiceAccount that a policy of this namespace names: it may edit all that the namespace holds, RBAC
   * included, and the operator may impersonate it, there and nowhere else. Resolves to the account's name.
   */
  policyAccount(namespace: string, name?: string): Promise<string>;
}

/** Generous: the machine may be busy with the other tests of the run. */
const testTimeoutMs = 120_000;
const pollMs = 50;
const waitMs = 30_000;

/** Called once at the top of a test file. @throws Error with the reason when there is no cluster, so that the file fails. */
export function useApiServer(): ApiServer {
  jest.setTimeout(testTimeoutMs);
  const access = accessSharedCluster();
  const namespaces: string[] = [];
  let operator: Promise<string> | undefined;
  afterAll(async () => {
    // The API server answers at once and deletes what they hold in the background.
    for (const name of namespaces)
      await access.request({ path: `/api/v1/namespaces/${name}`, method: "DELETE" });
  });
  return {
    ...access,
    namespace: async (prefix) => {
      const name = `${prefix}-${randomBytes(4).toString("hex")}`;
      namespaces.push(name);
      await createNamespace(access, name);
      return name;
    },
    operator: () => {
      operator ??= installOperator(access);
      return operator;
    },
    policyAccount: async (namespace, name = "holdfast-rollback") => {
      await access.kubectl(["apply", "--filename", "-"], { input: policyAccountManifest(namespace, name) });
      return name;
    },
  };
}

/** Asks again until the answer is not undefined. @throws Error that says what was waited for, after half a minute. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${waitMs / 1_000} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

async function createNamespace(access: ClusterAccess, name: string): Promise<void> {
  const { status, body } = await access.request({
    path: "/api/v1/namespaces",
    method: "POST",
    body: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
  });
  if (status !== 201) throw new Error(`namespace ${name}: ${JSON.stringify(body)}`);
  await eventually(`the default ServiceAccount of ${name}`, async () => {
    const answer = await access.request({ path: `/api/v1/namespaces/${name}/serviceaccounts/default` });
    return answer.status === 200 ? answer.body : undefined;
  });
}
