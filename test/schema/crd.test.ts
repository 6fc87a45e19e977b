import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Json, KubernetesObject } from "../../src/resource/resource.ts";
import { compileCrd } from "../../src/schema/crd.ts";
import { arbitraryJson } from "../support/arbitrary-json.ts";

function crd(spec: Json): KubernetesObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "widgets" },
    spec,
  };
}

describe("a CustomResourceDefinition", () => {
  it("compiles to a kind for each version", () => {
    const schema = {
      openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties: {} } } },
    };
    const versions = [
      { name: "v1", schema },
      { name: "v1beta1", schema: {} },
    ];
    const compiled = compileCrd(
      crd({ group: "example.com", scope: "Cluster", names: { kind: "Widget" }, versions }),
    );
    expect(compiled).toMatchObject([
      {
        gvk: { group: "example.com", version: "v1", kind: "Widget" },
        namespaced: false,
        schema: { type: "struct" },
      },
      { gvk: { group: "example.com", version: "v1beta1", kind: "Widget" }, schema: { type: "any" } },
    ]);
    const [v1] = compiled;
    const fields = v1?.schema.type === "struct" ? [...v1.schema.fields.keys()] : [];
    expect(fields.sort()).toEqual(["apiVersion", "kind", "metadata", "spec"]);
  });

  it("is namespaced unless it says otherwise", () => {
    const spec = { group: "example.com", names: { kind: "Widget" }, versions: [{ name: "v1" }] };
    expect(compileCrd(crd({ ...spec, scope: "Namespaced" }))[0]?.namespaced).toBe(true);
  });

  it("that is not well-formed defines nothing", () => {
    expect(compileCrd(crd(null))).toEqual([]);
    expect(compileCrd(crd({ group: "example.com", names: {}, versions: [] }))).toEqual([]);
    fc.assert(fc.property(arbitraryJson(), (json) => void compileCrd(crd(json))));
  });
});
