/** Which live scalers that Git does not declare count: those alone that what it does declare controls. */
import { describe, expect, it } from "@jest/globals";
import { type ControllerLookup, controlOf, liveScaler, scaleFinding } from "../../src/drift/controlled.ts";
import type { OwnerSight } from "../../src/drift/unexpected.ts";
import type { DriftVerdict } from "../../src/drift/verdict.ts";
import { formatPath, parsePath } from "../../src/fieldpath/format-path.ts";
import { type OwnerReference, ownersOf } from "../../src/resource/owner.ts";
import type { Json, JsonObject, KubernetesObject } from "../../src/resource/resource.ts";

const app = { apiVersion: "example.com/v1", kind: "App", name: "web", uid: "app", controller: true };

function hpa(owners: Json, rest: JsonObject = {}): KubernetesObject {
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", namespace: "shop", ownerReferences: owners, ...rest },
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas: 5 },
  };
}

describe("of a live scaler", () => {
  it("its target, its claim and its controller are kept", () => {
    expect(liveScaler(hpa([{ ...app, controller: false, name: "other" }, app]))).toMatchObject({
      ref: { kind: "HorizontalPodAutoscaler", namespace: "shop", name: "web" },
      controller: { kind: "App", name: "web", uid: "app" },
      claims: [{ target: "apps/Deployment/shop/web" }],
    });
  });

  it.each([
    ["without owners", hpa([])],
    ["that nobody controls", hpa([{ ...app, controller: false }])],
    ["whose word for that is none", hpa([{ ...app, controller: "true" }])],
    ["that is being deleted", hpa([app], { deletionTimestamp: "2026-01-01T00:00:00Z" })],
    ["of a group of its own", { ...hpa([app]), apiVersion: "example.com/v1" }],
    [
      "of a kind that counts only where Git declares it",
      { ...hpa([app]), apiVersion: "flagger.app/v1beta1", kind: "Canary" },
    ],
    ["without a target", { ...hpa([app]), spec: { maxReplicas: 5 } }],
  ])("nothing is kept %s", (_, object) => {
    expect(liveScaler(object)).toBeUndefined();
  });

  it("an annotation does not count, such as the number at which KEDA is paused", () => {
    const paused: KubernetesObject = {
      ...hpa([app], { annotations: { "autoscaling.keda.sh/paused-replicas": "0" } }),
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      spec: { scaleTargetRef: { name: "web" }, minReplicaCount: 2 },
    };
    const change = { type: "Added" as const, path: parsePath("spec.replicas"), live: 0, managers: [] };
    expect(liveScaler(paused)?.claims.map(({ allows }) => allows(change))).toEqual([false]);
  });
});

describe("the finding that a scaler may explain", () => {
  const drifted = (path: string, live: Json, reason?: "NothingChanged"): DriftVerdict => {
    const change = { type: "Added" as const, path: parsePath(path), live, managers: [] };
    return reason === undefined
      ? { status: "Drifted", type: "Modified", changes: [change], against: "r" }
      : { status: "Unknown", reason: "Doubtful", message: "", doubtful: [{ change, reason }] };
  };

  it.each([
    ["replicas", drifted("spec.replicas", 4), "spec.replicas"],
    ["doubtful replicas", drifted("spec.replicas", 4, "NothingChanged"), "spec.replicas"],
    ["replicas elsewhere", drifted("spec.template.spec.replicas", 4), undefined],
    ["replicas that are no number", drifted("spec.replicas", "4"), undefined],
    ["what is in sync", { status: "InSync" } as const, undefined],
  ])("is found among %s", (_, verdict, path) => {
    const found = scaleFinding(verdict);
    expect(found && formatPath(found.path)).toBe(path);
  });
});

