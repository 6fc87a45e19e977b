import { describe, expect, it } from "@jest/globals";
import type { FieldChange } from "../../src/diff/field-change.ts";
import { scalerClaims, withoutScaled } from "../../src/drift/scalers.ts";
import { formatPath, parsePath } from "../../src/fieldpath/format-path.ts";
import type { Json, KubernetesObject } from "../../src/resource/resource.ts";

const metadata = { name: "web", namespace: "shop" };
const target = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };

const hpa: KubernetesObject = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata,
  spec: { scaleTargetRef: target, minReplicas: 2, maxReplicas: 5 },
};
const scaledObject = (spec: { readonly [field: string]: Json }, annotations = {}): KubernetesObject => ({
  apiVersion: "keda.sh/v1alpha1",
  kind: "ScaledObject",
  metadata: { ...metadata, annotations },
  spec: { scaleTargetRef: { name: "web" }, ...spec },
});
const canary: KubernetesObject = {
  apiVersion: "flagger.app/v1beta1",
  kind: "Canary",
  metadata,
  spec: { targetRef: target },
};
const rollout: KubernetesObject = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
  metadata,
  spec: { workloadRef: target, strategy: { canary: { stableService: "web", canaryService: "web-canary" } } },
};

function added(path: string, live: Json): FieldChange {
  return { type: "Added", path: parsePath(path), live, managers: [] };
}

function modified(path: string, desired: Json, live: Json): FieldChange {
  return { type: "Modified", path: parsePath(path), desired, live, managers: [] };
}

/** The paths that stay drift. */
function rest(scaler: KubernetesObject, ...changes: readonly FieldChange[]): readonly string[] {
  return withoutScaled(changes, scalerClaims(scaler)).changes.map(({ path }) => formatPath(path));
}

const replicas = "spec.replicas";

describe("an autoscaler", () => {
  it("claims the replicas of the object that it names, in its own namespace", () => {
    expect(scalerClaims(hpa).map((claim) => claim.target)).toEqual(["apps/Deployment/shop/web"]);
  });

  it.each([
    ["the least", added(replicas, 2), []],
    ["the most", added(replicas, 5), []],
    ["one in between, though Git states another", modified(replicas, 3, 4), []],
    ["fewer", added(replicas, 1), [replicas]],
    ["none, which would switch it off", added(replicas, 0), [replicas]],
    ["more", added(replicas, 6), [replicas]],
    ["what is no number", added(replicas, "4"), [replicas]],
    ["another field", added("spec.paused", true), ["spec.paused"]],
    [
      "a field of that name elsewhere",
      added("spec.template.spec.replicas", 4),
      ["spec.template.spec.replicas"],
    ],
  ])("explains a number within its range alone: %s", (_, change, left) => {
    expect(rest(hpa, change)).toEqual(left);
  });

  it("has a minimum of one where it states none", () => {
    const { minReplicas: _, ...spec } = hpa["spec"] as { readonly minReplicas: number }; // stated above
    expect(rest({ ...hpa, spec }, added(replicas, 1))).toEqual([]);
    expect(rest({ ...hpa, spec }, added(replicas, 0))).toEqual([replicas]);
  });

  it("says which changes it explains, and who it is", () => {
    const change = added(replicas, 4);
    expect(withoutScaled([change, added("spec.paused", true)], scalerClaims(hpa)).scaled).toEqual([
      { change, by: "HorizontalPodAutoscaler.autoscaling shop/web scales it between 2 and 5" },
    ]);
  });

  it("without a target claims nothing", () => {
    expect(scalerClaims({ ...hpa, spec: { maxReplicas: 3 } })).toEqual([]);
    expect(scalerClaims({ ...hpa, spec: { scaleTargetRef: "web" } })).toEqual([]);
  });
});

describe("a KEDA ScaledObject", () => {
  it("names a Deployment if it names no kind, and scales from none to a hundred", () => {
    expect(scalerClaims(scaledObject({})).map((claim) => claim.target)).toEqual(["apps/Deployment/shop/web"]);
    expect(rest(scaledObject({}), added(replicas, 0))).toEqual([]);
    expect(rest(scaledObject({}), added(replicas, 100))).toEqual([]);
    expect(rest(scaledObject({}), added(replicas, 101))).toEqual([replicas]);
  });

  it("may idle below its minimum, at the one number that it states", () => {
    const idling = scaledObject({ minReplicaCount: 3, idleReplicaCount: 0 });
    expect(rest(idling, added(replicas, 0))).toEqual([]);
    expect(rest(idling, added(replicas, 1))).toEqual([replicas]);
  });

  it("may be paused at a number", () => {
    const paused = scaledObject({ minReplicaCount: 3 }, { "autoscaling.keda.sh/paused-replicas": "1" });
    expect(rest(paused, added(replicas, 1))).toEqual([]);
    expect(rest(paused, added(replicas, 2))).toEqual([replicas]);
  });
});

describe("progressive delivery", () => {
  it.each([canary, rollout])(
    "scales down what it has taken over, and never beyond what Git states: $kind",
    (scaler) => {
      expect(rest(scaler, modified(replicas, 3, 0))).toEqual([]);
      expect(rest(scaler, modified(replicas, 3, 4))).toEqual([replicas]);
    },
  );

  it("puts the hash of the serving pods into the selectors of its Services, and nothing else", () => {
    const selector = (live: Json) => modified("spec.selector", { app: "web" }, live);
    expect(rest(rollout, selector({ app: "web", "rollouts-pod-template-hash": "6d8f" }))).toEqual([]);
    expect(rest(rollout, selector({ app: "evil", "rollouts-pod-template-hash": "6d8f" }))).toEqual([
      "spec.selector",
    ]);
    expect(rest(rollout, selector({ app: "web", more: "6d8f" }))).toEqual(["spec.selector"]);
  });

  it("marks those Services with its own name", () => {
    const mark = 'metadata.annotations["argo-rollouts.argoproj.io/managed-by-rollouts"]';
    expect(rest(rollout, added(mark, "web"))).toEqual([]);
    expect(rest(rollout, added(mark, "other"))).toEqual([mark]);
  });
});

describe("an object of another kind", () => {
  it("claims nothing, whatever it says", () => {
    expect(scalerClaims({ ...hpa, apiVersion: "example.com/v1" })).toEqual([]);
    expect(scalerClaims({ ...hpa, kind: "Deployment" })).toEqual([]);
  });
});
