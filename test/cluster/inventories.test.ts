/** Flux and Argo CD, as far as their own objects show them: what these list is no alarm, and who forges one is found. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Operator, startOperator } from "../../dev/demo/operator.ts";
import type { DiffReport } from "../../src/cli/diff-report.ts";
import { deliverers } from "../../src/drift/inventories.ts";
import type { DelivererKind } from "../../src/resource/deliverer-mark.ts";
import type { JsonObject } from "../../src/resource/resource.ts";
import { useApiServer } from "../support/api-server.ts";
import { type ClusterPolicy, createClusterPolicy } from "../support/cluster-policy.ts";
import { holdfast, useFolder } from "../support/holdfast-diff.ts";
import { reportedBy } from "../support/unexpected-records.ts";

const api = useApiServer();
const folder = useFolder();
/** Where Flux and Argo CD install themselves. */
const homes = ["argocd", "flux-system"];
const rbac = "rbac.authorization.k8s.io";
let directory: string;
let operator: Operator;
let policy: ClusterPolicy;

const plurals: Readonly<Record<DelivererKind, string>> = {
  Application: "applications",
  HelmRelease: "helmreleases",
  Kustomization: "kustomizations",
};
const crds = Object.entries(plurals).map(([kind, plural]) => crd(kind as DelivererKind, plural)); // its keys are kinds
/** As Flux installs it for whoever may edit a namespace: the status is not left out. */
const edit = {
  apiVersion: `${rbac}/v1`,
  kind: "ClusterRole",
  metadata: { name: "inventories-edit", labels: { [`${rbac}/aggregate-to-edit`]: "true" } },
  rules: [{ apiGroups: Object.values(deliverers).map(({ group }) => group), resources: ["*"], verbs: ["*"] }],
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-inventories-test-"));
  await apply(
    ...crds,
    edit,
    ...homes.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })),
  );
  await api.kubectl([
    "wait",
    ...crds.map(({ metadata }) => `crd/${metadata.name}`),
    "--for=condition=Established",
  ]);
  const kubeconfig = await api.operator();
  await api.waitForAggregation("holdfast-observe");
  await api.waitForAggregation("edit");
  operator = await startOperator({ kubeconfig, directory });
  policy = await createClusterPolicy(api, {
    namespace: await api.namespace("inventories"),
    directory,
    files: { "app/all.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n" },
  });
  await policy.apply({ rollback: { mode: "Never" }, detection: { unexpected: "Report" } });
  await policy.deliver();
  await policy.condition("Ready", "True");
});

afterAll(async () => {
  await operator.stop();
  await api.tryKubectl(["delete", "namespace", ...homes, "--wait=false"]);
  await api.tryKubectl(["delete", "crd", ...crds.map(({ metadata }) => metadata.name)]);
  await api.tryKubectl(["delete", "clusterrole", edit.metadata.name]);
  await rm(directory, { recursive: true, force: true });
});

const apply = (...items: readonly JsonObject[]) =>
  api.kubectl(["apply", "-f", "-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items: [...items] }),
  });

/** A Role in the policy's namespace, which nobody declares. */
const role = (name: string, metadata: JsonObject): JsonObject => ({
  apiVersion: `${rbac}/v1`,
  kind: "Role",
  metadata: { name, namespace: policy.namespace, ...metadata },
  rules: [],
});
const fluxLabels = (kind: "helm" | "kustomize", namespace: string) => ({
  labels: {
    [`${kind}.toolkit.fluxcd.io/name`]: "apps",
    [`${kind}.toolkit.fluxcd.io/namespace`]: namespace,
  },
});
const tracking = (app: string, name: string) => ({
  annotations: { "argocd.argoproj.io/tracking-id": `${app}:${rbac}/Role:${policy.namespace}/${name}` },
});

/** Makes a deliverer's object, called `apps`, as whoever may write there; with its status, as a controller writes it. */
async function lists(
  { kind, namespace }: { readonly kind: DelivererKind; readonly namespace: string },
  names: readonly string[],
  identity: "admin" | "editor" = "admin",
): Promise<void> {
  const { group, version } = deliverers[kind];
  const own = policy.namespace;
  const status =
    kind === "Application"
      ? {
          sync: { status: "Synced" },
          resources: names.map((name) => ({
            group: rbac,
            version: "v1",
            kind: "Role",
            namespace: own,
            name,
            status: "Synced",
          })),
        }
      : { inventory: { entries: names.map((name) => ({ id: `${own}_${name}_${rbac}_Role`, v: "v1" })) } };
  const spec = kind === "Application" ? { destination: { server: "https://kubernetes.default.svc" } } : {};
  const object = { apiVersion: `${group}/${version}`, kind, metadata: { name: "apps", namespace }, spec };
  await api.kubectl(["apply", "-f", "-"], { input: JSON.stringify(object), identity });
  const patch = ["patch", `${plurals[kind]}.${group}`, "apps", "-n", namespace, "--type=merge", "-p"];
  // An Application has no status of its own to be written: it is a field like any other.
  const subresource = kind === "Application" ? [] : ["--subresource=status"];
  await api.kubectl([...patch, JSON.stringify({ status }), ...subresource], { identity });
}

