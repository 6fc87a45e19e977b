/** Where rendered objects belong, and which of them a policy may not speak of. */
import { describe, expect, it } from "@jest/globals";
import { unpackBody } from "../../src/controller/desired-store.ts";
import { type KindScope, type Placement, placeObjects } from "../../src/controller/place.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import type { DesiredObject } from "../../src/resource/desired.ts";
import { type KubernetesObject, type ObjectMeta, refOf } from "../../src/resource/resource.ts";

const scopes: Readonly<Record<string, KindScope>> = { ConfigMap: "Namespaced", Namespace: "Cluster" };

function placement(change: Partial<Placement> = {}): Placement {
  return {
    policy: policyKey({ namespace: "shop", name: "main" }),
    policyNamespace: "shop",
    targetNamespace: "shop",
    operatorNamespace: "holdfast-system",
    scopeOf: ({ kind }) => scopes[kind] ?? "NotServed",
    ...change,
  };
}

function object(kind: string, metadata: ObjectMeta, line = 1): DesiredObject {
  const body: KubernetesObject = { apiVersion: "v1", kind, metadata };
  return {
    ref: refOf(body),
    body,
    origin: { repository: "r", revision: "main@sha1:1", path: "a.yaml", line },
  };
}

async function place(objects: readonly DesiredObject[], change: Partial<Placement> = {}) {
  return [...(await placeObjects(objects, placement(change))).values()];
}

describe("a manifest", () => {
  it("that states no namespace goes to the policy's target, its body too", async () => {
    const [declaration] = await place([object("ConfigMap", { name: "a" })], { targetNamespace: "shop" });
    expect(declaration?.ref.namespace).toBe("shop");
    expect(unpackBody(declaration?.bytes ?? new Uint8Array()).metadata).toEqual({
      name: "a",
      namespace: "shop",
    });
  });

  it("that states one keeps it", async () => {
    const [declaration] = await place([object("ConfigMap", { name: "a", namespace: "shop" })], {
      targetNamespace: "elsewhere",
    });
    expect(declaration?.key).toBe("/ConfigMap/shop/a");
    expect(declaration?.refused).toBeUndefined();
  });

  it("of a cluster-scoped kind has none, even if it states one", async () => {
    const [declaration] = await place([object("Namespace", { name: "a", namespace: "shop" })], {
      policyNamespace: "holdfast-system",
    });
    expect(declaration?.key).toBe("/Namespace//a");
    expect(unpackBody(declaration?.bytes ?? new Uint8Array()).metadata).toEqual({ name: "a" });
  });

  it("without a name is counted by where it stands, each for itself", async () => {
    const declarations = await place([
      object("ConfigMap", { generateName: "a-" }, 1),
      object("ConfigMap", { generateName: "a-" }, 9),
      // As items of one list do.
      object("ConfigMap", { generateName: "a-" }, 9),
    ]);
    const names = ["a-*<a.yaml:1>", "a-*<a.yaml:9>", "a-*<a.yaml:9>#2"];
    expect(declarations.map(({ ref }) => ref.name)).toEqual(names);
    expect(declarations.map(({ refused }) => refused)).toEqual([undefined, undefined, undefined]);
  });
});

describe("a policy may not speak of", () => {
  it("another namespace, unless it is in the operator's own", async () => {
    const foreign = [object("ConfigMap", { name: "a", namespace: "billing" })];
    const [refused] = await place(foreign);
    expect(refused?.refused).toEqual({
      reason: "Forbidden",
      message:
        "a policy in namespace shop reaches that namespace only; declare ConfigMap billing/a in a policy in namespace holdfast-system",
    });
    const [allowed] = await place(foreign, { policyNamespace: "holdfast-system" });
    expect(allowed?.refused).toBeUndefined();
  });

  it("the cluster, unless it is in the operator's own namespace", async () => {
    const [refused] = await place([object("Namespace", { name: "a" })]);
    expect(refused?.refused?.reason).toBe("Forbidden");
  });

  it("a kind that is not served: nobody knows whether that lives in namespaces", async () => {
    const [refused] = await place([object("Gauge", { name: "a" })]);
    expect(refused?.refused).toEqual({
      reason: "KindNotServed",
      message: "the API server does not serve Gauge in v1",
    });
  });

  it("one object twice: neither is believed, and both places are named", async () => {
    const declarations = await place([
      object("ConfigMap", { name: "a" }, 1),
      object("ConfigMap", { name: "b" }, 4),
      // The same object, though one document names the namespace and the other does not.
      object("ConfigMap", { name: "a", namespace: "shop" }, 7),
    ]);
    expect(declarations.map(({ ref, refused }) => [ref.name, refused?.reason])).toEqual([
      ["a", "DeclaredTwice"],
      ["b", undefined],
    ]);
    expect(declarations[0]?.refused?.message).toBe(
      "declared twice in this revision: a.yaml:1 and a.yaml:7; keep one",
    );
  });
});
