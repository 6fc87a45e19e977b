import { describe, expect, it } from "@jest/globals";
import { noRules } from "../../src/diff/excuse-rules.ts";
import { assess } from "../../src/drift/assess.ts";
import { dependencies, suspectKey } from "../../src/drift/doubt.ts";
import type { DeliveredState, DriftInput } from "../../src/drift/input.ts";
import { scalerClaims } from "../../src/drift/scalers.ts";
import { formatPath, parsePath } from "../../src/fieldpath/format-path.ts";
import { type Json, type JsonObject, type KubernetesObject, refOf } from "../../src/resource/resource.ts";
import { shippedKind } from "../../src/schema/shipped.ts";

const revision = "main@sha1:1";
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop" },
};

const desired: KubernetesObject = { ...deployment, spec: { revisionHistoryLimit: 3, paused: true } };
/** Server-side apply: what Git states has an owner, what the server puts in has none. */
const deliverer = {
  manager: "kustomize-controller",
  operation: "Apply",
  apiVersion: "apps/v1",
  fieldsV1: { "f:spec": { "f:revisionHistoryLimit": {}, "f:paused": {} } },
};
const hand = {
  manager: "kubectl-edit",
  operation: "Update",
  apiVersion: "apps/v1",
  fieldsV1: { "f:spec": { "f:minReadySeconds": {} } },
};

function live(spec: JsonObject, managedFields: readonly Json[] = [deliverer]): KubernetesObject {
  const metadata = { ...deployment.metadata, uid: "u", resourceVersion: "7", managedFields };
  return { ...deployment, metadata, spec: { revisionHistoryLimit: 3, paused: true, ...spec } };
}

const mark: DeliveredState = {
  uid: "u",
  resourceVersion: "7",
  revision,
  policyGeneration: 1,
  completed: false,
  dependencies: "Exact",
};

function input(body: KubernetesObject, change: Partial<DriftInput> = {}): DriftInput {
  return {
    resource: refOf(desired),
    revision,
    desired: { type: "Stated", body: desired },
    live: { type: "Present", body, arrivedAtMs: 1 },
    schema: shippedKind(refOf(desired))?.schema ?? { type: "any" },
    policy: { mode: "Exact", rules: noRules, rollback: "Never", suspended: false, generation: 1 },
    source: { headReadAtMs: 2 },
    scalers: [],
    nowMs: 3,
    ...change,
  };
}

/** `Drifted a b; doubtful c (Unowned)`. */
function judged(of: DriftInput): string {
  const verdict = assess(of);
  const changes = verdict.status === "Drifted" ? verdict.changes.map(({ path }) => formatPath(path)) : [];
  const doubtful = (verdict.doubtful ?? []).map(
    ({ change, reason }) => `${formatPath(change.path)} (${reason})`,
  );
  return [verdict.status, ...changes, ...(doubtful.length === 0 ? [] : ["doubtful", ...doubtful])].join(" ");
}

describe("a finding on an object that was in sync, when nothing has changed since", () => {
  const body = live({ minReadySeconds: 5 }, [deliverer, hand]);

  it("is our own fault until somebody can say otherwise", () => {
    expect(judged(input(body, { delivered: mark }))).toBe(
      "Unknown doubtful spec.minReadySeconds (NothingChanged)",
    );
  });

  it.each([
    ["the object", { ...mark, resourceVersion: "6" }],
    ["the object itself, made anew", { ...mark, uid: "before" }],
    ["the revision", { ...mark, revision: "main@sha1:0" }],
    ["the policy", { ...mark, policyGeneration: 0 }],
    ["the mode in which it was compared", { ...mark, dependencies: "Declared" }],
    ["what an older release did not note", { ...mark, dependencies: undefined }],
  ] as const)("stands if something has: %s", (_, delivered) => {
    const { dependencies: noted, ...rest } = delivered;
    const given = noted === undefined ? rest : { ...rest, dependencies: noted };
    expect(judged(input(body, { delivered: given }))).toBe("Drifted spec.minReadySeconds");
  });

  it("stands if a scaler is gone that explained it", () => {
    const [claim] = scalerClaims({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: deployment.metadata,
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas: 5 },
    });
    if (claim === undefined) throw new Error("an autoscaler has a claim");
    const noted = dependencies({ policy: { mode: "Exact" }, scalers: [claim] });
    const delivered = { ...mark, dependencies: noted };
    const scaled = live({ replicas: 4 });
    expect(judged(input(scaled, { delivered, scalers: [claim] }))).toBe("InSync");
    expect(judged(input(scaled, { delivered }))).toBe("Drifted spec.replicas");
  });
});

