import { describe, expect, it } from "@jest/globals";
import { compare } from "../../src/diff/compare.ts";
import type { DetectionMode } from "../../src/diff/field-change.ts";
import type { JsonPatchOperation } from "../../src/drift/json-patch.ts";
import { recreateBody, rollbackPatch } from "../../src/drift/patch.ts";
import type { Json, KubernetesObject } from "../../src/resource/resource.ts";
import { shippedKind } from "../../src/schema/shipped.ts";
import { applyPatch } from "../support/apply-patch.ts";

const guard = { op: "replace", path: "/metadata/resourceVersion", value: "7" };

function object(
  kind: { readonly group: string; readonly kind: string },
  body: { readonly [field: string]: Json },
): KubernetesObject {
  const apiVersion = kind.group === "" ? "v1" : `${kind.group}/v1`;
  return {
    apiVersion,
    kind: kind.kind,
    metadata: { name: "web", namespace: "shop", resourceVersion: "7" },
    ...body,
  };
}

const deployment = (podSpec: Json) =>
  object({ group: "apps", kind: "Deployment" }, { spec: { template: { spec: podSpec } } });
const container = (fields: { readonly [field: string]: Json }) =>
  deployment({ containers: [{ name: "app", ...fields }] });
const configMap = (body: { readonly [field: string]: Json }) =>
  object({ group: "", kind: "ConfigMap" }, body);

/** The patch without its guard, after checking that the patched object is in sync. */
function patchOf(
  desired: KubernetesObject,
  live: KubernetesObject,
  mode: DetectionMode = "Declared",
): readonly JsonPatchOperation[] {
  const group = desired.apiVersion === "v1" ? "" : "apps";
  const schema = shippedKind({ group, version: "v1", kind: desired.kind })?.schema ?? { type: "any" };
  const changesTo = (object: KubernetesObject) => compare({ desired, live: object, schema, mode }).changes;
  const [first, ...rest] = rollbackPatch({ changes: changesTo(live), desired, live });
  expect(first).toEqual(guard);
  expect(changesTo(applyPatch(live, rest))).toEqual([]);
  return rest;
}

