/** kubectl's last-applied annotation: it may say what Git says, and nothing else. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { noRules } from "../../../src/diff/excuse-rules.ts";
import { redactObject } from "../../../src/diff/redact.ts";
import { parsePathPattern } from "../../../src/fieldpath/path-pattern.ts";
import type { Json, JsonObject, KubernetesObject } from "../../../src/resource/resource.ts";
import { anyNode, type SchemaNode } from "../../../src/schema/schema-node.ts";
import { arbitraryJson } from "../../support/arbitrary-json.ts";
import { added, excused, type Situation, shippedSchema } from "./excuse-support.ts";

const path = 'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]';
const deploymentSchema: SchemaNode = shippedSchema("apps/v1", "Deployment");

const desired: KubernetesObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: {
      spec: {
        containers: [
          {
            name: "app",
            image: "app:1",
            args: ["-a", "-b"],
            resources: { limits: { cpu: 1, memory: "1Gi" } },
          },
          { name: "proxy", image: "proxy:1", ports: [{ containerPort: 80 }] },
        ],
      },
    },
  },
};

/** Whether a mark that says this is excused on the object of the same name. */
function isExcused(mark: unknown, situation: Situation = {}): boolean {
  const text = typeof mark === "string" ? mark : `${JSON.stringify(mark)}\n`;
  const base = { live: situation.desired ?? desired, desired, schema: deploymentSchema };
  return excused([added(path, text)], { ...base, ...situation }).changes.length === 0;
}

function changed(change: (copy: Changeable) => unknown): unknown {
  const copy = structuredClone(desired) as unknown as Changeable; // as it is written above
  change(copy);
  return copy;
}

interface Changeable {
  apiVersion: string;
  kind: string;
  extra?: unknown;
  status?: unknown;
  metadata: {
    [name: string]: unknown;
    labels: { [name: string]: string };
    annotations?: { [name: string]: string };
  };
  spec: {
    [name: string]: unknown;
    selector: { matchLabels: { [name: string]: string } };
    template: { spec: { [name: string]: unknown; containers: { [name: string]: unknown }[] } };
  };
}

describe("the last-applied mark is excused", () => {
  it("where it is what Git says", () => {
    expect(isExcused(desired)).toBe(true);
  });

  it.each<[string, (copy: Changeable) => unknown]>([
    ["without the namespace that kubectl was told", (copy) => delete copy.metadata["namespace"]],
    [
      "with the nothings that kubectl and generators write",
      (copy) => {
        copy.metadata["creationTimestamp"] = null;
        copy.metadata.annotations = {};
        copy.status = {};
        copy.spec["strategy"] = {};
      },
    ],
    ["with less than Git says", (copy) => delete copy.spec["replicas"]],
    ["with items in another order", (copy) => copy.spec.template.spec.containers.reverse()],
    [
      "with a quantity in another spelling",
      (copy) => {
        const [app] = copy.spec.template.spec.containers;
        if (app !== undefined) app["resources"] = { limits: { cpu: "1000m", memory: "1024Mi" } };
      },
    ],
    [
      "with the label and annotation of a deliverer, valid for this object",
      (copy) => {
        copy.metadata.annotations = { "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web" };
      },
    ],
  ])("%s", (_, change) => {
    expect(isExcused(changed(change))).toBe(true);
  });

  it("where it holds what was delivered last, in part or whole", () => {
    const newest = { ...desired, spec: { ...(desired["spec"] as JsonObject), replicas: 3 } };
    expect(isExcused(desired, { desired: newest, delivered: desired })).toBe(true);
    expect(isExcused(desired, { desired: newest })).toBe(false);
  });

  it("where the policy ignores what differs, or names the label by which it tracks", () => {
    const mark = changed((copy) => {
      copy.spec["replicas"] = 7;
      copy.metadata.labels["app.kubernetes.io/instance"] = "shop";
    });
    const rules = {
      ...noRules,
      ignore: [
        {
          name: "r",
          match: [{ group: "apps" }],
          paths: [parsePathPattern("spec.replicas")],
          reason: "scaled",
        },
      ],
      tracking: { label: "app.kubernetes.io/instance", value: "shop" },
    };
    expect(isExcused(mark, { rules })).toBe(true);
    expect(isExcused(mark)).toBe(false);
  });

  it("of a Secret, whose values are digests on both sides", () => {
    const secret: KubernetesObject = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s", namespace: "shop" },
      stringData: { password: "hunter2" },
    };
    const digest = (bytes: Uint8Array) => `digest-${Buffer.from(bytes).toString("hex")}`;
    const marked = (values: JsonObject) => {
      const annotations = {
        "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ ...secret, stringData: values }),
      };
      const live = redactObject({ ...secret, metadata: { ...secret.metadata, annotations } }, digest);
      return live.metadata.annotations?.["kubectl.kubernetes.io/last-applied-configuration"] ?? "";
    };
    const situation = {
      desired: redactObject(secret, digest),
      live: redactObject(secret, digest),
      schema: shippedSchema("v1", "Secret"),
    };
    expect(isExcused(marked({ password: "hunter2" }), situation)).toBe(true);
    expect(isExcused(marked({ password: "hunter3" }), situation)).toBe(false);
    expect(isExcused(marked({ password: "hunter2", more: "x" }), situation)).toBe(false);
  });

  it("of a kind of which no schema is known", () => {
    expect(isExcused(desired, { schema: anyNode })).toBe(true);
    expect(
      isExcused(
        changed((copy) => copy.spec.template.spec.containers.pop()),
        { schema: anyNode },
      ),
    ).toBe(false);
  });
});