describe("control", () => {
  /** `namespace`: of a kind that belongs to the cluster, none. */
  const found = (declared: boolean, owners: Json = [], namespace = "shop"): OwnerSight => ({
    type: "Found",
    ref: { group: "", version: "", kind: "", namespace, name: "" },
    declared,
    judged: false,
    owners: ownersOf(hpa(owners)),
  });
  const link = (name: string): JsonObject => ({ ...app, kind: "Link", name, uid: name });

  function control(
    sights: Readonly<Record<string, OwnerSight>>,
    { owner = app, status }: { owner?: JsonObject; status?: DriftVerdict["status"] } = {},
  ): string {
    const scaler = liveScaler(hpa([owner]));
    if (scaler === undefined) throw new Error("no scaler");
    const lookup: ControllerLookup = {
      look(owner) {
        const sight = sights[`${owner.kind} ${owner.name}`] ?? { type: "Absent" };
        if (sight.type !== "Found") return sight;
        return { ...sight, ref: { ...owner, namespace: owner.namespace && sight.ref.namespace } };
      },
      statusOf: () => status,
    };
    const answer = controlOf(scaler, lookup);
    if (!("by" in answer)) return answer.type;
    const { kind, namespace, name } = answer.by;
    return `${answer.type} by ${kind} ${namespace}/${name}`;
  }

  it("is by what is declared and in sync", () => {
    expect(control({ "App web": found(true) }, { status: "InSync" })).toBe("Controlled by App shop/web");
  });

  it.each(["Drifted", "Unknown"] as const)("is not by what is %s", (status) => {
    expect(control({ "App web": found(true) }, { status })).toBe("NotControlled");
  });

  it("is by what is Pending: it is what it was delivered as", () => {
    expect(control({ "App web": found(true) }, { status: "Pending" })).toBe("Controlled by App shop/web");
  });

  it("waits for a verdict, and for a watch", () => {
    expect(control({ "App web": found(true) })).toBe("Wait");
    expect(control({ "App web": { type: "Unsynced" } })).toBe("Wait");
  });

  it("asks for what was not read yet", () => {
    expect(control({ "App web": { type: "Unread" } })).toBe("Read");
  });

  it.each<readonly [string, OwnerSight]>([
    ["is not there, or is another of that name", { type: "Absent" }],
    ["may not be read", { type: "Unreadable", reason: "Forbidden", message: "" }],
    ["is not declared, and nobody controls it", found(false)],
    [
      "is not declared, and owned by what does not control it",
      found(false, [{ ...link("a"), controller: false }]),
    ],
  ])("is not by what %s", (_, sight) => {
    const sights = { "App web": sight, "Link a": found(true) };
    expect(control(sights, { status: "InSync" })).toBe("NotControlled");
  });

  it.each(["apps/v1 Deployment", "v1 ConfigMap", "batch/v1 Job"])(
    "is not by a %s, which makes none",
    (kind) => {
      const [apiVersion = "", name = ""] = kind.split(" ");
      const owner = { ...app, apiVersion, kind: name, name: "other" };
      expect(control({ [`${name} other`]: found(true) }, { owner, status: "InSync" })).toBe("NotControlled");
    },
  );

  it("is not by what is scaled itself, nor through it", () => {
    const target: OwnerReference["kind"] = "Deployment";
    const own = { ...app, apiVersion: "apps/v1", kind: target };
    const sights = { "Deployment web": found(true), "App web": found(false, [own]) };
    expect(control(sights, { owner: own, status: "InSync" })).toBe("NotControlled");
    expect(control(sights, { status: "InSync" })).toBe("NotControlled");
  });

  it("is found over three steps, and no more", () => {
    const sights = {
      "Link a": found(false, [link("b")]),
      "Link b": found(false, [app]),
      "Link c": found(false, [link("a")]),
      "App web": found(true),
    };
    expect(control(sights, { owner: link("a"), status: "InSync" })).toBe("Controlled by App shop/web");
    expect(control(sights, { owner: link("c"), status: "InSync" })).toBe("NotControlled");
  });

  it("may be by what belongs to the cluster, which only what does so too can control", () => {
    expect(control({ "App web": found(true, [], "") }, { status: "InSync" })).toBe("Controlled by App /web");
    const sights = { "Link a": found(false, [app], ""), "App web": found(true) };
    expect(control(sights, { owner: link("a"), status: "InSync" })).toBe("Controlled by App /web");
  });

  it("ends in a circle", () => {
    const sights = { "Link a": found(false, [link("b")]), "Link b": found(false, [link("a")]) };
    expect(control(sights, { owner: link("a"), status: "InSync" })).toBe("NotControlled");
  });

  it("is decided by the first that is declared, whoever controls that", () => {
    const sights = { "Link a": found(true, [app]), "App web": found(true) };
    expect(control(sights, { owner: link("a"), status: "Drifted" })).toBe("NotControlled");
  });
});
