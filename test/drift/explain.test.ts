/** Why one field is drift or is none, in words that agree with the verdict. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { noRules } from "../../src/diff/excuse-rules.ts";
import { assess } from "../../src/drift/assess.ts";
import { type Explanation, explain } from "../../src/drift/explain.ts";
import type { DriftInput } from "../../src/drift/input.ts";
import { scalerClaims } from "../../src/drift/scalers.ts";
import { pathsOverlap } from "../../src/fieldpath/compare-paths.ts";
import type { FieldPath } from "../../src/fieldpath/field-path.ts";
import { formatPath, parsePath } from "../../src/fieldpath/format-path.ts";
import { parsePathPattern } from "../../src/fieldpath/path-pattern.ts";
import { isJsonObject, type Json, type KubernetesObject, refOf } from "../../src/resource/resource.ts";
import { compileCrd } from "../../src/schema/crd.ts";
import { shippedKind } from "../../src/schema/shipped.ts";
import { arbitraryObject, objectOf } from "../support/arbitrary-json.ts";
import { arbitraryJsonOf, arbitrarySchema } from "../support/arbitrary-schema.ts";

const container = {
  name: "app",
  image: "registry.example.com/web:1.0",
  env: [{ name: "MODE", value: "fast" }],
  ports: [{ containerPort: 80 }],
  resources: { limits: { cpu: "1", memory: "1Gi" } },
};
const deployment = (spec: Json, metadata: object = {}): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop", ...metadata },
  spec,
});
const specOf = (changes: object, inContainer: object = {}) => ({
  replicas: 3,
  paused: false,
  selector: { matchLabels: { app: "web" } },
  template: {
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ ...container, ...inContainer }] },
  },
  ...changes,
});
const desired = deployment(specOf({}));
const live = deployment(
  specOf(
    {
      replicas: 5,
      progressDeadlineSeconds: 700,
      revisionHistoryLimit: 10,
      strategy: { type: "RollingUpdate" },
    },
    {
      env: [{ name: "MODE", value: "slow" }],
      imagePullPolicy: "IfNotPresent",
      ports: [{ containerPort: 80, protocol: "TCP" }],
      resources: { limits: { cpu: "1000m", memory: "1024Mi" } },
      stdin: false,
    },
  ),
  {
    uid: "7d1b5a2e",
    annotations: { "deployment.kubernetes.io/revision": "3", "example.com/by-hand": "x" },
    managedFields: [
      owned("kubectl-edit", { "f:spec": { "f:replicas": {} } }),
      owned("kube-controller-manager", {
        "f:metadata": { "f:annotations": { "f:deployment.kubernetes.io/revision": {} } },
      }),
    ],
  },
);

function owned(manager: string, fieldsV1: Json) {
  return { manager, operation: "Update", apiVersion: "apps/v1", time: "2026-01-02T03:04:05Z", fieldsV1 };
}

function inputOf(
  stated: KubernetesObject,
  found: KubernetesObject,
  changes: Partial<DriftInput> = {},
): DriftInput {
  const kind = shippedKind(refOf(stated));
  if (kind === undefined) throw new Error(`no schema of ${stated.kind}`);
  return {
    resource: refOf(stated),
    revision: "",
    desired: { type: "Stated", body: stated },
    live: { type: "Present", body: found, arrivedAtMs: 0 },
    delivered: { uid: "", resourceVersion: "", revision: "", policyGeneration: 0, completed: false },
    schema: kind.schema,
    scalers: [],
    policy: { mode: "Exact", rules: noRules, rollback: "Never", suspended: false, generation: 0 },
    source: { headReadAtMs: 0 },
    nowMs: 0,
    ...changes,
  };
}

const text = ({ status, because }: Explanation) => `${status}: ${because.join("; ")}`;

/** All that is said of a path, each answer in one line. */
function explained(path: string, input = inputOf(desired, live)): readonly string[] {
  return explain(input, parsePath(path)).map(text);
}

