import { describe, expect, it } from "@jest/globals";
import { compare } from "../../src/diff/compare.ts";
import { allocatedValues, withAllocated } from "../../src/drift/allocated.ts";
import { rollbackPatch } from "../../src/drift/patch.ts";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import type { Json, KubernetesObject } from "../../src/resource/resource.ts";
import { shippedKind } from "../../src/schema/shipped.ts";

const schema = shippedKind({ group: "", version: "v1", kind: "Service" })?.schema ?? { type: "any" };
const service = (...ports: readonly Json[]): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop", resourceVersion: "7" },
  spec: { type: "NodePort", ports },
});
const desired = service({ port: 80 }, { port: 443, nodePort: 30443 });
const live = (nodePort: number) =>
  service(
    { port: 80, protocol: "TCP", targetPort: 80, nodePort },
    { port: 443, protocol: "TCP", targetPort: 443, nodePort: 30443 },
  );
const nodePort = 'spec.ports[port=80,protocol="TCP"].nodePort';

const changesOf = (stated: KubernetesObject, found: KubernetesObject) =>
  compare({ desired: stated, live: found, schema, mode: "Exact" }).changes;

describe("what the server chose", () => {
  it("is remembered where Git leaves the choice to it, and the value can be changed", () => {
    expect(allocatedValues({ desired, live: live(31000) }, schema)).toEqual({ [nodePort]: 31000 });
  });

  it("is remembered as it is live, once Git states it or the port is gone", () => {
    const stated = service({ port: 80, nodePort: 31001 });
    const before = { [nodePort]: 31000 };
    expect(allocatedValues({ desired: stated, live: live(31001) }, schema, before)).toEqual({
      [nodePort]: 31001,
    });
    const other = service({ port: 81, protocol: "TCP", nodePort: 30081 });
    expect(allocatedValues({ desired: service({ port: 81 }), live: other }, schema, before)).toEqual({
      'spec.ports[port=81,protocol="TCP"].nodePort': 30081,
    });
  });

  it("is of no interest on other kinds", () => {
    const configMap: KubernetesObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
    expect(allocatedValues({ desired: configMap, live: configMap }, { type: "any" })).toBeUndefined();
  });
});

describe("a value of the server's choice that somebody changed", () => {
  const remembered = withAllocated(desired, { [nodePort]: 31000 });

  it("is drift where it was remembered, and in sync as long as it is what it was", () => {
    expect(changesOf(desired, live(32000))).toEqual([]);
    expect(changesOf(remembered, live(31000))).toEqual([]);
    expect(changesOf(remembered, live(32000)).map(({ path }) => formatPath(path))).toEqual([nodePort]);
  });

  it("is put back", () => {
    const changes = changesOf(remembered, live(32000));
    expect(rollbackPatch({ changes, desired: remembered, live: live(32000) }).slice(1)).toEqual([
      { op: "replace", path: "/spec/ports/0/nodePort", value: 31000 },
    ]);
  });

  it("never stands above what Git states, nor makes an item that Git does not state", () => {
    const stated = service({ port: 80, nodePort: 31001 });
    expect(withAllocated(stated, { [nodePort]: 31000 })).toEqual(stated);
    expect(withAllocated(service({ port: 81 }), { [nodePort]: 31000 })).toEqual(service({ port: 81 }));
  });
});
