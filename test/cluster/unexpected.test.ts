/** Objects that nobody declared, beside the real controllers: what these make is no alarm, what a hand made is one. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { type Operator, startOperator } from "../../dev/demo/operator.ts";
import type { Json } from "../../src/resource/resource.ts";
import { eventually, useApiServer } from "../support/api-server.ts";
import { type ClusterPolicy, createClusterPolicy } from "../support/cluster-policy.ts";
import { nameOf, reportedBy, unexpectedOf } from "../support/unexpected-records.ts";

jest.setTimeout(120_000);

const api = useApiServer();
let directory: string;
let operator: Operator;
let policy: ClusterPolicy;

const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: fast}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;
const workload = (kind: string, name: string, spec = "") => `---
apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${name}}
spec:
  ${spec}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: app, image: "registry.example.com/web:1.0"}]}
`;
const stateful = workload(
  "StatefulSet",
  "db",
  "volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]",
);
/** Declared, so that claims are among the kinds that are looked through. */
const claim = `---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: shared}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-unexpected-test-"));
  const kubeconfig = await api.operator();
  await api.waitForAggregation("holdfast-observe");
  operator = await startOperator({ kubeconfig, directory });
  policy = await createClusterPolicy(api, {
    namespace: await api.namespace("unexpected"),
    directory,
    files: {
      "app/all.yaml":
        settings + workload("Deployment", "web") + workload("DaemonSet", "agent") + stateful + claim,
    },
  });
  // The account that createClusterPolicy makes stands in the namespace without standing in Git: what is meant here.
  await policy.apply({ rollback: { mode: "Never" }, detection: { unexpected: "Report" } });
  await policy.deliver();
  await policy.condition("Ready", "True");
});

afterAll(async () => {
  await operator.stop();
  await rm(directory, { recursive: true, force: true });
});

const reported = (...names: readonly string[]) => reportedBy(policy, names);

describe("what controllers make of what Git declares", () => {
  it("is reported neither when it is made nor later, and neither is what every namespace holds", async () => {
    await eventually("pods of all three", async () => {
      const pods = await policy.kubectl("get", "pods", "-o", "name");
      const sets = await policy.kubectl("get", "rs,controllerrevisions,endpointslices,pvc", "-o", "name");
      return pods.includes("web-") && pods.includes("db-0") && sets.includes("db-") ? true : undefined;
    });
    await policy.kubectl("rollout", "restart", "deployment/web");
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    // What is at hand at all, so that the absence of reports says something.
    expect((await policy.kubectl("get", "cm,sa", "-o", "name")).split("\n")).toEqual(
      expect.arrayContaining(["configmap/kube-root-ca.crt", "serviceaccount/default"]),
    );
    expect((await policy.kubectl("get", "rs", "-o", "name")).trim().split("\n")).toHaveLength(2);
    await reported();
  });

  it("leaves the account that a policy needs, and that Git does not declare, to be seen", async () => {
    expect(await unexpectedOf(policy)).toContain("RoleBinding holdfast-rollback-admin");
  });
});

describe("what a hand made", () => {
  it("is reported, root by root, and is over when it is gone", async () => {
    await policy.edit("run", "intruder", "--image=registry.example.com/shell:1.0");
    await policy.edit("create", "deployment", "miner", "--image=registry.example.com/miner:1.0");
    await policy.edit("create", "rolebinding", "backdoor", "--clusterrole=edit", "--user=mallory");
    await api.kubectl(["apply", "-n", policy.namespace, "-f", "-"], {
      input: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open}
spec: {podSelector: {}, ingress: [{}]}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: disguised
  labels: {app.kubernetes.io/managed-by: Helm, app.kubernetes.io/instance: shop}
  annotations:
    argocd.argoproj.io/tracking-id: shop:/ConfigMap:x/disguised
    argocd.argoproj.io/hook: PreSync
    helm.sh/hook: pre-install
    meta.helm.sh/release-name: shop
`,
    });
    const names = [
      "Pod intruder",
      "Deployment miner",
      "RoleBinding backdoor",
      "NetworkPolicy open",
      "ConfigMap disguised",
    ];
    await reported(...names);
    await policy.condition("InSync", "False");
    await policy.edit(
      "delete",
      "pod/intruder",
      "deployment/miner",
      "rolebinding/backdoor",
      "networkpolicy/open",
      "cm/disguised",
    );
    await reported();
    expect(fieldAt(await policy.resolved("backdoor"), ["status", "resolution"])).toBe("ObjectGone");
  });

  it("is reported though it names an owner that is there, of a kind that makes no such thing", async () => {
    const uid = await policy.kubectl("get", "deployment", "web", "-o", "jsonpath={.metadata.uid}");
    await api.kubectl(["apply", "-n", policy.namespace, "-f", "-"], {
      input: `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: forged
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: ${uid}, controller: true}]
rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
`,
    });
    await reported("Role forged");
    await policy.kubectl("delete", "role", "forged");
    await reported();
  });

  it("is reported though it names a real ReplicaSet: that disowns what its selector does not match", async () => {
    const first = "jsonpath={.items[0].metadata['name','uid']}";
    const [name = "", uid = ""] = (await policy.kubectl("get", "rs", "-l", "app=web", "-o", first)).split(
      " ",
    );
    const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name, uid, controller: true };
    const pod: Json = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "stowaway", ownerReferences: [owner] },
      spec: { containers: [{ name: "app", image: "registry.example.com/shell:1.0" }] },
    };
    await api.kubectl(["create", "-n", policy.namespace, "-f", "-"], { input: JSON.stringify(pod) });
    await reported("Pod stowaway");
    await policy.edit("delete", "pod", "stowaway");
    await reported();
  });

  it("is over as soon as Git declares it", async () => {
    await policy.edit("create", "role", "late", "--verb=get", "--resource=pods");
    await reported("Role late");
    await policy.repository.commit({
      "app/late.yaml": `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: late}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
`,
    });
    await policy.apply({ rollback: { mode: "Never" }, detection: { unexpected: "Report" }, suspend: true });
    expect(fieldAt(await policy.resolved("late"), ["status", "resolution"])).toBe("AdoptedInGit");
  });

  it("is not written, not even by a policy that rolls back", async () => {
    await policy.apply({ detection: { unexpected: "Report" } });
    await policy.edit("create", "rolebinding", "stays", "--clusterrole=view", "--user=eve");
    await reported("RoleBinding stays");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await policy.kubectl("get", "rolebinding", "stays", "-o", "name")).toContain("stays");
    await policy.edit("delete", "rolebinding", "stays");
    await reported();
  });
});

