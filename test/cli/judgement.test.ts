/** What declared scalers did is no drift, in whatever order the objects are declared and come in. */
import { describe, expect, it } from "@jest/globals";
import { type Observation, present, type Rules } from "../../src/cli/judge.ts";
import { createJudgement } from "../../src/cli/judgement.ts";
import { scalersInFile } from "../../src/cli/live-scalers.ts";
import { createOfflineSchemas } from "../../src/cli/offline-schemas.ts";
import { type Declaration, packBody } from "../../src/controller/desired-store.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import { noRules } from "../../src/diff/excuse-rules.ts";
import type { Json, KubernetesObject } from "../../src/resource/resource.ts";
import { refOf, resourceKey } from "../../src/resource/resource.ts";
import { anyNode } from "../../src/schema/schema-node.ts";
import { shippedKind } from "../../src/schema/shipped.ts";

const rules: Rules = { ...noRules, mode: "Exact" };

function objectOf(apiVersion: string, kind: string, spec: Json): KubernetesObject {
  return { apiVersion, kind, metadata: { name: "web", namespace: "shop" }, spec };
}

function declarationOf(body: KubernetesObject): Declaration {
  const ref = refOf(body);
  const origin = { repository: "", revision: "", path: "all.yaml", line: 1 };
  const policy = policyKey({ namespace: "shop", name: "shop" });
  return { policy, key: resourceKey(ref), ref, origin, bytes: packBody(body) };
}

/** Verdicts by kind; `others` are live too, and nobody declares them. */
async function judged(
  pairs: readonly (readonly [stated: KubernetesObject, live: KubernetesObject])[],
  ...others: readonly KubernetesObject[]
) {
  const declarations = pairs.map(([stated]) => declarationOf(stated));
  const judgement = createJudgement({
    declarations: new Map(declarations.map((declaration) => [declaration.key, declaration])),
    rules,
    keep: (result) => result,
  });
  for (const [i, [, live]] of pairs.entries()) {
    const declaration = declarations[i];
    const schema = shippedKind(refOf(live))?.schema ?? anyNode;
    const observation: Observation = { live: present(live), schema };
    if (declaration !== undefined) judgement.observe(declaration, observation);
  }
  const objects = [...pairs.map(([, live]) => live), ...others];
  const live = scalersInFile(declarations, { objects, schemas: createOfflineSchemas([]) });
  const results = await judgement.results(live, new AbortController().signal);
  return Object.fromEntries(results.map(({ resource, verdict }) => [resource.kind, verdict.status] as const));
}

const target = (apiVersion: string, kind: string) => ({ apiVersion, kind, name: "web" });
const scaler = (kind: string, most = 9) =>
  objectOf("autoscaling/v2", "HorizontalPodAutoscaler", {
    minReplicas: 1,
    maxReplicas: most,
    scaleTargetRef: target(kind === "Rollout" ? "argoproj.io/v1alpha1" : "apps/v1", kind),
  });
const deployment = (replicas: number) => objectOf("apps/v1", "Deployment", { replicas });

/** A Rollout that is scaled, and directs a Service itself. */
const rollout = (replicas: number) =>
  objectOf("argoproj.io/v1alpha1", "Rollout", {
    replicas,
    strategy: { canary: { stableService: "web" } },
  });
const service = (selector: Json) => objectOf("v1", "Service", { selector });
const chain = [
  [service({ app: "web" }), service({ app: "web", "rollouts-pod-template-hash": "7f9c" })],
  [rollout(3), rollout(5)],
  [scaler("Rollout"), scaler("Rollout")],
] as const;

describe("replicas", () => {
  const hpa = scaler("Deployment");

  it("that a declared scaler set are no drift, before and behind it", async () => {
    const expected = { HorizontalPodAutoscaler: "InSync", Deployment: "InSync" };
    expect(
      await judged([
        [hpa, hpa],
        [deployment(3), deployment(5)],
      ]),
    ).toEqual(expected);
    expect(
      await judged([
        [deployment(3), deployment(5)],
        [hpa, hpa],
      ]),
    ).toEqual(expected);
  });

  it("beyond what the scaler may set are drift", async () => {
    expect(
      await judged([
        [hpa, hpa],
        [deployment(3), deployment(50)],
      ]),
    ).toMatchObject({ Deployment: "Drifted" });
  });

  it("are drift where the scaler was widened by hand: it excuses nothing", async () => {
    expect(
      await judged([
        [hpa, scaler("Deployment", 99)],
        [deployment(3), deployment(5)],
      ]),
    ).toEqual({ HorizontalPodAutoscaler: "Drifted", Deployment: "Drifted" });
  });
});

describe("a scaler that is itself scaled", () => {
  it.each([
    ["first to last", chain],
    ["last to first", chain.toReversed()],
  ])("answers for what it scales, declared from %s", async (_, pairs) => {
    expect(await judged(pairs)).toEqual({
      Service: "InSync",
      Rollout: "InSync",
      HorizontalPodAutoscaler: "InSync",
    });
  });

  it("excuses nothing where it is no longer as Git says", async () => {
    const [services, , scalers] = chain;
    expect(await judged([services, [rollout(3), rollout(50)], scalers])).toMatchObject({
      Service: "Drifted",
      Rollout: "Drifted",
    });
  });
});

describe("two scalers that scale each other", () => {
  it("are judged all the same", async () => {
    const one = objectOf("flagger.app/v1beta1", "Canary", {
      targetRef: target("argoproj.io/v1alpha1", "Rollout"),
    });
    const other = objectOf("argoproj.io/v1alpha1", "Rollout", {
      workloadRef: target("flagger.app/v1beta1", "Canary"),
    });
    expect(
      await judged([
        [one, one],
        [other, other],
      ]),
    ).toEqual({ Canary: "InSync", Rollout: "InSync" });
  });
});

describe("a scaler that nobody declares, and a declared object controls", () => {
  const app = objectOf("apps.example.com/v1", "App", { size: "small" });
  const live = { ...app, metadata: { ...app.metadata, uid: "uid-app" } };
  const { metadata, ...rest } = scaler("Rollout");
  const controlled = (uid: string) => ({
    ...rest,
    metadata: {
      ...metadata,
      ownerReferences: [{ apiVersion: app.apiVersion, kind: "App", name: "web", uid, controller: true }],
    },
  });
  const [services, rollouts] = chain;

  it("answers for what it scales, and that for what it scales in turn", async () => {
    expect(await judged([services, rollouts, [app, live]], controlled("uid-app"))).toEqual({
      Service: "InSync",
      Rollout: "InSync",
      App: "InSync",
    });
  });

  it("answers for nothing where its owner is another one, or has drifted", async () => {
    expect(await judged([services, rollouts, [app, live]], controlled("forged"))).toMatchObject({
      Service: "Drifted",
      Rollout: "Drifted",
    });
    const edited = { ...live, spec: { size: "large" } };
    expect(await judged([services, rollouts, [app, edited]], controlled("uid-app"))).toMatchObject({
      Service: "Drifted",
      Rollout: "Drifted",
    });
  });
});