describe("a rollback's patch", () => {
  it("begins with the version that was judged, so that a stale one is refused as a conflict", () => {
    const live = configMap({});
    expect(rollbackPatch({ changes: [], desired: live, live })).toEqual([guard]);
  });

  it("replaces what was modified, puts back what was removed, and touches nothing else", () => {
    const operations = patchOf(
      configMap({ data: { a: "1", b: "2" } }),
      configMap({ data: { a: "9", own: "kept" } }),
    );
    expect(operations).toEqual([
      { op: "replace", path: "/data/a", value: "1" },
      { op: "add", path: "/data/b", value: "2" },
    ]);
  });

  it("takes away what was added", () => {
    const live = configMap({ data: { a: "1", own: "x" }, immutable: true });
    expect(patchOf(configMap({ data: { a: "1" } }), live, "Exact")).toEqual([
      { op: "remove", path: "/data/own" },
      { op: "remove", path: "/immutable" },
    ]);
  });

  it("takes away an added item that has no key, and no other instead", () => {
    const account = (secrets: Json) =>
      object({ group: "", kind: "ServiceAccount" }, { imagePullSecrets: secrets });
    const desired = account([{ name: "own" }]);
    const live = account([{}, { name: "own" }, { name: "added" }]);
    expect(applyPatch(live, patchOf(desired, live, "Exact"))["imagePullSecrets"]).toEqual([{ name: "own" }]);
  });

  it("writes a default that would not come back by itself, since it is part of that of an object around it", () => {
    const added = {
      type: "Added",
      path: [field("spec"), field("size")],
      live: 9,
      default: 3,
      managers: [],
    } as const;
    const live = configMap({ spec: { size: 9 } });
    expect(rollbackPatch({ changes: [added], desired: configMap({}), live })).toEqual([
      guard,
      { op: "replace", path: "/spec/size", value: 3 },
    ]);
    expect(rollbackPatch({ changes: [added], desired: configMap({ spec: {} }), live })).toEqual([
      guard,
      { op: "remove", path: "/spec/size" },
    ]);
  });

  it("writes a default that the server puts in only when the object is made", () => {
    const service = (spec: Json) => object({ group: "", kind: "Service" }, { spec });
    const path = [field("spec"), field("ipFamilyPolicy")];
    const added = {
      type: "Added",
      path,
      live: "PreferDualStack",
      default: "SingleStack",
      managers: [],
    } as const;
    const live = service({ ipFamilyPolicy: "PreferDualStack" });
    expect(rollbackPatch({ changes: [added], desired: service({}), live })).toEqual([
      guard,
      { op: "replace", path: "/spec/ipFamilyPolicy", value: "SingleStack" },
    ]);
  });

  it("puts back a whole subtree where its parent is gone", () => {
    expect(patchOf(configMap({ data: { a: "1" } }), configMap({}))).toEqual([
      { op: "add", path: "/data", value: { a: "1" } },
    ]);
  });

  it("escapes what JSON Pointer reserves", () => {
    const operations = patchOf(configMap({ data: { "a/b~c": "1" } }), configMap({ data: { "a/b~c": "2" } }));
    expect(operations).toEqual([{ op: "replace", path: "/data/a~1b~0c", value: "1" }]);
  });

  it("finds list items by key where they stand on the live side", () => {
    const desired = container({
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
    });
    const live = container({ env: [{ name: "X" }, { name: "A", value: "1" }, { name: "B", value: "9" }] });
    expect(patchOf(desired, live)).toEqual([
      { op: "replace", path: "/spec/template/spec/containers/0/env/2/value", value: "2" },
    ]);
  });

  it("tells ports of one number apart by their protocol, whose default Git may leave out", () => {
    const desired = container({
      ports: [
        { containerPort: 53, name: "tcp" },
        { containerPort: 53, protocol: "UDP", name: "udp" },
      ],
    });
    const live = container({
      ports: [
        { containerPort: 53, protocol: "UDP", name: "x" },
        { containerPort: 53, protocol: "TCP", name: "z" },
      ],
    });
    expect(patchOf(desired, live)).toEqual([
      { op: "replace", path: "/spec/template/spec/containers/0/ports/1/name", value: "tcp" },
      { op: "replace", path: "/spec/template/spec/containers/0/ports/0/name", value: "udp" },
    ]);
  });

  it("puts a removed item back behind the one that it follows in Git", () => {
    const desired = deployment({ initContainers: [{ name: "a" }, { name: "b" }, { name: "c" }] });
    const live = deployment({ initContainers: [{ name: "own" }, { name: "a" }, { name: "c" }] });
    expect(patchOf(desired, live)).toEqual([
      { op: "add", path: "/spec/template/spec/initContainers/2", value: { name: "b" } },
    ]);
  });

  it("puts a removed first item back before the one that follows it in Git", () => {
    const desired = deployment({ initContainers: [{ name: "a" }, { name: "b" }] });
    const live = deployment({ initContainers: [{ name: "own" }, { name: "b" }] });
    expect(patchOf(desired, live)).toEqual([
      { op: "add", path: "/spec/template/spec/initContainers/1", value: { name: "a" } },
    ]);
  });

  it("keeps indices right while it adds and removes", () => {
    const desired = container({
      ports: [
        { containerPort: 80, name: "http" },
        { containerPort: 81, name: "admin" },
      ],
    });
    const live = container({
      ports: [
        { containerPort: 90, protocol: "TCP", name: "http" },
        { containerPort: 91, protocol: "TCP", name: "admin" },
        { containerPort: 99, protocol: "TCP", name: "own" },
      ],
    });
    const ports = patchOf(desired, live);
    expect(ports.map(({ op }) => op).sort()).toEqual(["add", "add", "remove", "remove"]);
    const [restored] = (
      applyPatch(live, ports) as unknown as {
        spec: { template: { spec: { containers: { ports: { name: string }[] }[] } } };
      }
    ).spec.template.spec.containers;
    expect(restored?.ports.map(({ name }) => name).sort()).toEqual(["admin", "http", "own"]);
  });

  it("restores an order in one write, and leaves undeclared items behind those that they follow", () => {
    const desired = container({ env: [{ name: "A" }, { name: "B" }] });
    const live = container({ env: [{ name: "B" }, { name: "own" }, { name: "A" }] });
    expect(patchOf(desired, live)).toEqual([
      {
        op: "replace",
        path: "/spec/template/spec/containers/0/env",
        value: [{ name: "A" }, { name: "B" }, { name: "own" }],
      },
    ]);
  });

  it("replaces an atomic list as a whole", () => {
    expect(patchOf(container({ args: ["a"] }), container({ args: ["a", "b"] }))).toEqual([
      { op: "replace", path: "/spec/template/spec/containers/0/args", value: ["a"] },
    ]);
  });

  it("removes what has taken the place of a declared value", () => {
    const desired = container({ livenessProbe: { httpGet: { port: 80 } } });
    const live = container({ livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 10 } });
    expect(patchOf(desired, live)).toEqual([
      { op: "add", path: "/spec/template/spec/containers/0/livenessProbe/httpGet", value: { port: 80 } },
      { op: "remove", path: "/spec/template/spec/containers/0/livenessProbe/tcpSocket" },
    ]);
  });

  it("treats a live null as absent", () => {
    const role = (rules: Json) => object({ group: "rbac.authorization.k8s.io", kind: "Role" }, { rules });
    expect(patchOf(role([{ verbs: ["get"] }]), role(null))).toEqual([
      { op: "add", path: "/rules", value: [{ verbs: ["get"] }] },
    ]);
  });

  it("writes odd keys as the data that they are", () => {
    const live = configMap({ data: { a: "1" } });
    const desired = configMap({ data: JSON.parse('{"a": "1", "__proto__": "x"}') as Json });
    expect(patchOf(desired, live)).toEqual([{ op: "add", path: "/data/__proto__", value: "x" }]);
  });

  it("takes every value from the unredacted desired object, never from a change", () => {
    const secret = (body: { readonly [field: string]: Json }) => object({ group: "", kind: "Secret" }, body);
    const changes = [
      { type: "Removed", path: [field("data"), field("a")], desired: "hmac-sha256:…" },
      {
        type: "Modified",
        path: [field("data"), field("b")],
        desired: "hmac-sha256:…",
        live: "hmac-sha256:…",
        managers: [],
      },
    ] as const;
    const desired = secret({ data: { a: "YQ==" }, stringData: { b: "✓" } });
    const live = secret({ data: { b: "hmac-sha256:…" } });
    expect(rollbackPatch({ changes, desired, live })).toEqual([
      guard,
      { op: "add", path: "/data/a", value: "YQ==" },
      { op: "replace", path: "/data/b", value: "4pyT" },
    ]);
  });
});

describe("the body that creates an object anew", () => {
  it("is what Git states, without what only the server may say", () => {
    const stated = {
      ...configMap({ data: { a: "1" } }),
      metadata: {
        name: "c",
        namespace: "shop",
        labels: { a: "b" },
        uid: "u",
        resourceVersion: "1",
        creationTimestamp: "x",
        managedFields: [],
        generation: 1,
      },
      status: { phase: "x" },
    };
    expect(recreateBody(stated)).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "c", namespace: "shop", labels: { a: "b" } },
      data: { a: "1" },
    });
  });
});

function field(name: string) {
  return { type: "field", name } as const;
}