describe("another policy's objects in the same namespace", () => {
  it("are not reported", async () => {
    const other = await createClusterPolicy(api, {
      namespace: policy.namespace,
      directory,
      name: "other",
      files: {
        "app/more.yaml": `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: theirs}
rules: [{apiGroups: [""], resources: [pods], verbs: [list]}]
`,
      },
    });
    await other.apply({ rollback: { mode: "Never" } });
    await other.condition("Ready", "True");
    await other.deliver();
    await other.condition("InSync", "True");
    await reported();
    expect((await policy.records()).filter((record) => nameOf(record) === "Role theirs")).toEqual([]);
  });
});

describe("a policy in the operator's namespace", () => {
  const role = `unexpected-test-${process.pid}`;
  let platform: ClusterPolicy;

  beforeAll(async () => {
    const bank = await api.namespace("bank");
    const config = `{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: ${bank}}}\n`;
    platform = await createClusterPolicy(api, {
      namespace: "holdfast-system",
      directory,
      name: "platform",
      files: { "app/all.yaml": config },
    });
    await platform.apply({ rollback: { mode: "Never" }, detection: { unexpected: "Report" } });
    await api.kubectl(["apply", "-f", "-"], { input: config });
    await platform.condition("Ready", "True");
  });

  afterAll(async () => {
    await platform.kubectl("delete", "grp", "platform");
    await platform.kubectl("delete", "drift", "--all");
    const account = ["impersonate", "admin", "grant"].map((name) => `rolebinding/holdfast-rollback-${name}`);
    await platform.kubectl("delete", "sa/holdfast-rollback", ...account);
    await api.kubectl(["delete", "clusterrolebinding", role, "--ignore-not-found"]);
  });

  it("sees who is made powerful all over the cluster, and leaves alone what the cluster itself has made", async () => {
    await api.kubectl([
      "create",
      "clusterrolebinding",
      role,
      "--clusterrole=cluster-admin",
      "--user=mallory",
    ]);
    await eventually(`ClusterRoleBinding ${role}`, async () =>
      (await platform.records()).some((record) => nameOf(record) === `ClusterRoleBinding ${role}`)
        ? true
        : undefined,
    );
    const names = (await platform.records()).map(nameOf);
    // Other tests leave `holdfast-try` and what is of try.holdfast.dev behind in the cluster that all share.
    const theirs = / (system:|kubeadm:|holdfast-(?!try))|(?<!try\.)holdfast\.dev/;
    expect(names.filter((name) => theirs.test(name))).toEqual([]);
    expect(names).not.toContain("ClusterRole cluster-admin");
    // Those of this control plane's identities, and what other tests make: nobody declares it.
    for (const name of names)
      expect(name).toMatch(
        /^(ClusterRole|ClusterRoleBinding|CustomResourceDefinition|\w*(Webhook|Admission)\w*) /,
      );
  });
});
