/** Dry-runs on a real API server: what they tell, and that nothing else can be done with the rights they take. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { operatorAccount } from "../../dev/control-plane/operator.ts";
import { type ControlPlane, startControlPlane } from "../../dev/control-plane/start.ts";
import { type Operator, startOperator } from "../../dev/demo/operator.ts";
import { failureOf } from "../../src/kubernetes/api-failure.ts";
import type { JsonObject } from "../../src/resource/resource.ts";
import { eventually } from "../support/api-server.ts";
import { type ClusterPolicy, createClusterPolicy } from "../support/cluster-policy.ts";
import { holdfast } from "../support/holdfast-diff.ts";
import { rightsOf } from "../support/rights.ts";

jest.setTimeout(120_000);

const config = join(import.meta.dirname, "../../config");
const locked = /Holdfast may dry-run, and write nothing but its own resources: this is a real /;
let plane: ControlPlane;
let directory: string;
let kubeconfig: string;

beforeAll(async () => {
  // A cluster of its own: these policies must not reach the other tests.
  plane = await startControlPlane();
  directory = await mkdtemp(join(tmpdir(), "holdfast-dry-run-test-"));
  const base = relative(directory, config);
  const kustomization = { resources: [`${base}/default`], components: [`${base}/components/dry-run`] };
  await writeFile(join(directory, "kustomization.yaml"), JSON.stringify(kustomization));
  await plane.kubectl(["apply", "--server-side", "--kustomize", directory]);
  await plane.waitForAggregation("holdfast-observe");
  await plane.waitForAggregation("holdfast-dry-run");
  kubeconfig = await plane.kubeconfigFor(operatorAccount.namespace, operatorAccount.name);
  await plane.kubectl(["create", "configmap", "settings", "--from-literal=mode=fast"]);
  // The same value: a patch that comes before the lock goes through.
  const same = ["patch", "configmap", "settings", "--namespace=default", '--patch={"data":{"mode":"fast"}}'];
  await eventually("the lock", async () => (locked.test((await kubectl(same)).stderr) ? true : undefined));
});

afterAll(async () => {
  await plane.stop();
  await rm(directory, { recursive: true, force: true });
});

/** As the operator's own account. */
const kubectl = (args: readonly string[], input?: string) =>
  plane.tryKubectl(args, { kubeconfig, ...(input === undefined ? {} : { input }) });
const change = ["configmap", "settings", "--namespace=default", '--patch={"data":{"mode":"slow"}}'];
const patch = (...flags: readonly string[]) => kubectl(["patch", ...change, ...flags]);

async function mode(): Promise<string> {
  return await plane.kubectl(["get", "configmap", "settings", "--output=jsonpath={.data.mode}"]);
}

describe("the operator's account, with the component for dry-runs", () => {
  it("may dry-run a patch, and not make it", async () => {
    expect(await patch("--dry-run=server")).toMatchObject({ exitCode: 0 });
    const refused = await patch();
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toMatch(/this is a real UPDATE of \/configmaps/);
    expect(await mode()).toBe("fast");
  });

  it("is given `patch` and `create` alone, and none for what the lock does not see, for RBAC, or for Secrets", async () => {
    const writes = (await rightsOf(plane, operatorAccount)).filter(
      (right) => !/^(get|list|watch) |holdfast\.dev|events\.k8s\.io| leases/.test(right),
    );
    expect(writes.length).toBeGreaterThan(20);
    expect(writes.filter((right) => !/^(create|patch) /.test(right))).toEqual([]);
    expect(writes.filter((right) => /admissionregistration|rbac|secrets|\//.test(right))).toEqual([]);
  });

  it("cannot take the lock away", async () => {
    const name = "holdfast-dry-run-only";
    for (const kind of ["validatingadmissionpolicy", "validatingadmissionpolicybinding"])
      for (const verb of [["delete"], ["patch", "--type=merge", '--patch={"metadata":{"labels":{"a":"b"}}}']])
        expect((await kubectl([...verb, kind, name])).stderr).toMatch(/forbidden: User/);
  });
});

describe("a refused dry-run", () => {
  const base = "/api/v1/namespaces/default/configmaps";
  const fieldsOf = async (name: string) => {
    const path = `${base}/${name}?dryRun=All`;
    const body = [{ op: "add", path: "/data", value: { mode: "slow" } }];
    const request = { path, method: "PATCH", body, contentType: "application/json-patch+json" } as const;
    const answer = await plane.request(request, { kubeconfig });
    return { status: answer.status, fields: failureOf(answer.status, answer.body).fields };
  };

  it("names the field, where a rule of the kind refuses it", async () => {
    const body = { metadata: { name: "fixed" }, data: { mode: "fast" }, immutable: true };
    await plane.request({ path: base, method: "POST", body });
    expect(await fieldsOf("fixed")).toEqual({ status: 422, fields: ["data"] });
  });

  it("names none, where an admission policy refuses it", async () => {
    const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["configmaps"] };
    const spec = {
      matchConstraints: { resourceRules: [{ ...rule, resourceNames: ["guarded"] }] },
      validations: [{ expression: "false", message: "nobody edits this" }],
    };
    const apiVersion = "admissionregistration.k8s.io/v1";
    const metadata = { name: "nobody-edits" };
    const bound = { policyName: "nobody-edits", validationActions: ["Deny"] };
    const items = [
      { apiVersion, kind: "ValidatingAdmissionPolicy", metadata, spec },
      { apiVersion, kind: "ValidatingAdmissionPolicyBinding", metadata, spec: bound },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "guarded", namespace: "default" } },
    ];
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await plane.kubectl(["create", "--filename=-"], { input });
    const refused = await eventually("the refusal", async () => {
      const answer = await fieldsOf("guarded");
      return answer.status === 200 ? undefined : answer;
    });
    expect(refused).toEqual({ status: 422, fields: undefined });
  });
});

