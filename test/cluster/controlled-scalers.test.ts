/** Autoscalers that Git does not declare: one that a declared object controls, and forged ones beside it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { type Operator, startOperator } from "../../dev/demo/operator.ts";
import type { DiffReport } from "../../src/cli/diff-report.ts";
import type { Json } from "../../src/resource/resource.ts";
import { eventually, useApiServer } from "../support/api-server.ts";
import { type ClusterPolicy, createClusterPolicy } from "../support/cluster-policy.ts";
import { holdfast, useFolder } from "../support/holdfast-diff.ts";

jest.setTimeout(120_000);

const api = useApiServer();
const folder = useFolder();
const group = "controlled.example.com";
const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: apps.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {kind: App, plural: apps}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: controlled-observe, labels: {holdfast.dev/aggregate-to-observe: "true"}}
rules: [{apiGroups: [${group}], resources: [apps], verbs: [get, list, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: controlled-view, labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}}
rules: [{apiGroups: [${group}], resources: [apps], verbs: [get, list, watch]}]
`;
const app = (name: string) => `---
apiVersion: ${group}/v1
kind: App
metadata: {name: ${name}}
spec: {size: 1}
`;
const deployment = (name: string) => `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: 2
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: app, image: "registry.example.com/web:1.0"}]}
`;
const settings = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mode: fast}\n";

/** By the Deployment that is scaled: who its autoscaler says owns it. Only the first is honest. */
const owners = {
  web: { of: "App/web", controller: true },
  "not-controlled": { of: "App/web", controller: false },
  "of-a-configmap": { of: "ConfigMap/settings", controller: true },
  "of-nothing-in-git": { of: "App/by-hand", controller: true },
  "without-an-owner": undefined,
};
const names = Object.keys(owners);
const manifests = app("web") + settings + names.map(deployment).join("");

let directory: string;
let operator: Operator;
let policy: ClusterPolicy;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-controlled-test-"));
  await api.kubectl(["apply", "-f", "-"], { input: crd });
  await api.kubectl(["wait", "crd", `apps.${group}`, "--for=condition=Established"]);
  const kubeconfig = await api.operator();
  await api.waitForAggregation("holdfast-observe");
  policy = await createClusterPolicy(api, {
    namespace: await api.namespace("controlled"),
    directory,
    files: { "app/all.yaml": manifests },
  });
  operator = await startOperator({ kubeconfig, directory });
  await policy.deliver();
  await policy.apply({ rollback: { mode: "Never" }, detection: { unexpected: "Ignore" } });
  await policy.counted("inSync", names.length + 2);
  await api.kubectl(["apply", "-n", policy.namespace, "-f", "-"], { input: app("by-hand") });
  for (const name of names) await makeAutoscaler(name as keyof typeof owners); // the names are its keys
  for (const name of names) await policy.edit("scale", `deployment/${name}`, "--replicas=4");
});

afterAll(async () => {
  await operator.stop();
  await api.tryKubectl(["delete", "crd", `apps.${group}`, "--ignore-not-found"]);
  await api.tryKubectl([
    "delete",
    "clusterrole",
    "controlled-observe",
    "controlled-view",
    "--ignore-not-found",
  ]);
  await rm(directory, { recursive: true, force: true });
});

/** By hand, as the person who edits. */
async function makeAutoscaler(name: keyof typeof owners): Promise<void> {
  const owner = owners[name];
  const file = await folder.write(
    `${name}.json`,
    JSON.stringify({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name, ownerReferences: owner === undefined ? [] : [await referenceTo(owner)] },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
        minReplicas: 2,
        maxReplicas: 5,
      },
    }),
  );
  await policy.edit("create", "-f", file);
}

async function referenceTo({ of, controller }: { readonly of: string; readonly controller: boolean }) {
  const [kind = "", name = ""] = of.split("/");
  const apiVersion = kind === "App" ? `${group}/v1` : "v1";
  const uid = await policy.kubectl("get", kind.toLowerCase(), name, "-o", "jsonpath={.metadata.uid}");
  return { apiVersion, kind, name, uid, controller };
}