describe("what Flux or Argo CD delivers from a repository that no policy follows", () => {
  it("is not reported where they list it, and what is beside it is; so says holdfast diff", async () => {
    await lists({ kind: "Kustomization", namespace: "flux-system" }, ["flux", "team__flux"]);
    await lists({ kind: "HelmRelease", namespace: "flux-system" }, ["chart"]);
    await lists({ kind: "Application", namespace: "argocd" }, ["argo", "labelled"]);
    await apply(
      role("flux", fluxLabels("kustomize", "flux-system")),
      role("team:flux", fluxLabels("kustomize", "flux-system")),
      role("chart", fluxLabels("helm", "flux-system")),
      role("argo", tracking("apps", "argo")),
      role("labelled", { labels: { "app.kubernetes.io/instance": "apps" } }),
      role("by-hand", {}),
    );
    await reportedBy(policy, ["Role by-hand"]);
    // The command gives no time to what is not listed yet.
    const file = await folder.write(
      "policy.yaml",
      `apiVersion: holdfast.dev/v1alpha1
kind: GitRepoPolicy
metadata: {name: shop, namespace: ${policy.namespace}}
spec: {source: {url: "${policy.repository.url}", ref: {branch: main}, path: app}}
`,
    );
    const { stdout } = await holdfast(["diff", "--kubeconfig", api.kubeconfig("admin"), file, "-o", "json"]);
    const { objects } = JSON.parse(stdout) as DiffReport;
    const roles = objects
      .filter(({ resource }) => resource.kind === "Role")
      .map(({ resource }) => resource.name);
    expect(roles.filter((name) => !name.startsWith("holdfast-rollback"))).toEqual(["by-hand"]);
    await policy.edit("delete", "role", "by-hand");
    await reportedBy(policy, []);
  });
});

describe("an editor of the policy's namespace", () => {
  it("hides nothing behind a deliverer's object there, whatever its status lists", async () => {
    await lists({ kind: "HelmRelease", namespace: policy.namespace }, ["evil-chart"], "editor");
    await lists({ kind: "Kustomization", namespace: policy.namespace }, ["evil-flux"], "editor");
    await lists({ kind: "Application", namespace: policy.namespace }, ["evil-argo"], "editor");
    await apply(
      role("evil-chart", fluxLabels("helm", policy.namespace)),
      role("evil-flux", fluxLabels("kustomize", policy.namespace)),
      role("evil-argo", tracking(`${policy.namespace}_apps`, "evil-argo")),
    );
    await reportedBy(policy, ["Role evil-chart", "Role evil-flux", "Role evil-argo"]);
    await policy.edit("delete", "role", "evil-chart", "evil-flux", "evil-argo");
    await reportedBy(policy, []);
  });

  it("wins no time by a deliverer that says that it delivers, or that it cannot tell", async () => {
    const status = (one: JsonObject) => ["--type=merge", "-p", JSON.stringify({ status: one })];
    const busy = { conditions: [{ type: "Reconciling", status: "True" }] };
    await policy.edit("patch", "kustomization", "apps", "--subresource=status", ...status(busy));
    await policy.edit("patch", "application", "apps", ...status({ sync: { status: "Unknown" } }));
    await apply(
      role("busy", fluxLabels("kustomize", policy.namespace)),
      role("unclear", tracking(`${policy.namespace}_apps`, "unclear")),
    );
    await reportedBy(policy, ["Role busy", "Role unclear"]);
    await policy.edit("delete", "role", "busy", "unclear");
    await reportedBy(policy, []);
  });

  it("hides nothing behind a deliverer that is its owner, or is not there", async () => {
    const release = ["get", "helmrelease", "apps", "-o", "jsonpath={.metadata.uid}"];
    const uid = await policy.kubectl(...release);
    const owner = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease", name: "apps", uid };
    await apply(
      role("owned", { ownerReferences: [owner] }),
      role("nobodys", fluxLabels("kustomize", "argocd")),
      role("copied", { ...tracking("missing", "copied") }),
    );
    await reportedBy(policy, ["Role owned", "Role nobodys", "Role copied"]);
    await policy.edit("delete", "role", "owned", "nobodys", "copied");
    await reportedBy(policy, []);
  });
});

function crd(kind: DelivererKind, plural: string) {
  const { group, version } = deliverers[kind];
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
    },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema,
          subresources: kind === "Application" ? {} : { status: {} },
        },
      ],
    },
  };
}
