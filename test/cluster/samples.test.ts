/** config/samples on the real API server: each is taken, and gives exactly the rights that its comments say. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { operatorAccount } from "../../dev/control-plane/operator.ts";
import { parseKubernetesYaml } from "../../src/render/kubernetes-yaml.ts";
import { type KubernetesObject, refOf } from "../../src/resource/resource.ts";
import { eventually, useApiServer } from "../support/api-server.ts";
import { mayDo, rightsOf } from "../support/rights.ts";

const api = useApiServer();
const samples = join(import.meta.dirname, "../../config/samples");
const files = readdirSync(samples, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".yaml"))
  .toSorted();

beforeAll(async () => {
  await api.operator();
  // The samples name this one, so it cannot be one of the test's own.
  await api.kubectl(["create", "namespace", "shop"]);
});

afterAll(async () => {
  await api.kubectl([
    "delete",
    "namespace/shop",
    "clusterrole/holdfast-observe-cert-manager",
    "--wait=false",
  ]);
});

describe("a sample is taken by the API server", () => {
  it.each(files)("%s", async (file) => {
    const args = ["apply", "--namespace=shop", "--validate=strict", "--filename", join(samples, file)];
    expect(await api.tryKubectl(args)).toMatchObject({ exitCode: 0, stderr: "" });
  });
});

describe("observe-crds.yaml", () => {
  it("joins your own kinds to what Holdfast may see", async () => {
    const seen = () => rightsOf(api, operatorAccount);
    await eventually("the right to watch certificates", async () =>
      (await seen()).includes("watch certificates.cert-manager.io") ? true : undefined,
    );
  });
});

describe("Holdfast", () => {
  const operator = `system:serviceaccount:${operatorAccount.namespace}:${operatorAccount.name}`;

  it.each([
    ["this account", "shop-rollback", "shop", true],
    ["no other account", "default", "shop", false],
    ["no account elsewhere", "shop-rollback", "kube-system", false],
  ])("may act, by rollback-rbac.yaml, as %s", async (_, name, namespace, allowed) => {
    const what = { verb: "impersonate", resource: "serviceaccounts", name, namespace };
    expect(await mayDo(api, operator, what)).toBe(allowed);
  });

  it.each([
    ["the credentials", "git-credentials", true],
    ["no other Secret", "database-password", false],
  ])("may read, by git-credentials-rbac.yaml, %s", async (_, name, allowed) => {
    const what = { verb: "get", resource: "secrets", name, namespace: "shop" };
    expect(await mayDo(api, operator, what)).toBe(allowed);
  });
});

describe("the account of rollback-rbac.yaml", () => {
  const account = "system:serviceaccount:shop:shop-rollback";

  const kinds = files
    .filter((file) => file.startsWith("app/"))
    .flatMap(objectsOf)
    .map(refOf);
  it.each(kinds.map((ref) => [ref.kind, ref] as const))(
    "may undo drift of a %s",
    async (_, { group, kind }) => {
      const resource = kind === "NetworkPolicy" ? "networkpolicies" : `${kind.toLowerCase()}s`;
      const answers = ["create", "patch"].map((verb) =>
        mayDo(api, account, { verb, group, resource, namespace: "shop" }),
      );
      expect(await Promise.all(answers)).toEqual([true, true]);
    },
  );

  it("may put a widened Role right, and not widen one", async () => {
    expect(await patchVerbs(["get", "list", "delete"])).toMatchObject({ status: 200 });
    const kubeconfig = await api.kubeconfigFor("shop", "shop-rollback");
    expect(await patchVerbs(["get", "list"], kubeconfig)).toMatchObject({ status: 200 });
    const refused = await patchVerbs(["get", "list", "delete"], kubeconfig);
    expect(refused.body.message).toContain("attempting to grant RBAC permissions not currently held");
    expect(refused.status).toBe(403);
  });

  async function patchVerbs(value: readonly string[], kubeconfig?: string) {
    const path = "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/checkout-operators";
    const body = [{ op: "replace", path: "/rules/0/verbs", value }];
    const request = { path, method: "PATCH", body, contentType: "application/json-patch+json" } as const;
    return await api.request(request, kubeconfig === undefined ? {} : { kubeconfig });
  }
});

function objectsOf(file: string): readonly KubernetesObject[] {
  const parsed = parseKubernetesYaml(readFileSync(join(samples, file), "utf8"));
  // The API server, above, finds them to be objects.
  return parsed.type === "Parsed" ? parsed.documents.map(({ value }) => value as KubernetesObject) : [];
}
