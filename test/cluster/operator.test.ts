/** The operator as a process of its own, with exactly the rights of config/rbac, against the real API server. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { type Operator, startOperator } from "../../dev/demo/operator.ts";
import { createRepository, type Repository } from "../../dev/demo/repository.ts";
import type { Json, JsonObject } from "../../src/resource/resource.ts";
import { eventually, useApiServer } from "../support/api-server.ts";

// A killed operator's Lease has to run out before the next one acts.
jest.setTimeout(120_000);

const api = useApiServer();
let directory: string;
let kubeconfig: string;
let operator: Operator;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-cluster-test-"));
  kubeconfig = await api.operator();
  await api.waitForAggregation("holdfast-observe");
  operator = await startOperator({ kubeconfig, directory });
});

afterAll(async () => {
  await operator.stop();
  await rm(directory, { recursive: true, force: true });
});

const manifests = {
  "app/settings.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: fast, color: blue}
`,
  "app/web.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          image: registry.example.com/web:1.0
          env: [{name: MODE, value: fast}]
          resources: {limits: {memory: 1024Mi, cpu: "1"}}
`,
  "app/access.yaml": `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: readers}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: readers}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: alice}]
`,
};

describe("a policy that rolls back", () => {
  let namespace: string;
  let repository: Repository;

  beforeEach(async () => {
    namespace = await api.namespace("shop");
    repository = await createRepository(join(directory, namespace));
    await repository.commit(manifests);
    const serviceAccountName = await api.policyAccount(namespace);
    await applyPolicy({ rollback: { mode: "Always", serviceAccountName } });
    await condition("Ready", "True");
  });

  const kubectl = (...args: readonly string[]) => api.kubectl([...args, "-n", namespace]);
  const edit = (...args: readonly string[]) =>
    api.kubectl([...args, "-n", namespace], { identity: "editor" });

  async function applyPolicy(spec: JsonObject): Promise<void> {
    const source = { url: repository.url, ref: { branch: "main" }, path: "app", interval: "1h" };
    const policy = {
      apiVersion: "holdfast.dev/v1alpha1",
      kind: "GitRepoPolicy",
      metadata: { name: "shop", namespace },
      // The account's own Role and bindings are in the cluster, not in Git.
      spec: { source, detection: { unexpected: "Ignore" }, ...spec },
    };
    await api.kubectl(["apply", "-f", "-"], { input: JSON.stringify(policy) });
  }

  async function deliver(): Promise<void> {
    await api.kubectl(["apply", "-n", namespace, "-f", join(repository.directory, "app")]);
  }

  async function condition(type: string, status: string): Promise<Json> {
    return await eventually(`${type} ${status}`, async () => {
      const policy = JSON.parse(await kubectl("get", "grp", "shop", "-o", "json")) as Json;
      const conditions = fieldAt(policy, ["status", "conditions"]);
      const found = Array.isArray(conditions)
        ? conditions.find((one) => fieldAt(one, ["type"]) === type)
        : undefined;
      return fieldAt(found, ["status"]) === status ? found : undefined;
    });
  }

  async function records(): Promise<readonly Json[]> {
    const items = fieldAt(JSON.parse(await kubectl("get", "drift", "-o", "json")) as Json, ["items"]);
    return Array.isArray(items) ? items : [];
  }

  async function resolved(name: string): Promise<Json> {
    return await eventually(`the record of ${name} resolved`, async () =>
      (await records()).find(
        (record) =>
          fieldAt(record, ["spec", "object", "name"]) === name &&
          fieldAt(record, ["status", "resolution"]) !== undefined,
      ),
    );
  }

  it("undoes a changed image, an added subject and a deleted object, and records who wrote what", async () => {
    await deliver();
    await condition("InSync", "True");
    await edit("set", "image", "deployment/web", "app=registry.example.com/web:hacked");
    const subject = { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "mallory" };
    const patch = JSON.stringify([{ op: "add", path: "/subjects/-", value: subject }]);
    await edit("patch", "rolebinding", "readers", "--type=json", `--patch=${patch}`);
    await edit("delete", "configmap", "settings");

    const web = await resolved("web");
    expect(fieldAt(web, ["status"])).toMatchObject({
      resolution: "RolledBack",
      changes: [
        {
          type: "Modified",
          path: 'spec.template.spec.containers[name="app"].image',
          desired: '"registry.example.com/web:1.0"',
          live: '"registry.example.com/web:hacked"',
          managers: [expect.stringMatching(/^kubectl-set \(Update /)],
        },
      ],
    });
    expect(fieldAt(web, ["spec", "origin"])).toMatchObject({ path: "app/web.yaml", line: 1 });
    expect(fieldAt(await resolved("readers"), ["status", "resolution"])).toBe("RolledBack");
    expect(fieldAt(await resolved("settings"), ["spec", "type"])).toBe("Missing");
    await condition("InSync", "True");
    expect(await kubectl("get", "deployment", "web", "-o", "jsonpath={..image}")).toBe(
      "registry.example.com/web:1.0",
    );
    expect(await kubectl("get", "rolebinding", "readers", "-o", "jsonpath={.subjects[*].name}")).toBe(
      "alice",
    );
    expect(await kubectl("get", "configmap", "settings", "-o", "jsonpath={.data.mode}")).toBe("fast");
  });

  it("puts back the node port that the API server chose for a Service, when somebody changed it", async () => {
    await repository.commit({
      "app/entry.yaml":
        "apiVersion: v1\nkind: Service\nmetadata: {name: entry}\nspec: {type: NodePort, ports: [{port: 80}]}\n",
    });
    await applyPolicy({
      rollback: { mode: "Always", serviceAccountName: "holdfast-rollback" },
      targetNamespace: namespace,
    });
    await deliver();
    await eventually("all five objects in sync", async () =>
      (await kubectl("get", "grp", "shop", "-o", "jsonpath={.status.objects.inSync}")) === "5"
        ? true
        : undefined,
    );
    const nodePort = () => kubectl("get", "service", "entry", "-o", "jsonpath={.spec.ports[0].nodePort}");
    const chosen = await nodePort();
    const other = chosen === "32123" ? 32124 : 32123;
    const patch = JSON.stringify([{ op: "replace", path: "/spec/ports/0/nodePort", value: other }]);
    await edit("patch", "service", "entry", "--type=json", `--patch=${patch}`);
    const entry = await resolved("entry");
    expect(fieldAt(entry, ["status"])).toMatchObject({
      resolution: "RolledBack",
      changes: [{ path: 'spec.ports[port=80,protocol="TCP"].nodePort', desired: chosen, live: `${other}` }],
    });
    expect(await nodePort()).toBe(chosen);
  });

  it("says that the record of who owns which field was wiped, and judges as before", async () => {
    await deliver();
    await condition("InSync", "True");
    await edit(
      "patch",
      "configmap",
      "settings",
      "--type=merge",
      '--patch={"metadata":{"managedFields":[{}]}}',
    );
    const note = await eventually("the Event", async () => {
      const said = await kubectl(
        "get",
        "events",
        "-o",
        "jsonpath={.items[?(@.reason=='OwnershipWiped')].message}",
      );
      return said === "" ? undefined : said;
    });
    expect(note).toMatch(/^ConfigMap .*settings: its managedFields are gone/);
    await condition("InSync", "True");
    expect(await records()).toEqual([]);
  });

  const env = async () =>
    JSON.parse(await kubectl("get", "deployment", "web", "-o", "jsonpath={..env}")) as Json; // kubectl prints JSON
  const team = () => kubectl("get", "deployment", "web", "-o", "jsonpath={.metadata.annotations.team}");

  it("takes away what was added, and puts back what was changed", async () => {
    await deliver();
    await condition("InSync", "True");
    await edit("annotate", "deployment", "web", "team=checkout");
    await resolved("web");
    expect(await team()).toBe("");
    await edit("set", "env", "deployment/web", "EXTRA=1", "MODE=slow");
    const alone = JSON.stringify([{ name: "MODE", value: "fast" }]);
    await eventually("the variable to be put back and the other taken away", async () =>
      JSON.stringify(await env()) === alone ? true : undefined,
    );
  });

  it("in mode Declared undoes only what was changed: what others added stays", async () => {
    const serviceAccountName = "holdfast-rollback";
    await applyPolicy({
      rollback: { mode: "Always", serviceAccountName },
      detection: { mode: "Declared", unexpected: "Ignore" },
    });
    await deliver();
    await condition("InSync", "True");
    await edit("annotate", "deployment", "web", "team=checkout");
    await edit("set", "env", "deployment/web", "EXTRA=1", "MODE=slow");
    await resolved("web");
    expect(await env()).toEqual([
      { name: "MODE", value: "fast" },
      { name: "EXTRA", value: "1" },
    ]);
    expect(await team()).toBe("checkout");
  });

  it("takes a delivery before its own poll for what it is: no write and no record", async () => {
    await deliver();
    await condition("InSync", "True");
    await repository.commit({ "app/settings.yaml": manifests["app/settings.yaml"].replace("fast", "slow") });
    await deliver();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await records()).toEqual([]);
    expect(await kubectl("get", "configmap", "settings", "-o", "jsonpath={.data.mode}")).toBe("slow");
    expect(await managersOf("configmap", "settings")).not.toContain("holdfast");
  });

  it("waits for a delivery that comes after its poll: no write and no record", async () => {
    await deliver();
    await condition("InSync", "True");
    const commit = await repository.commit({
      "app/settings.yaml": manifests["app/settings.yaml"].replace("fast", "slow"),
    });
    // An edit of the policy is followed at once, and reads the head.
    const serviceAccountName = await api.policyAccount(namespace);
    await applyPolicy({ rollback: { mode: "Always", serviceAccountName }, targetNamespace: namespace });
    await eventually("the new revision, pending", async () => {
      const status = JSON.parse(await kubectl("get", "grp", "shop", "-o", "jsonpath={.status}")) as Json;
      const revision = fieldAt(status, ["source", "revision"]);
      return revision === `main@sha1:${commit}` && fieldAt(status, ["objects", "pending"]) === 1
        ? true
        : undefined;
    });
    await deliver();
    await condition("InSync", "True");
    expect(await records()).toEqual([]);
    expect(await managersOf("configmap", "settings")).not.toContain("holdfast");
  });

  it("survives a restart and a kill: nothing is recorded twice, and nothing is forgotten", async () => {
    await deliver();
    await condition("InSync", "True");
    await operator.stop("SIGKILL");
    await edit("set", "image", "deployment/web", "app=registry.example.com/web:hacked");
    operator = await startOperator({ kubeconfig, directory });
    await resolved("web");
    const before = await records();
    expect(await operator.stop()).toBe(0);
    operator = await startOperator({ kubeconfig, directory });
    await condition("InSync", "True");
    expect((await records()).length).toBe(before.length);
  });

  it("says which right is missing where its account may not write, and others are rolled back all the same", async () => {
    await deliver();
    await condition("InSync", "True");
    const weak = await api.policyAccount(namespace, "weak");
    await kubectl("delete", "rolebinding", `${weak}-admin`);
    await applyPolicy({ rollback: { mode: "Always", serviceAccountName: weak } });
    await edit("delete", "configmap", "settings");
    const held = await condition("RollbackHeld", "True");
    expect(fieldAt(held, ["reason"])).toBe("Forbidden");
    expect(fieldAt(held, ["message"])).toMatch(/cannot create resource "configmaps".*namespace/);
  });

  async function managersOf(kind: string, name: string): Promise<string> {
    return await kubectl(
      "get",
      kind,
      name,
      "--show-managed-fields",
      "-o",
      "jsonpath={.metadata.managedFields[*].manager}",
    );
  }
});

describe("the operator's own identity", () => {
  it("may look at workloads and not write them, and may not read Secrets", async () => {
    const can = async (...args: readonly string[]) =>
      (await api.tryKubectl(["auth", "can-i", ...args, "--all-namespaces"], { kubeconfig })).stdout.trim();
    expect(await can("list", "deployments.apps")).toBe("yes");
    expect(await can("watch", "rolebindings.rbac.authorization.k8s.io")).toBe("yes");
    for (const verb of ["create", "update", "patch", "delete"])
      expect(await can(verb, "deployments.apps")).toBe("no");
    expect(await can("get", "secrets")).toBe("no");
    expect(await can("impersonate", "serviceaccounts")).toBe("no");
  });

  it("may not become an account of kube-system", async () => {
    const refused = await api.tryKubectl(
      [
        "get",
        "configmaps",
        "-n",
        "kube-system",
        "--as=system:serviceaccount:kube-system:clusterrole-aggregation-controller",
      ],
      { kubeconfig },
    );
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toMatch(/cannot impersonate resource "serviceaccounts"/);
  });
});
