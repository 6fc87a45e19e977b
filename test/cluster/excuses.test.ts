/** Excuses against the programs that they are about: the real controllers and kubectl, and a hand beside them. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { compare } from "../../src/diff/compare.ts";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import type { Json, KubernetesObject } from "../../src/resource/resource.ts";
import { refOf } from "../../src/resource/resource.ts";
import { shippedKind } from "../../src/schema/shipped.ts";
import { eventually, useApiServer } from "../support/api-server.ts";

const api = useApiServer();
let namespace = "";

beforeAll(async () => {
  namespace = await api.namespace("excuses");
});

describe("in sync for all that others write onto it", () => {
  it("is a Deployment that kubectl applied, its controller counts, and somebody restarted", async () => {
    const desired = deployment("web");
    await apply(desired);
    await until(desired, ["deployment-revision", "last-applied"]);
    await kubectl("rollout", "restart", "deployment/web");
    await until(desired, ["deployment-revision", "last-applied", "restart"]);
  });

  it("is an aggregated ClusterRole", async () => {
    const part: KubernetesObject = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: `${namespace}-part`, labels: { part: namespace } },
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }],
    };
    const desired: KubernetesObject = {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: `${namespace}-whole` },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: namespace } }] },
    };
    try {
      await applyByServer(part, "helm");
      await applyByServer(desired, "helm");
      await api.waitForAggregation(`${namespace}-whole`);
      expect((await found(desired)).changes).toEqual([]);
    } finally {
      await kubectl("delete", "clusterrole", `${namespace}-part`, `${namespace}-whole`);
    }
  });

  it("is a claim with the volume that the binder found for it", async () => {
    const spec = { accessModes: ["ReadWriteOnce"], storageClassName: namespace };
    const volume: KubernetesObject = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: namespace },
      spec: { ...spec, capacity: { storage: "1Gi" }, hostPath: { path: "/srv" } },
    };
    const claim: KubernetesObject = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace },
      spec: { ...spec, resources: { requests: { storage: "1Gi" } } },
    };
    try {
      await applyByServer(volume, "helm");
      await applyByServer(claim, "helm");
      await until(volume, ["volume-bound-by-controller", "volume-claim"]);
      await until(claim, ["claim-bind-completed", "claim-bound-by-controller"]);
    } finally {
      await kubectl("delete", "--wait=false", "pvc/data", `pv/${namespace}`);
    }
  });

  it("is an object with the marks of its deliverer", async () => {
    const desired = configMap("marked");
    const labels = {
      "kustomize.toolkit.fluxcd.io/name": "apps",
      "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    };
    const annotations = { "argocd.argoproj.io/tracking-id": `shop:/ConfigMap:${namespace}/marked` };
    await applyByServer({ ...desired, metadata: { ...desired.metadata, labels } }, "kustomize-controller");
    await applyByServer({ ...desired, metadata: { ...desired.metadata, annotations } }, "argocd-controller");
    await until(desired, ["argocd-tracking-id", "flux-kustomize-name", "flux-kustomize-namespace"]);
    // Whoever wipes the record of ownership takes no mark away, and adds none.
    await kubectl("patch", "configmap/marked", "--type=merge", '--patch={"metadata":{"managedFields":[{}]}}');
    await until(desired, ["argocd-tracking-id", "flux-kustomize-name", "flux-kustomize-namespace"]);
  });
});

describe("drift, however it is dressed up", () => {
  it.each([
    [
      "a mark's value that kubectl changed",
      ["label", "--overwrite", "configmap/NAME", "kustomize.toolkit.fluxcd.io/name=other"],
      'metadata.labels["kustomize.toolkit.fluxcd.io/name"]',
    ],
    [
      "another object's tracking id",
      ["annotate", "configmap/NAME", "argocd.argoproj.io/tracking-id=shop:/ConfigMap:x/y"],
      'metadata.annotations["argocd.argoproj.io/tracking-id"]',
    ],
    [
      "Helm's label without a release",
      ["label", "configmap/NAME", "app.kubernetes.io/managed-by=Helm"],
      'metadata.labels["app.kubernetes.io/managed-by"]',
    ],
    [
      "a key under a trusted controller's name",
      [
        "patch",
        "configmap/NAME",
        "--field-manager=kube-controller-manager",
        "--type=merge",
        '--patch={"data":{"b":"2"}}',
      ],
      "data.b",
    ],
    [
      "a label under the deliverer's name",
      ["label", "configmap/NAME", "--field-manager=kustomize-controller", "team=x"],
      "metadata.labels.team",
    ],
    [
      "a last-applied mark that says more than Git",
      [
        "annotate",
        "configmap/NAME",
        'kubectl.kubernetes.io/last-applied-configuration={"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME"},"data":{"a":"1","b":"2"}}',
      ],
      'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]',
    ],
    [
      "a finalizer",
      [
        "patch",
        "configmap/NAME",
        "--type=merge",
        '--patch={"metadata":{"finalizers":["service.k8s.aws/resources"]}}',
      ],
      'metadata.finalizers[="service.k8s.aws/resources"]',
    ],
  ])("is %s", async (what, edit, path) => {
    const name = what.toLowerCase().replaceAll(/[^a-z]+/g, "-");
    const desired = configMap(name);
    const labels = {
      "kustomize.toolkit.fluxcd.io/name": "apps",
      "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
    };
    await applyByServer({ ...desired, metadata: { ...desired.metadata, labels } }, "kustomize-controller");
    await kubectl(...edit.map((part) => part.replaceAll("NAME", name)));
    expect((await found(desired)).changes).toEqual([path]);
    await kubectl("patch", `configmap/${name}`, "--type=merge", '--patch={"metadata":{"finalizers":null}}');
  });
});

function configMap(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { a: "1" } };
}

function deployment(name: string): KubernetesObject {
  const labels = { app: name };
  const containers = [{ name: "app", image: "example.com/app:1", env: [{ name: "MODE", value: "a<b & c" }] }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

async function kubectl(...args: readonly string[]): Promise<string> {
  return await api.kubectl(["--namespace", namespace, ...args]);
}

async function apply(object: KubernetesObject): Promise<void> {
  await api.kubectl(["apply", "--filename", "-"], { input: JSON.stringify(object) });
}

async function applyByServer(object: KubernetesObject, manager: string): Promise<void> {
  const args = [
    "apply",
    "--server-side",
    "--force-conflicts",
    `--field-manager=${manager}`,
    "--filename",
    "-",
  ];
  await api.kubectl(args, { input: JSON.stringify(object) });
}

/** What the comparison finds: paths that differ, and the rules that excuse the others. */
async function found(desired: KubernetesObject) {
  const { kind, metadata } = desired;
  const args = metadata.namespace === undefined ? [] : ["--namespace", metadata.namespace];
  const text = await api.kubectl([
    ...args,
    "get",
    kind,
    metadata.name ?? "",
    "--show-managed-fields",
    "--output=json",
  ]);
  const live = JSON.parse(text) as Json as KubernetesObject; // kubectl prints the object
  const schema = shippedKind(refOf(desired))?.schema;
  if (schema === undefined) throw new Error(`no schema for ${kind}`);
  const { changes, excused } = compare({ desired, live, schema, mode: "Exact" });
  return {
    changes: changes.map(({ path }) => formatPath(path)),
    rules: excused.map(({ rule }) => rule).sort(),
  };
}

/** Controllers take their time, so it is asked until all of them have written. */
async function until(desired: KubernetesObject, rules: readonly string[]): Promise<void> {
  let last: unknown;
  const isSo = async () => {
    const answer = await found(desired);
    // What the server itself adds is told elsewhere.
    last = { ...answer, rules: answer.rules.filter((rule) => !rule.startsWith("server-")) };
    return JSON.stringify(last) === JSON.stringify({ changes: [], rules }) ? true : undefined;
  };
  try {
    await eventually(`${desired.kind} to be excused`, isSo);
  } catch {
    expect(last).toEqual({ changes: [], rules });
  }
}
