/** Where a mark says that its deliverer's object is to be found; and what is no mark. */
import { describe, expect, it } from "@jest/globals";
import { marksOf, parseTrackingId } from "../../src/resource/deliverer-mark.ts";
import type { JsonObject, KubernetesObject } from "../../src/resource/resource.ts";

const role = (metadata: JsonObject): KubernetesObject => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "Role",
  metadata: { name: "web", namespace: "shop", ...metadata },
});
const labelled = (labels: JsonObject) => marksOf(role({ labels }));
const tracked = (id: string, labels: JsonObject = {}) =>
  marksOf(role({ labels, annotations: { "argocd.argoproj.io/tracking-id": id } }));
const itself = "rbac.authorization.k8s.io/Role:shop/web";
const instance = "app.kubernetes.io/instance";

describe("the marks of an object", () => {
  it("are those of Flux, a name and a namespace", () => {
    const flux = (kind: string, name: string, namespace: string) => ({
      [`${kind}.toolkit.fluxcd.io/name`]: name,
      [`${kind}.toolkit.fluxcd.io/namespace`]: namespace,
    });
    expect(
      labelled({ ...flux("kustomize", "apps", "flux-system"), ...flux("helm", "web.v1", "shop") }),
    ).toEqual([
      { kind: "Kustomization", namespace: "flux-system", name: "apps" },
      { kind: "HelmRelease", namespace: "shop", name: "web.v1" },
    ]);
    expect(labelled({ "kustomize.toolkit.fluxcd.io/name": "apps" })).toEqual([]);
    expect(labelled(flux("helm", "../secrets", "shop"))).toEqual([]);
    expect(labelled(flux("helm", "web", "shop/x"))).toEqual([]);
  });

  it("are those of Argo CD: a tracking id of this object, else the label", () => {
    expect(tracked(`shop:${itself}`)).toEqual([{ kind: "Application", name: "shop" }]);
    expect(tracked(`teams_shop:${itself}`, { [instance]: "other" })).toEqual([
      { kind: "Application", namespace: "teams", name: "shop" },
    ]);
    expect(labelled({ [instance]: "shop" })).toEqual([{ kind: "Application", name: "shop" }]);
    expect(labelled({ [instance]: "teams_shop" })).toEqual([
      { kind: "Application", namespace: "teams", name: "shop" },
    ]);
    expect(tracked("no tracking id", { [instance]: "shop" })).toEqual([
      { kind: "Application", name: "shop" },
    ]);
  });

  it("are not those that were copied from another object", () => {
    expect(tracked("shop:apps/Deployment:shop/web", { [instance]: "shop" })).toEqual([]);
    expect(tracked("shop:rbac.authorization.k8s.io/Role:shop/other")).toEqual([]);
  });

  it("are none where labels and annotations are none", () => {
    for (const bad of [{}, { labels: "a", annotations: ["b"] }, { labels: { [instance]: 7 } }])
      expect(marksOf(role(bad))).toEqual([]);
  });
});

describe("a tracking id", () => {
  it.each([
    `..:${itself}`,
    `a/b:${itself}`,
    `A_b:${itself}`,
    `a_b_c:${itself}`,
    `_b:${itself}`,
    `${"a".repeat(254)}:${itself}`,
    "shop",
    `:${itself}`,
  ])("is not %s", (id) => {
    expect(parseTrackingId(id)).toBeUndefined();
  });

  it("of a role keeps the colons of its name", () => {
    expect(parseTrackingId("shop:rbac.authorization.k8s.io/ClusterRole:shop/team:a")).toEqual({
      app: { name: "shop" },
      group: "rbac.authorization.k8s.io",
      kind: "ClusterRole",
      namespace: "shop",
      name: "team:a",
    });
  });
});
