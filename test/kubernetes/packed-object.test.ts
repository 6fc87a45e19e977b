/** Objects in the form in which they are kept. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createPacker } from "../../src/kubernetes/packed-object.ts";
import type { KubernetesObject } from "../../src/resource/resource.ts";

describe("a packer", () => {
  it("gives back what it was given", () => {
    const entry = fc.record(
      { manager: fc.string(), time: fc.string(), fieldsV1: fc.jsonValue(), operation: fc.constant("Update") },
      { requiredKeys: ["manager"] },
    );
    const object = fc.record({
      apiVersion: fc.constant("v1"),
      kind: fc.constant("ConfigMap"),
      metadata: fc.record(
        { name: fc.string(), managedFields: fc.array(fc.oneof(entry, fc.jsonValue())) },
        { requiredKeys: ["name"] },
      ),
      data: fc.dictionary(fc.string(), fc.jsonValue()),
    });
    fc.assert(
      fc.property(object, (given) => {
        const packer = createPacker();
        // Through JSON first: -0 and the like do not come from an API server.
        const plain = JSON.parse(JSON.stringify(given)) as KubernetesObject;
        expect(packer.unpack(packer.pack(plain))).toEqual(plain);
      }),
    );
  });

  it("holds managedFields of one shape once", () => {
    const packer = createPacker();
    const make = (name: string, time: string) =>
      packer.pack({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, managedFields: [{ manager: "kubectl", time, fieldsV1: { "f:data": {} } }] },
      });
    const texts = new Set([make("a", "1"), make("b", "2")].map((packed) => packed.managedFields?.[0]?.text));
    expect(texts).toEqual(new Set(['{"manager":"kubectl","fieldsV1":{"f:data":{}}}']));
  });
});
