/** What is read out of the lists of Flux and Argo CD, and what in them is no delivery. */
import { describe, expect, it } from "@jest/globals";
import { deliverers, inventoryOf } from "../../src/drift/inventories.ts";
import type { Json, JsonObject, KubernetesObject } from "../../src/resource/resource.ts";

const kustomization = (status: JsonObject, spec: JsonObject = {}): KubernetesObject => ({
  apiVersion: "kustomize.toolkit.fluxcd.io/v1",
  kind: "Kustomization",
  metadata: { name: "apps", namespace: "flux-system" },
  spec,
  status,
});
const entries = (...ids: readonly Json[]) => ({ inventory: { entries: ids.map((id) => ({ id, v: "v1" })) } });

const here = { destination: { server: "https://kubernetes.default.svc", namespace: "shop" } };
const application = (status: JsonObject, spec: JsonObject = here): KubernetesObject => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  metadata: { name: "shop", namespace: "argocd" },
  spec,
  status,
});
const resource = (change: JsonObject = {}): JsonObject => ({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  namespace: "shop",
  name: "web",
  status: "Synced",
  ...change,
});

const listedIn = (object: KubernetesObject) => {
  return [...(inventoryOf(object)?.lists ?? [])];
};

it("every deliverer has a source", () => {
  for (const { source } of Object.values(deliverers)) expect(source).not.toBe("");
});

it("an object of another kind, or group, has no inventory", () => {
  expect(
    inventoryOf({ ...kustomization({}), apiVersion: "kustomize.config.k8s.io/v1beta1" }),
  ).toBeUndefined();
  expect(inventoryOf({ ...kustomization({}), kind: "GitRepository" })).toBeUndefined();
  expect(inventoryOf({ ...kustomization({}), kind: "toString" })).toBeUndefined();
});

describe("Flux's inventory", () => {
  it.each([
    ["shop_web_apps_Deployment", "apps/Deployment/shop/web"],
    ["shop_settings__ConfigMap", "/ConfigMap/shop/settings"],
    ["_shop__Namespace", "/Namespace//shop"],
    [
      "_team__a__read_rbac.authorization.k8s.io_ClusterRole",
      "rbac.authorization.k8s.io/ClusterRole//team:a:read",
    ],
  ])("entry %s is %s", (id, key) => {
    expect(listedIn(kustomization(entries(id)))).toEqual([key]);
  });

  it("entries that are none are left out", () => {
    const bad = ["", "a_b_c", "shop_a_b_apps_Deployment", "shop__apps_Deployment_", 7, null];
    expect(listedIn(kustomization(entries(...bad, "shop_a__Pod")))).toEqual(["/Pod/shop/a"]);
    for (const status of [{}, { inventory: null }, { inventory: { entries: "x" } }])
      expect(listedIn(kustomization(status))).toEqual([]);
  });

  it("of a HelmRelease is the same, and of an older Flux is none", () => {
    const release = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" };
    expect(listedIn({ ...kustomization(entries("shop_a__Pod")), ...release })).toEqual(["/Pod/shop/a"]);
    expect(listedIn({ ...kustomization({ history: [{ name: "web" }] }), ...release })).toEqual([]);
  });

  it("lists nothing here where it is of another cluster", () => {
    const remote = { kubeConfig: { secretRef: { name: "other-cluster" } } };
    expect(listedIn(kustomization(entries("shop_a__Pod"), remote))).toEqual([]);
  });

  it("says whether a delivery is under way", () => {
    const delivering = (status: string) => {
      const conditions = [
        { type: "Ready", status: "Unknown" },
        { type: "Reconciling", status },
      ];
      return inventoryOf(kustomization({ conditions }));
    };
    expect(delivering("True")).toMatchObject({ others: "Delivering" });
    expect(delivering("False")).toMatchObject({ others: "Unlisted" });
  });

  it("is cut where it is longer than an object can be", () => {
    const ids = Array.from({ length: 20_001 }, (_, i) => `shop_a${i}__Pod`);
    expect(listedIn(kustomization(entries(...ids)))).toHaveLength(20_000);
  });
});

describe("Argo CD's list of resources", () => {
  it("holds what is synced, and what is in Git and differs, or is missing", () => {
    const cluster = { group: "", kind: "Namespace", name: "shop" };
    const resources = [
      resource(),
      resource({ name: "b", status: "OutOfSync" }),
      { ...cluster, status: "Synced" },
      { kind: "Pod", namespace: "shop", name: "c", status: "Synced" },
    ];
    expect(listedIn(application({ resources }))).toEqual([
      "apps/Deployment/shop/web",
      "apps/Deployment/shop/b",
      "/Namespace//shop",
      "/Pod/shop/c",
    ]);
  });

  // All of these are listed for a mark that anybody may write.
  it.each<readonly [string, JsonObject]>([
    [
      "is to be pruned, since it bears the mark and is not in Git",
      { status: "OutOfSync", requiresPruning: true },
    ],
    ["bears another object's mark", { status: "" }],
    ["says that it is a hook", { status: "", hook: true, requiresPruning: true }],
    ["is not permitted", { status: "Unknown" }],
    ["has no name", { name: 7 }],
    ["has no kind", { kind: null }],
  ])("does not hold what %s", (_, change) => {
    expect(listedIn(application({ resources: [resource(change)] }))).toEqual([]);
  });

  it("does not hold what has no status", () => {
    const { status: _, ...rest } = resource();
    expect(listedIn(application({ resources: [rest] }))).toEqual([]);
  });

  it("says nothing while Argo CD cannot compare: then all that bears the mark is in it", () => {
    const compared = (status: string) => application({ sync: { status }, resources: [resource()] });
    expect(inventoryOf(compared("Unknown"))).toEqual({ lists: new Set(), others: "Unclear" });
    expect(listedIn(compared("OutOfSync"))).toHaveLength(1);
  });

  it.each([
    [{ server: "https://kubernetes.default.svc" }, 1],
    [{ name: "in-cluster" }, 1],
    [{ server: "https://10.0.0.1:6443" }, 0],
    [{ name: "production" }, 0],
    [{}, 0],
  ])("of an application that delivers to %j holds %i of one", (destination, count) => {
    expect(listedIn(application({ resources: [resource()] }, { destination }))).toHaveLength(count);
  });

  it("says whether a delivery is under way", () => {
    const phase = (one: string) => inventoryOf(application({ operationState: { phase: one } }));
    expect(phase("Running")).toMatchObject({ others: "Delivering" });
    expect(phase("Succeeded")).toMatchObject({ others: "Unlisted" });
  });
});