describe("a field", () => {
  it.each([
    ["that Git states otherwise", "spec.replicas", "Drift: Git states another value"],
    [
      "that was added",
      'metadata.annotations["example.com/by-hand"]',
      "Drift: Git does not state it, and the server puts nothing there by itself",
    ],
    [
      "that was added in place of a default",
      "spec.progressDeadlineSeconds",
      "Drift: Git does not state it, and the server would put 600 there by itself",
    ],
    ["that is the same", "spec.selector", "InSync: Git states it, and live is the same"],
    [
      "that is spelt otherwise",
      'spec.template.spec.containers[name="app"].resources.limits.memory',
      "InSync: Git states it, and live is the same quantity in another spelling",
    ],
    [
      "that holds what is spelt otherwise",
      'spec.template.spec.containers[name="app"].resources',
      "InSync: Git states it; live is the same but for what the server puts in, leaves out or spells otherwise",
    ],
    [
      "that is a default",
      "spec.revisionHistoryLimit",
      "InSync: Git does not state it; live is the server's default (apps.DeploymentSpec.revisionHistoryLimit: read from",
    ],
    [
      "that is part of a default",
      "spec.strategy.type",
      "InSync: Git does not state it; live is the server's default",
    ],
    [
      "that is a default for a reason",
      'spec.template.spec.containers[name="app"].imagePullPolicy',
      "InSync: Git does not state it; live is the server's default (core.Container.imagePullPolicy: SetDefaults_Container: ",
    ],
    [
      "that is a zero",
      'spec.template.spec.containers[name="app"].stdin',
      "InSync: Git does not state it, and a zero is the same as none here",
    ],
    [
      "that a known controller wrote",
      'metadata.annotations["deployment.kubernetes.io/revision"]',
      "Excused: TrustedManager, by deployment-revision: ",
    ],
    ["of the system", "metadata.uid", "NotCompared: the system's own metadata: only the server sets it"],
    ["of the object's identity", "metadata.name", "NotCompared: it is part of the object's identity"],
    ["that controllers report", "status.replicas", "NotCompared: status is what controllers report"],
    ["that is nowhere", "spec.minReadySeconds", "Absent: neither Git nor the live object has it"],
  ])("%s is explained", (_, path, answer) => {
    const [first, ...others] = explained(path);
    expect(first).toContain(answer);
    expect(others).toEqual([]);
  });

  it("that was written to says who owns it, and both values", () => {
    expect(explain(inputOf(desired, live), parsePath("spec.replicas"))).toMatchObject([
      { desired: 3, live: 5, managers: [{ name: "kubectl-edit", operation: "Update" }] },
    ]);
  });

  it("that Git states as a zero is what the server puts in its place", () => {
    const zero = deployment(specOf({}, { imagePullPolicy: "" }));
    expect(
      explained('spec.template.spec.containers[name="app"].imagePullPolicy', inputOf(zero, live)),
    ).toEqual([
      "InSync: Git states a zero, which the server cannot tell from none; live is what it puts there by itself",
    ]);
  });

  it("that Git states as a zero, and live has not, is left out by the server", () => {
    const { paused: _, ...rest } = specOf({});
    expect(explained("spec.paused", inputOf(desired, deployment(rest)))).toEqual([
      "InSync: Git states it; the server cannot tell this value from none, and leaves it out",
    ]);
  });

  it("that the API server does not know is a fault of Git, and never InSync", () => {
    const misspelt = deployment(specOf({ replicaz: 2 }));
    expect(explained("spec.replicaz", inputOf(misspelt, live))).toEqual([
      "UnknownField: the API server does not know this field and drops it: correct it in Git",
    ]);
  });

  it("that the server allocates is its choice, whatever it is", () => {
    const service = (spec: object): KubernetesObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web", namespace: "shop" },
      spec: { ports: [{ port: 80 }], ...spec },
    });
    const input = inputOf(service({}), service({ clusterIP: "10.0.0.7", type: "ClusterIP" }));
    expect(explained("spec.clusterIP", input)[0]).toMatch(
      /^InSync: Git does not state it; the server chooses the value, .*\(core\.ServiceSpec\.clusterIP/,
    );
  });

  it("of a custom resource may have the default of its schema, which no table knows", () => {
    const [version] = compileCrd(widgetCrd);
    if (version === undefined) throw new Error("the CRD compiles to nothing");
    const widget = (spec: Json): KubernetesObject => ({
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "w", namespace: "shop" },
      spec,
    });
    const input = inputOf(desired, live, {
      desired: { type: "Stated", body: widget({}) },
      live: { type: "Present", body: widget({ size: 3 }), arrivedAtMs: 0 },
      schema: version.schema,
    });
    expect(explained("spec.size", input)).toEqual([
      "InSync: Git does not state it; live is the default of the kind's schema",
    ]);
  });

  it("that a rule of the policy ignores names the rule and its reason", () => {
    const ignore = [
      { name: "by-hand", match: [{}], paths: [parsePathPattern("spec.replicas")], reason: "scaled at night" },
    ];
    const policy = { ...inputOf(desired, live).policy, rules: { ...noRules, ignore } };
    expect(explained("spec.replicas", inputOf(desired, live, { policy }))).toEqual([
      "Excused: IgnoreRule, by by-hand: scaled at night; Git states another value",
    ]);
  });

  it("that a declared scaler set names the scaler", () => {
    const scalers = scalerClaims({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "web", namespace: "shop" },
      spec: { maxReplicas: 9, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } },
    });
    expect(explained("spec.replicas", inputOf(desired, live, { scalers }))[0]).toContain(
      "Excused: Scaler, by scaler: HorizontalPodAutoscaler.autoscaling shop/web scales it between 1 and 9",
    );
  });

  it("that differs though nothing has changed is doubtful, and says why", () => {
    const found = { ...live, metadata: { ...live.metadata, resourceVersion: "7" } };
    const delivered = {
      uid: "7d1b5a2e",
      resourceVersion: "7",
      revision: "",
      policyGeneration: 0,
      completed: false,
      dependencies: "Exact",
    };
    expect(explained("spec.replicas", inputOf(desired, found, { delivered }))[0]).toContain(
      "Doubtful: the object was in sync, and nothing has changed since",
    );
  });

  it("that Git does not state is not compared in mode Declared", () => {
    const policy = { ...inputOf(desired, live).policy, mode: "Declared" as const };
    expect(explained("spec.progressDeadlineSeconds", inputOf(desired, live, { policy }))).toEqual([
      "NotCompared: Git does not state it, and mode Declared looks at nothing else",
    ]);
  });
});