describe("the lock", () => {
  const binding = "holdfast-may-everything";

  beforeAll(async () => {
    const account = `${operatorAccount.namespace}:${operatorAccount.name}`;
    const grant = ["create", "clusterrolebinding", binding, "--clusterrole=cluster-admin"];
    await plane.kubectl([...grant, `--serviceaccount=${account}`]);
    await eventually("the right to everything", async () =>
      (await kubectl(["auth", "can-i", "*", "*"])).exitCode === 0 ? true : undefined,
    );
  });

  afterAll(async () => {
    await plane.kubectl(["delete", "clusterrolebinding", binding]);
  });

  it.each([
    ["create", ["create", "configmap", "other", "--namespace=default"]],
    ["delete", ["delete", "configmap", "settings", "--namespace=default"]],
    ["patch", ["patch", ...change]],
    ["scale", ["scale", "deployment", "holdfast", "--namespace=holdfast-system", "--replicas=0"]],
    ["token", ["create", "token", "default", "--namespace=default"]],
    ["policy", ["delete", "crd", "gitrepopolicies.holdfast.dev", "--wait=false"]],
  ])("holds whatever RBAC allows: %s", async (_, args) => {
    expect((await kubectl(args)).stderr).toMatch(locked);
    expect(await mode()).toBe("fast");
  });

  it("lets no Lease through but the operator's", async () => {
    const lease = (namespace: string) =>
      JSON.stringify({
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: "trial", namespace },
      });
    expect((await kubectl(["create", "--filename=-"], lease("default"))).stderr).toMatch(locked);
    expect(await kubectl(["create", "--filename=-"], lease("holdfast-system"))).toMatchObject({
      exitCode: 0,
    });
  });
});

describe("an operator that may dry-run", () => {
  let operator: Operator;
  beforeAll(async () => {
    operator = await startOperator({
      kubeconfig,
      directory: join(directory, "operator"),
      flags: ["--dry-run=WhereAllowed"],
    });
  });
  afterAll(async () => {
    await operator.stop();
    expect(operator.log()).not.toMatch(locked);
    // Its table of defaults is of the release that runs here.
    expect(operator.log()).not.toContain("there is no table of server defaults");
  });

  it("works as ever: Lease, status, records, Events, and a rollback as the policy's account", async () => {
    const policy = await ready("plain");
    await policy.deliver();
    await policy.condition("InSync", "True");
    await policy.edit("scale", "deployment", "web", "--replicas=4");
    const record = await policy.resolved("web");
    expect(fieldAt(record, ["status", "resolution"])).toBe("RolledBack");
    expect(await policy.kubectl("get", "events.events.k8s.io", "--output=name")).not.toBe("");
    const lease = ["get", "lease", "holdfast", "--namespace=holdfast-system", "--output=name"];
    expect(await plane.kubectl(lease)).toContain("lease");
  });

  it.each([
    ["overwrites what Git states", "revisionHistoryLimit: 7"],
    ["adds what Git does not state", "minReadySeconds: 5"],
  ])("calls nothing drift that an admission policy %s", async (_, fields) => {
    const policy = await ready("insists", { rollback: { mode: "Never" } });
    await mutate(policy.namespace, fields);
    await policy.deliver();
    await policy.condition("InSync", "True");
    expect(fieldAt(await policy.status(), ["objects", "excused"])).toBeGreaterThanOrEqual(1);
    // By hand, it is still seen.
    await policy.edit("patch", "deployment", "web", '--patch={"spec":{"progressDeadlineSeconds":60}}');
    await policy.counted("drifted", 1);
  });

  it("calls nothing drift that an admission policy put in at creation, and never again", async () => {
    const policy = await ready("creates");
    await mutate(policy.namespace, "minReadySeconds: 5", ["CREATE"]);
    await policy.deliver();
    await policy.condition("InSync", "True");
    expect(fieldAt(await policy.status(), ["objects", "excused"])).toBeGreaterThanOrEqual(1);
    // A hand's work beside it is seen, and undone; what was put in stays.
    await policy.edit("patch", "deployment", "web", '--patch={"spec":{"progressDeadlineSeconds":60}}');
    const record = await policy.resolved("web");
    expect(fieldAt(record, ["status", "resolution"])).toBe("RolledBack");
    await policy.condition("InSync", "True");
    const spec = ["--output=jsonpath={.spec.minReadySeconds} {.spec.progressDeadlineSeconds}"];
    expect(await policy.kubectl("get", "deployment", "web", ...spec)).toBe("5 600");
    expect(await policy.kubectl("get", "driftrecords", "--output=name")).toMatch(/^\S+\s*$/);
  });

  it("settles a doubt: a field that nobody owns, and that a rollback would take away, is drift", async () => {
    const policy = await prepared("doubt");
    const forget = await mutate(policy.namespace, "minReadySeconds: 5");
    await policy.deliver();
    await forget();
    // It was never seen in sync, so the field might be a default that the table lacks.
    await policy.apply({ rollback: { mode: "Never" } });
    await policy.counted("drifted", 1);
    expect(fieldAt(await policy.status(), ["drifts"])).toEqual([
      expect.objectContaining({ changes: 1, firstPath: "spec.minReadySeconds" }),
    ]);
  });
});

