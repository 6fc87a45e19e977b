/** The control plane itself: whatever the other cluster tests say is worth as much as this. */
import { readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { startControlPlane } from "../../dev/control-plane/start.ts";
import { useApiServer } from "../support/api-server.ts";

const api = useApiServer();

describe("the shared control plane", () => {
  it("gives each new namespace its default ServiceAccount", async () => {
    const namespace = await api.namespace("accounts");
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
    expect((await api.request({ path })).status).toBe(200);
  });

  it("gives the aggregated role view its rules", async () => {
    await api.waitForAggregation("view");
    const { body } = await api.request({ path: "/apis/rbac.authorization.k8s.io/v1/clusterroles/view" });
    expect(JSON.stringify(body.rules)).toContain("configmaps");
  });

  it("runs the controllers: a Deployment gets its ReplicaSet and its revision", async () => {
    const namespace = await api.namespace("controllers");
    await api.kubectl(["create", "deployment", "web", "--image=example.com/web:1", "-n", namespace]);
    await api.kubectl(["rollout", "history", "deployment/web", "-n", namespace]);
    await api.kubectl([
      "wait",
      "deployment/web",
      "-n",
      namespace,
      "--for=jsonpath={.status.observedGeneration}=1",
    ]);
  });
});

describe("who may do what", () => {
  it.each([
    ["editor", "create", "deployments.apps", "yes"],
    ["editor", "patch", "rolebindings.rbac.authorization.k8s.io", "yes"],
    ["editor", "create", "nodes", "no"],
    ["editor", "create", "clusterrolebindings.rbac.authorization.k8s.io", "no"],
    ["reader", "list", "configmaps", "yes"],
    ["reader", "list", "secrets", "no"],
    ["reader", "create", "configmaps", "no"],
    ["reader", "delete", "deployments.apps", "no"],
  ] as const)("%s, to %s %s: %s", async (identity, verb, resource, answer) => {
    const args = ["auth", "can-i", verb, resource, "-n", "default"];
    const { stdout } = await api.tryKubectl(args, { identity });
    expect(stdout.trim()).toBe(answer);
  });

  it("refuses a reader's write in its own name", async () => {
    const namespace = await api.namespace("reader");
    const args = ["create", "configmap", "note", "-n", namespace];
    const refused = await api.tryKubectl(args, { identity: "reader" });
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toMatch(/User "reader" cannot create resource "configmaps"/);
  });

  it("lets the editor add a subject to a RoleBinding whose role it does not hold", async () => {
    const namespace = await api.namespace("bindings");
    const role = ["create", "role", "power", "--verb=*", "--resource=leases.coordination.k8s.io"];
    await api.kubectl([...role, "-n", namespace]);
    await api.kubectl(["create", "rolebinding", "power", "--role=power", "--user=known", "-n", namespace]);
    await api.kubectl(["set", "subject", "rolebinding/power", "--user=added", "-n", namespace], {
      identity: "editor",
    });
    const binding = await api.kubectl(["get", "rolebinding", "power", "-n", namespace, "-o", "json"]);
    expect(JSON.parse(binding).subjects.map(({ name }: { name: string }) => name)).toEqual([
      "known",
      "added",
    ]);
  });

  it("knows the bearer of a ServiceAccount's token, and gives it only what its own bindings say", async () => {
    const namespace = await api.namespace("tokens");
    await api.kubectl(["create", "serviceaccount", "robot", "-n", namespace]);
    const kubeconfig = await api.kubeconfigFor(namespace, "robot");
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const refused = await api.request({ path }, { kubeconfig });
    expect(refused.status).toBe(403);
    expect(refused.body.message).toContain(`system:serviceaccount:${namespace}:robot`);
    const account = `--serviceaccount=${namespace}:robot`;
    await api.kubectl(["create", "rolebinding", "robot", "--clusterrole=view", account, "-n", namespace]);
    expect((await api.request({ path }, { kubeconfig })).status).toBe(200);
  });
});

describe("a control plane of one's own", () => {
  it("is Kubernetes 1.36.3, audits as it was told, comes back with its data, and leaves no process behind", async () => {
    const plane = await startControlPlane({
      auditPolicy: { apiVersion: "audit.k8s.io/v1", kind: "Policy", rules: [{ level: "Metadata" }] },
      controllers: ["serviceaccount"],
    });
    const pids = plane.pids();
    try {
      const version = JSON.parse(await plane.kubectl(["version", "--output=json"]));
      expect(version.serverVersion).toMatchObject({ gitVersion: "v1.36.3", major: "1", minor: "36" });
      expect(version.clientVersion).toMatchObject({ gitVersion: "v1.36.3" });
      await plane.kubectl(["create", "configmap", "kept", "-n", "default"]);
      expect(await readFile(plane.auditLog, "utf8")).toContain('"name":"kept"');
      await plane.stopApiServer();
      await expect(plane.request({ path: "/readyz" })).rejects.toThrow(/ECONNREFUSED/);
      await plane.startApiServer();
      const { body } = await plane.request({ path: "/api/v1/namespaces/default/configmaps/kept" });
      expect(fieldAt(body, ["metadata", "name"])).toBe("kept");
    } finally {
      await plane.stop();
    }
    expect(pids).toHaveLength(3);
    expect(pids.filter(isRunning)).toEqual([]);
  });

  it("says why it does not start, with the end of the log", async () => {
    const starting = startControlPlane({ apiServerFlags: ["--no-such-flag"] });
    const message = await starting.then(
      () => "it started",
      (error: unknown) => String(error),
    );
    expect(message).toMatch(/kube-apiserver ended \(1\).*unknown flag: --no-such-flag/s);
    const [, log = ""] = /\(([^()]*kube-apiserver\.log)\)/.exec(message) ?? [];
    expect(await readFile(log, "utf8")).toContain("--no-such-flag");
    await rm(dirname(log), { recursive: true });
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
