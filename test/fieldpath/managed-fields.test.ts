import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parsePath } from "../../src/fieldpath/format-path.ts";
import { createOwnership, decodeManagedFields } from "../../src/fieldpath/managed-fields.ts";
import { arbitraryJson } from "../support/arbitrary-json.ts";

const entries = [
  {
    manager: "kustomize-controller",
    operation: "Apply",
    apiVersion: "apps/v1",
    time: "2024-01-01T00:00:00Z",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:spec": { "f:replicas": {}, "f:template": { "f:spec": { "f:nodeSelector": {} } } } },
  },
  {
    manager: "kubectl",
    operation: "Update",
    apiVersion: "apps/v1",
    subresource: "scale",
    fieldsV1: { "f:spec": { "f:replicas": {} } },
  },
  {
    manager: "ancient-changes",
    operation: "Update",
    apiVersion: "apps/v1",
    fieldsV1: { "f:spec": { "f:paused": {} } },
  },
  {
    manager: "kubectl-edit",
    operation: "Update",
    apiVersion: "apps/v1beta1",
    fieldsV1: { "f:spec": { "f:replicas": {} } },
  },
];

describe("managedFields", () => {
  it("are read with and without a time, a subresource, or fields", () => {
    expect(decodeManagedFields([...entries, { manager: "m", operation: "Update" }])).toMatchObject([
      { manager: "kustomize-controller", operation: "Apply", time: "2024-01-01T00:00:00Z" },
      { manager: "kubectl", subresource: "scale" },
      { manager: "ancient-changes" },
      { manager: "kubectl-edit", apiVersion: "apps/v1beta1" },
      { manager: "m", apiVersion: "", fieldsV1: {} },
    ]);
  });

  it("may be anything without stopping anybody", () => {
    expect(
      decodeManagedFields([null, "x", {}, { manager: 1 }, { manager: "m", operation: "Delete" }]),
    ).toEqual([]);
    fc.assert(
      fc.property(arbitraryJson(), (json) => {
        expect(Array.isArray(decodeManagedFields(json))).toBe(true);
        expect(Array.isArray(createOwnership(json, "v1")(parsePath("spec.a")))).toBe(true);
      }),
    );
  });

  const ownersOf = (path: string) =>
    createOwnership(entries, "apps/v1")(parsePath(path)).map(({ manager }) => manager);

  it("name every manager of a path, in their order", () => {
    expect(ownersOf("spec.replicas")).toEqual(["kustomize-controller", "kubectl"]);
    expect(ownersOf("spec.paused")).toEqual(["ancient-changes"]);
    expect(ownersOf("spec.template")).toEqual(["kustomize-controller"]);
  });

  it("explain nothing in another version, and nothing that nobody owns", () => {
    expect(createOwnership(entries, "apps/v1beta1")(parsePath("spec.replicas"))).toHaveLength(1);
    expect(createOwnership(entries, "apps/v2")(parsePath("spec.replicas"))).toEqual([]);
    expect(ownersOf("spec.selector")).toEqual([]);
  });
});