describe("the last-applied mark, read quickly", () => {
  /** What is indented takes a parser. */
  const slowly = (mark: unknown) => JSON.stringify(mark, undefined, 1);
  const name = fc.constantFrom(
    "replicas",
    "paused",
    "name",
    "labels",
    "annotations",
    "spec",
    "a",
    "__proto__",
  );
  const value = fc.oneof(
    arbitraryJson(2),
    fc.constantFrom<Json>({}, [], null, { app: "web" }, "shop", "web", 2, "apps/v1", "Deployment"),
  );
  const edit = fc.record({ at: fc.nat(), name, value, isTaken: fc.boolean() });

  it("is judged as it is when it is parsed, whatever somebody changed in it", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 2 }), fc.boolean(), (edits, isAnnotated) => {
        const stated = isAnnotated
          ? { ...desired, metadata: { ...desired.metadata, annotations: {} } }
          : desired;
        const mark = structuredClone(stated) as unknown as Record<string, Json>; // edited below
        for (const { at, name, value, isTaken } of edits) {
          const objects = objectsIn(mark);
          const object = objects[at % objects.length] ?? mark;
          if (isTaken) delete object[Object.keys(object)[at % 3] ?? name];
          else
            Object.defineProperty(object, name, {
              // A copy: the next edit may be inside of it.
              value: structuredClone(value),
              enumerable: true,
              configurable: true,
              writable: true,
            });
        }
        expect(isExcused(JSON.stringify(mark))).toBe(isExcused(slowly(mark)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is excused with the empty annotations that kubectl writes, on the object that it names", () => {
    const mark = { ...desired, metadata: { ...desired.metadata, annotations: {} } };
    const other = { ...desired, metadata: { ...desired.metadata, name: "other" } };
    expect(isExcused(mark)).toBe(true);
    expect(isExcused(mark, { live: other })).toBe(false);
  });

  it("is no more than what comes last where a name stands twice", () => {
    const twice = JSON.stringify(desired).replace('"replicas":2', '"replicas":2,"replicas":3');
    expect(isExcused(twice)).toBe(false);
    expect(isExcused(twice.replace('"replicas":2,"replicas":3', '"replicas":3,"replicas":2'))).toBe(true);
  });
});

/** All objects in a JSON value that was just made. */
function objectsIn(value: Json): Record<string, Json>[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? below : [value as Record<string, Json>, ...below]; // nobody else has it
}

describe("the last-applied mark is drift", () => {
  it.each<[string, (copy: Changeable) => unknown]>([
    ["of another name", (copy) => (copy.metadata["name"] = "other")],
    ["of another namespace", (copy) => (copy.metadata["namespace"] = "payments")],
    ["of another kind", (copy) => (copy.kind = "StatefulSet")],
    ["of another group", (copy) => (copy.apiVersion = "example.com/v1")],
    ["of another version than Git's", (copy) => (copy.apiVersion = "apps/v1beta1")],
    ["with another value", (copy) => (copy.spec["replicas"] = 3)],
    ["with a field that Git does not state", (copy) => (copy.spec.template.spec["hostNetwork"] = true)],
    ["with a field beside spec", (copy) => (copy.extra = { a: 1 })],
    [
      "with a container more",
      (copy) => copy.spec.template.spec.containers.push({ name: "miner", image: "x" }),
    ],
    [
      "with a container twice",
      (copy) => copy.spec.template.spec.containers.push({ name: "app", image: "app:1" }),
    ],
    [
      "with an argument more",
      (copy) => {
        const [app] = copy.spec.template.spec.containers;
        if (app !== undefined) app["args"] = ["-a", "-b", "-c"];
      },
    ],
    [
      "with arguments in another order",
      (copy) => {
        const [app] = copy.spec.template.spec.containers;
        if (app !== undefined) app["args"] = ["-b", "-a"];
      },
    ],
    ["with a selector that selects something else", (copy) => (copy.spec.selector.matchLabels["tier"] = "x")],
    ["with a label of its own", (copy) => (copy.metadata.labels["team"] = "x")],
    ["with a label that only looks like Git's", (copy) => (copy.metadata.labels["\u0430pp"] = "web")],
    ["with a finalizer", (copy) => (copy.metadata["finalizers"] = ["example.com/x"])],
    [
      "with another object's tracking id",
      (copy) => {
        copy.metadata.annotations = { "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/other" };
      },
    ],
    [
      "with a restart in it",
      (copy) => {
        copy.spec.template.spec["restartedAt"] = "2026-01-01T00:00:00Z";
      },
    ],
    [
      "with odd names",
      (copy) => Object.defineProperty(copy.spec, "__proto__", { value: { a: 1 }, enumerable: true }),
    ],
  ])("%s", (_, change) => {
    expect(isExcused(changed(change))).toBe(false);
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "[1]"],
    ["without metadata", '{"apiVersion":"apps/v1","kind":"Deployment"}'],
    ["empty", ""],
    [
      "a megabyte of nothing",
      `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"x":"${"y".repeat(1 << 20)}"}`,
    ],
    ["deeper than any stack", `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`],
    [
      "deep where it is looked at",
      `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"x":${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}}`,
    ],
  ])("if it is %s", (_, mark) => {
    expect(isExcused(mark)).toBe(false);
  });
});