/** What is open: kind and name. */
async function drifting(): Promise<readonly string[]> {
  const open = (await policy.records()).filter((one) => fieldAt(one, ["status", "resolution"]) === undefined);
  const textOf = (record: Json, field: string) => {
    const value = fieldAt(record, ["spec", "object", field]);
    return typeof value === "string" ? value : "";
  };
  return open.map((record) => `${textOf(record, "kind")} ${textOf(record, "name")}`).sort();
}

async function onlyDrifting(...expected: readonly string[]): Promise<void> {
  let found: readonly string[] = [];
  await eventually(`${expected.join(", ")} drifting, and nothing else`, async () => {
    found = await drifting();
    return JSON.stringify(found) === JSON.stringify([...expected].sort()) ? true : undefined;
  }).catch(() => expect(found).toEqual([...expected].sort()));
}

const forged = names.slice(1).map((name) => `Deployment ${name}`);

describe("replicas within the range of an autoscaler that Git does not declare", () => {
  it("are drift, but for the one that a declared object controls", async () => {
    await onlyDrifting(...forged);
    await policy.counted("inSync", 3);
    const ofWeb = (await policy.records()).filter(
      (one) => fieldAt(one, ["spec", "object", "name"]) === "web",
    );
    expect(ofWeb).toEqual([]);
  });

  it("are found alike by holdfast diff, in the cluster and in files", async () => {
    const kinds = `deployments.apps,horizontalpodautoscalers,apps.${group},configmaps`;
    const live = [
      await api.kubectl(["get", "crd", `apps.${group}`, "-o", "yaml"]),
      await policy.kubectl("get", kinds, "-o", "yaml", "--show-managed-fields"),
    ].join("---\n");
    const [definition = ""] = crd.split("---\n");
    const files = [
      "--desired",
      await folder.write("desired.yaml", definition + manifests),
      "--live",
      await folder.write("live.yaml", live),
    ];
    const repository = ["--repo", policy.repository.directory, "--path", "app"];
    const asReader = ["--kubeconfig", api.kubeconfig("reader")];
    const found = await deploymentsOf(...asReader, ...repository);
    expect(await deploymentsOf(...files)).toEqual(found);
    expect(found.map(({ resource, verdict }) => [resource.name, verdict])).toEqual(
      names.map((name) => [name, name === "web" ? "InSync" : "Drifted"]),
    );
    expect(found[0]?.excused).toContainEqual(
      expect.objectContaining({
        path: "spec.replicas",
        reason: "Scaler",
        message: `HorizontalPodAutoscaler.autoscaling ${policy.namespace}/web scales it between 2 and 5, controlled by App.${group} ${policy.namespace}/web`,
      }),
    );
  });

  it("are drift as long as what controls the autoscaler has drifted", async () => {
    await policy.kubectl("patch", "app", "web", "--type=merge", "-p", '{"spec":{"size":9}}');
    await onlyDrifting("App web", "Deployment web", ...forged);
    await policy.kubectl("patch", "app", "web", "--type=merge", "-p", '{"spec":{"size":1}}');
    await onlyDrifting(...forged);
  });

  it("are the same after a restart, of which nothing new is said", async () => {
    const before = (await policy.records()).length;
    await operator.stop();
    operator = await startOperator({ kubeconfig: await api.operator(), directory });
    await policy.edit("scale", "deployment/web", "--replicas=3");
    await policy.condition("Ready", "True");
    await policy.counted("inSync", 3);
    await onlyDrifting(...forged);
    expect((await policy.records()).length).toBe(before);
  });
});

async function deploymentsOf(...args: readonly string[]) {
  const ended = await holdfast(["diff", "--namespace", policy.namespace, "-o", "json", ...args]);
  if (ended.stdout === "") throw new Error(ended.stderr);
  const { objects } = JSON.parse(ended.stdout) as DiffReport;
  return objects.filter(({ resource }) => resource.kind === "Deployment");
}
