import { describe, expect, it } from "@jest/globals";
import { omittedZeros } from "../../src/schema/omitted-zeros.ts";
import type { SchemaNode } from "../../src/schema/schema-node.ts";
import { shippedKind, shippedRelease } from "../../src/schema/shipped.ts";

const deployment = { group: "apps", version: "v1", kind: "Deployment" };

/** The node at a path of fields; items of lists and values of maps are stepped into. */
function nodeAt(node: SchemaNode | undefined, ...path: readonly string[]): SchemaNode | undefined {
  const inner = node?.type === "list" ? node.items : node?.type === "map" ? node.values : node;
  const [field, ...rest] = path;
  if (field === undefined) return node;
  return inner?.type === "struct" ? nodeAt(inner.fields.get(field)?.node, ...rest) : undefined;
}

describe("the shipped schemas", () => {
  it("name their release", () => {
    expect(shippedRelease).toMatch(/^1\.36\.\d+$/);
  });

  it.each([
    [deployment, "deployments", true],
    [{ group: "", version: "v1", kind: "ConfigMap" }, "configmaps", true],
    [{ group: "", version: "v1", kind: "Namespace" }, "namespaces", false],
    [{ group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole" }, "clusterroles", false],
    [{ group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy" }, "networkpolicies", true],
    [
      { group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition" },
      "customresourcedefinitions",
      false,
    ],
    [
      { group: "autoscaling", version: "v1", kind: "HorizontalPodAutoscaler" },
      "horizontalpodautoscalers",
      true,
    ],
  ])("know %j", (gvk, resource, namespaced) => {
    expect(shippedKind(gvk)).toMatchObject({ resource, namespaced, schema: { type: "struct" } });
  });

  it("know no kind that the release does not serve", () => {
    expect(shippedKind({ group: "extensions", version: "v1beta1", kind: "Ingress" })).toBeUndefined();
    expect(shippedKind({ group: "example.com", version: "v1", kind: "Deployment" })).toBeUndefined();
    expect(shippedKind({ group: "apps", version: "v1", kind: "constructor" })).toBeUndefined();
  });

  it("answer with the same schema each time", () => {
    expect(shippedKind(deployment)?.schema).toBe(shippedKind(deployment)?.schema);
  });

  it("say of a pod template what comparing needs", () => {
    const container = (field: string) =>
      nodeAt(shippedKind(deployment)?.schema, "spec", "template", "spec", "containers", field);
    expect(container("env")).toMatchObject({ listType: "map", keys: [{ name: "name" }], ordered: true });
    expect(container("ports")).toMatchObject({
      keys: [{ name: "containerPort" }, { name: "protocol", defaultValue: "TCP" }],
      ordered: false,
    });
    expect(container("args")).toMatchObject({ listType: "atomic" });
    expect(nodeAt(container("resources"), "limits")).toMatchObject({
      type: "map",
      values: { format: "quantity" },
    });
  });

  it("know which zeros the server keeps: those of pointers", () => {
    const podSpec = "io.k8s.api.core.v1.PodSpec";
    expect(omittedZeros.omits(podSpec, "hostNetwork")).toBe(true);
    expect(omittedZeros.omits(podSpec, "automountServiceAccountToken")).toBe(false);
    expect(omittedZeros.omits("io.k8s.api.apps.v1.DeploymentSpec", "paused")).toBe(true);
    expect(omittedZeros.omits("io.k8s.api.apps.v1.DeploymentSpec", "replicas")).toBe(false);
    expect(omittedZeros.omits("com.example.v1.Widget", "flag")).toBe(false);
  });
});