describe("an item of a list", () => {
  const drift = ["Drift: Git states another value"];

  it.each([
    'spec.template.spec.containers[name="app"].env[name="MODE"].value',
    "spec.template.spec.containers[0].env[0].value",
    'spec.template.spec.containers[0].env[name="MODE"]',
    "spec.template.spec.containers[0]",
  ])("is found by its keys or by its index: %s", (path) => {
    const answers = explained(path);
    expect(answers).toEqual(drift);
  });

  it("may be named by some of its keys", () => {
    const [answer] = explain(
      inputOf(desired, live),
      parsePath("spec.template.spec.containers[0].ports[containerPort=80].protocol"),
    );
    expect(answer?.path).toEqual(
      parsePath('spec.template.spec.containers[name="app"].ports[containerPort=80,protocol="TCP"].protocol'),
    );
    expect(answer?.status).toBe("InSync");
  });
});

describe("an object that is not compared", () => {
  it.each<[string, Partial<DriftInput>, string]>([
    ["is missing", { live: { type: "Absent", sinceMs: 0 } }, "Drifted, Missing"],
    [
      "is not finished in Git",
      { desired: { type: "Unfinished", reason: "NotRendered", detail: "spec.replicas holds ${REPLICAS}" } },
      "Unknown: spec.replicas holds ${REPLICAS}",
    ],
    [
      "may not be read",
      { live: { type: "Unknown", reason: "Forbidden", message: "no rights" } },
      "no rights",
    ],
  ])("since it %s says so for each of its fields", (_, changes, answer) => {
    const answers = explained("spec.replicas", inputOf(desired, live, changes));
    expect(answers).toHaveLength(1);
    expect(answers[0]).toContain("NotCompared: the object as a whole is ");
    expect(answers[0]).toContain(answer);
  });
});