describe("an undeclared field that nobody owns", () => {
  const unowned = live({ minReadySeconds: 5 });

  it("may be a default that the table lacks, while the object was never seen in sync", () => {
    expect(judged(input(unowned))).toBe("Unknown doubtful spec.minReadySeconds (Unowned)");
  });

  it.each([
    ["somebody owns it", live({ minReadySeconds: 5 }, [deliverer, hand]), {}],
    ["the object was seen in sync before", unowned, { delivered: { ...mark, resourceVersion: "6" } }],
    ["the ownership record is gone", live({ minReadySeconds: 5 }, []), {}],
    [
      "the ownership record has gaps",
      live({ minReadySeconds: 5 }, [{ ...deliverer, fieldsV1: { "f:spec": { "f:paused": {} } } }]),
      {},
    ],
  ] as const)("stands if %s", (_, body, change) => {
    expect(judged(input(body, change))).toBe("Drifted spec.minReadySeconds");
  });

  it("stands if the table has a row for it: a number of replicas set by scaling leaves no owner", () => {
    expect(judged(input(live({ replicas: 4 })))).toBe("Drifted spec.replicas");
  });

  it("does not make a declared field doubtful that differs or is gone", () => {
    const body = live({ revisionHistoryLimit: 9, minReadySeconds: 5 });
    expect(judged(input(body))).toBe(
      "Drifted spec.revisionHistoryLimit doubtful spec.minReadySeconds (Unowned)",
    );
  });
});

describe("a field that began to differ on many objects just after an upgrade", () => {
  const body = live({ minReadySeconds: 5 }, [deliverer, hand]);
  const key = suspectKey("Deployment", {
    type: "Removed",
    path: parsePath("spec.minReadySeconds"),
    desired: null,
  });

  it("is suspected of being our own fault", () => {
    expect(judged(input(body, { suspects: new Set([key]) }))).toBe(
      "Unknown doubtful spec.minReadySeconds (Upgrade)",
    );
    expect(judged(input(body, { suspects: new Set(["Deployment spec.paused"]) }))).toBe(
      "Drifted spec.minReadySeconds",
    );
  });

  it("is one field in all list items", () => {
    const path = parsePath('spec.template.spec.containers[name="app"].image');
    expect(suspectKey("Deployment", { type: "Removed", path, desired: null })).toBe(
      "Deployment spec.template.spec.containers.image",
    );
  });
});

describe("an undeclared field on an API server of another release than the table's", () => {
  const there = { delivered: { ...mark, resourceVersion: "6" }, tableFits: false };

  it("is doubtful, even if somebody owns it: who creates an object owns its defaults", () => {
    const body = live({ minReadySeconds: 5 }, [deliverer, hand]);
    expect(judged(input(body, there))).toBe("Unknown doubtful spec.minReadySeconds (OtherRelease)");
    expect(judged(input(body, { ...there, tableFits: true }))).toBe("Drifted spec.minReadySeconds");
  });

  it("is drift if the table has a row for it, or if no default could have put it there", () => {
    const body = live({ replicas: 4 });
    const labelled = { ...body, metadata: { ...body.metadata, labels: { team: "other" } } };
    expect(judged(input(labelled, there))).toBe("Drifted metadata.labels.team spec.replicas");
  });

  it("is settled by a dry-run", () => {
    const confirmation = {
      uid: "u",
      resourceVersion: "7",
      revision,
      insisted: new Set<string>(),
      isSettled: true,
    };
    const body = live({ minReadySeconds: 5 });
    expect(judged(input(body, { ...there, confirmation }))).toBe("Drifted spec.minReadySeconds");
  });

  it("of a custom resource is drift: its defaults are read from the server", () => {
    const schema = input(live({})).schema;
    const custom = schema.type === "struct" ? { ...schema, name: "com.example.v1.Deployment" } : schema;
    const body = live({ minReadySeconds: 5 });
    expect(judged(input(body, { ...there, schema: custom }))).toBe("Drifted spec.minReadySeconds");
  });
});

describe("a dry-run of the rollback", () => {
  const body = live({ minReadySeconds: 5 });
  const answered = { uid: "u", resourceVersion: "7", revision, insisted: new Set<string>(), isSettled: true };

  it("settles a doubt: what it would undo is drift", () => {
    expect(judged(input(body, { confirmation: answered }))).toBe("Drifted spec.minReadySeconds");
  });

  it("shows what admission insists on, which is none", () => {
    const confirmation = { ...answered, insisted: new Set(["spec.minReadySeconds"]) };
    const verdict = assess(input(body, { confirmation }));
    expect(verdict).toMatchObject({ status: "InSync", excused: [{ reason: "Admission" }] });
  });

  it.each([
    ["another version", { ...answered, resourceVersion: "6" }],
    ["another object of that name", { ...answered, uid: "before" }],
    ["another revision", { ...answered, revision: "main@sha1:0" }],
  ])("says nothing of %s", (_, confirmation) => {
    expect(judged(input(body, { confirmation }))).toBe("Unknown doubtful spec.minReadySeconds (Unowned)");
  });
});
