import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Json } from "../../src/resource/resource.ts";
import { compileInline, compileOpenApi, kindKey } from "../../src/schema/open-api.ts";
import type { SchemaNode, StructField } from "../../src/schema/schema-node.ts";
import { arbitraryJson } from "../support/arbitrary-json.ts";

const noZeros = { omits: () => false };
const gvk = { group: "example.com", version: "v1", kind: "Widget" };

/** A document with one kind, as the API server publishes it for a CRD. */
function documentOf(properties: Json, others: { readonly [name: string]: Json } = {}): Json {
  const schema = { type: "object", properties, "x-kubernetes-group-version-kind": [gvk] };
  return { openapi: "3.0.0", components: { schemas: { "com.example.v1.Widget": schema, ...others } } };
}

function fieldsOf(node: SchemaNode | undefined): ReadonlyMap<string, StructField> {
  if (node?.type !== "struct") throw new Error(`a struct was expected, not ${node?.type}`);
  return node.fields;
}

function compileField(property: Json): SchemaNode | undefined {
  return fieldsOf(compileOpenApi(documentOf({ f: property }), noZeros).get(kindKey(gvk))).get("f")?.node;
}

describe("a compiled document", () => {
  it.each<readonly [string, Json, Partial<SchemaNode>]>([
    ["text", { type: "string" }, { type: "scalar", format: "plain" }],
    ["number", { type: "integer", format: "int32" }, { type: "scalar", format: "plain" }],
    ["int-or-string", { "x-kubernetes-int-or-string": true }, { type: "scalar", format: "plain" }],
    [
      "the pattern of quantities",
      {
        "x-kubernetes-int-or-string": true,
        pattern: "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE])?$",
      },
      { type: "scalar", format: "quantity" },
    ],
    [
      "a custom resource's time",
      { type: "string", format: "date-time" },
      { type: "scalar", format: "plain" },
    ],
    ["nothing", {}, { type: "any" }],
    [
      "what is kept unseen",
      { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      { type: "any" },
    ],
    ["an untyped array", { type: "array", items: { type: "string" } }, { type: "list", listType: "atomic" }],
    [
      "a set",
      { type: "array", "x-kubernetes-list-type": "set", items: {} },
      { type: "list", listType: "set" },
    ],
    [
      "a map list without keys",
      { type: "array", "x-kubernetes-list-type": "map", items: {} },
      { type: "list", listType: "atomic" },
    ],
    [
      "a free map",
      { type: "object", additionalProperties: { type: "string" } },
      { type: "map", atomic: false },
    ],
    ["a map of anything", { type: "object", additionalProperties: true }, { type: "any" }],
    [
      "an atomic map",
      { type: "object", "x-kubernetes-map-type": "atomic", additionalProperties: {} },
      { type: "map", atomic: true },
    ],
    ["an object without fields", { type: "object" }, { type: "struct", open: false }],
  ])("says of %s what comparing needs", (_, property, expected) => {
    expect(compileField(property)).toMatchObject(expected);
  });

  it("knows the keys of a list with what their absence stands for", () => {
    const items = {
      type: "object",
      properties: { name: { type: "string" }, kind: { type: "string", default: "A" } },
    };
    const list = {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name", "kind"],
      items,
    };
    expect(compileField(list)).toMatchObject({
      listType: "map",
      keys: [{ name: "name" }, { name: "kind", defaultValue: "A" }],
    });
  });

  it("takes quantities and times of built-in types by their names", () => {
    const ref = (name: string) => ({ allOf: [{ $ref: `#/components/schemas/${name}` }], default: {} });
    const document = documentOf({
      quantity: ref("io.k8s.apimachinery.pkg.api.resource.Quantity"),
      time: ref("io.k8s.apimachinery.pkg.apis.meta.v1.Time"),
      micro: ref("io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime"),
      missing: ref("no.such.Type"),
    });
    const fields = fieldsOf(compileOpenApi(document, noZeros).get(kindKey(gvk)));
    expect(
      [...fields.values()].map(({ node }) => (node.type === "scalar" ? node.format : node.type)),
    ).toEqual(["quantity", "time", "microTime", "any"]);
  });

  it("lets a field overrule its type on whether it counts whole", () => {
    const type = "io.k8s.api.core.v1.ObjectReference";
    const schema = {
      type: "object",
      "x-kubernetes-map-type": "atomic",
      properties: { name: { type: "string" } },
    };
    const ref = { $ref: `#/components/schemas/${type}` };
    const document = documentOf(
      { whole: { allOf: [ref] }, parts: { allOf: [ref], "x-kubernetes-map-type": "granular" } },
      { [type]: schema },
    );
    const fields = fieldsOf(compileOpenApi(document, noZeros).get(kindKey(gvk)));
    expect(fields.get("whole")?.node).toMatchObject({ atomic: true });
    expect(fields.get("parts")?.node).toMatchObject({ atomic: false });
  });

  it("may hold a type that holds itself", () => {
    const self = { $ref: "#/components/schemas/com.example.v1.Widget" };
    const node = compileOpenApi(
      documentOf({ child: self, children: { type: "array", items: self } }),
      noZeros,
    ).get(kindKey(gvk));
    expect(fieldsOf(node).get("child")?.node).toBe(node);
    expect(fieldsOf(node).get("children")?.node).toMatchObject({ type: "list", items: node });
  });

  it("gives an embedded resource the fields that every object has", () => {
    const embedded = {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      properties: { spec: { type: "object" } },
    };
    expect([...fieldsOf(compileField(embedded)).keys()].sort()).toEqual([
      "apiVersion",
      "kind",
      "metadata",
      "spec",
    ]);
  });

  it("never fails, whatever the document is", () => {
    fc.assert(
      fc.property(arbitraryJson(), (json) => {
        compileOpenApi(json, noZeros);
        compileOpenApi(documentOf(json), noZeros);
        compileOpenApi({ components: { schemas: json } }, noZeros);
        compileInline(json);
      }),
    );
  });
});