describe("what is explained", () => {
  /** A schema with two objects that more or less follow it, and a rule that ignores some of it. */
  const cases = arbitrarySchema().chain((schema) => {
    const side = arbitraryObject(objectOf(arbitraryJsonOf(schema)));
    return fc.record({
      schema: fc.constant(schema),
      stated: side,
      found: side,
      ignored: fc.constantFrom("a", "b", "spec"),
    });
  });

  it("is what the verdict says, for every path of both objects", () => {
    const seen = new Set<string>();
    const isConsistent = fc.property(cases, ({ schema, stated, found, ignored }) => {
      const field = { node: schema, omits: "nothing" } as const;
      const fields = new Map(["a", "b", "c", "name", "value", "spec"].map((name) => [name, field]));
      const ignore = [{ name: "r", match: [{}], paths: [parsePathPattern(ignored)], reason: "tried" }];
      const input: DriftInput = {
        ...inputOf(desired, live),
        desired: { type: "Stated", body: stated },
        live: { type: "Present", body: found, arrivedAtMs: 0 },
        schema: { type: "struct", name: "", fields, atomic: false, open: true },
        policy: { ...inputOf(desired, live).policy, rules: { ...noRules, ignore } },
      };
      const verdict = assess(input);
      const changes = verdict.status === "Drifted" ? verdict.changes : [];
      const excused = "excused" in verdict ? (verdict.excused ?? []) : [];
      const doubtful = "doubtful" in verdict ? (verdict.doubtful ?? []) : [];
      for (const path of [...pathsOf(stated), ...pathsOf(found)].slice(0, 20)) {
        const answers = explain(input, path);
        const near = (all: readonly { readonly path: FieldPath }[]) =>
          all.filter((one) => pathsOverlap(one.path, path)).map((one) => formatPath(one.path));
        const answered = (status: string) => near(answers.filter((one) => one.status === status));
        expect(answered("Drift")).toEqual(near(changes));
        expect(answered("Excused")).toEqual(near(excused.map(({ change }) => change)));
        expect(answered("Doubtful")).toEqual(near(doubtful.map(({ change }) => change)));
        for (const { status } of answers) seen.add(status);
      }
    });
    fc.assert(isConsistent, { numRuns: 60 });
    seen.clear();
    // The same cases each time: that all of it is tried must not hang on chance.
    fc.assert(isConsistent, { numRuns: 60, seed: 1 });
    for (const status of ["Drift", "Excused", "InSync", "NotCompared"]) expect(seen).toContain(status);
  });
});

/** Every path of fields, and of lists. */
function pathsOf(object: KubernetesObject): readonly FieldPath[] {
  const paths: FieldPath[] = [];
  const visit = (value: Json, path: FieldPath) => {
    if (path.length > 0) paths.push(path);
    if (isJsonObject(value))
      for (const [name, member] of Object.entries(value)) visit(member, [...path, { type: "field", name }]);
  };
  visit(object, []);
  return paths;
}

const widgetCrd: KubernetesObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    names: { kind: "Widget", plural: "widgets" },
    scope: "Namespaced",
    versions: [
      {
        name: "v1",
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", properties: { size: { type: "integer", default: 3 } } },
            },
          },
        },
      },
    ],
  },
};