describe("holdfast diff", () => {
  it("asks where --dry-run says so, with the user's own rights, and tells what was not answered", async () => {
    const policy = await prepared("asked");
    await mutate(policy.namespace, "minReadySeconds: 5", ["CREATE"]);
    await policy.deliver();
    const diffAs = (who: "admin" | "reader", ...flags: readonly string[]) => {
      const source = [
        "--repo",
        policy.repository.directory,
        "--path",
        "app",
        "--namespace",
        policy.namespace,
      ];
      const object = ["--object", "Deployment/web", "--kubeconfig", plane.kubeconfig(who)];
      return holdfast(["diff", ...source, ...object, ...flags]);
    };
    expect(await diffAs("admin")).toMatchObject({
      exitCode: 2,
      stdout: expect.stringContaining("spec.minReadySeconds"),
    });
    const asked = await diffAs("admin", "--dry-run=WhereAllowed", "--show-excused");
    expect(asked.stderr).toBe("");
    expect(asked.stdout).toMatch(/spec\.minReadySeconds.*\n?.*Admission/);
    expect(asked.exitCode).toBe(0);
    const refused = await diffAs("reader", "--dry-run=WhereAllowed");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(
      "dry-runs were not answered: create Deployment.apps (Forbidden), patch Deployment.apps (Forbidden)",
    );
  });
});

const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  revisionHistoryLimit: 3
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "registry.example.com/web:1"}]}
`;
let count = 0;

/** A namespace, and a repository that states one Deployment; neither that nor the policy is there yet. */
async function prepared(name: string): Promise<ClusterPolicy> {
  count += 1;
  const namespace = `${name}-${count}`;
  await plane.kubectl(["create", "namespace", namespace]);
  return await createClusterPolicy(plane, { namespace, directory, files: { "app/web.yaml": web } });
}

/** The same with a policy that is ready. */
async function ready(name: string, spec: JsonObject = {}): Promise<ClusterPolicy> {
  const policy = await prepared(name);
  await policy.apply(spec);
  await policy.condition("Ready", "True");
  return policy;
}

/** Has every Deployment of the namespace get these fields in its spec. Resolves to what ends it, both in force. */
async function mutate(
  namespace: string,
  fields: string,
  operations: readonly string[] = ["CREATE", "UPDATE"],
): Promise<() => Promise<void>> {
  const name = `mutate-${namespace}`;
  const matchConstraints = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    resourceRules: [
      {
        apiGroups: ["apps"],
        apiVersions: ["v1"],
        operations,
        resources: ["deployments"],
      },
    ],
  };
  const mutations = [
    {
      patchType: "ApplyConfiguration",
      applyConfiguration: { expression: `Object{spec: Object.spec{${fields}}}` },
    },
  ];
  const spec = { failurePolicy: "Fail", reinvocationPolicy: "Never", matchConstraints, mutations };
  const apiVersion = "admissionregistration.k8s.io/v1";
  const items = [
    { apiVersion, kind: "MutatingAdmissionPolicy", metadata: { name }, spec },
    { apiVersion, kind: "MutatingAdmissionPolicyBinding", metadata: { name }, spec: { policyName: name } },
  ];
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await plane.kubectl(["apply", "--filename=-"], { input });
  const [field = "", value = ""] = fields.split(": ");
  const inForce = (wanted: boolean) =>
    eventually(`a mutation that is ${wanted ? "in force" : "gone"}`, async () => {
      const args = ["create", "--dry-run=server", "--filename=-", `--output=jsonpath={.spec.${field}}`];
      const answer = await plane.kubectl([...args, "--namespace", namespace], {
        input: web.replace("name: web}", "name: trial}"),
      });
      return (answer === value) === wanted ? true : undefined;
    });
  await inForce(true);
  return async () => {
    await plane.kubectl(["delete", "--filename=-"], { input });
    await inForce(false);
  };
}
