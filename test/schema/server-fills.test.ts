import { describe, expect, it } from "@jest/globals";
import type { SchemaNode } from "../../src/schema/schema-node.ts";
import { noRoots } from "../../src/schema/schema-node.ts";
import { fillRows, serverFill, tableFits, tableRelease } from "../../src/schema/server-fills.ts";
import { shippedKind, shippedRelease } from "../../src/schema/shipped.ts";

const core = (type: string) => `io.k8s.api.core.v1.${type}`;

describe("the table of server defaults", () => {
  it("is of the release whose schemas are shipped", () => {
    expect(tableRelease).toBe(shippedRelease);
  });

  it.each([
    ["v1.36.3", true],
    ["1.36.0", true],
    ["v1.36.1+k3s1", true],
    ["v1.36.3-eks-a5df82a", true],
    ["v1.35.9", false],
    ["v1.3.6", false],
    ["v1.37.0", false],
    ["", false],
    ["unknown", false],
  ])("says whether it fits a server that says %j of itself", (version, fits) => {
    expect(tableFits(version)).toBe(fits);
  });

  it("holds for every version of a group, and for built-in types only", () => {
    expect(serverFill(core("Probe"), "periodSeconds")?.value?.({}, noRoots)).toBe(10);
    expect(
      serverFill("io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerSpec", "minReplicas"),
    ).toBeDefined();
    expect(serverFill("com.example.core.v1.Probe", "periodSeconds")).toBeUndefined();
    expect(serverFill(core("Probe"), "constructor")).toBeUndefined();
  });

  it("gives a reason for every row", () => {
    expect(fillRows.filter(({ reason }) => reason.length < 10)).toEqual([]);
  });

  it("fills a field otherwise where it stands inside of another", () => {
    const policies = (direction: string) => {
      const behavior = step(shippedKind(autoscaler)?.schema, "spec", "behavior", direction);
      return behavior?.type === "struct"
        ? behavior.fields.get("policies")?.fills?.value?.({}, noRoots)
        : undefined;
    };
    expect(policies("scaleUp")).toHaveLength(2);
    expect(policies("scaleDown")).toHaveLength(1);
  });
});

const autoscaler = { group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler" };

function step(node: SchemaNode | undefined, ...path: readonly string[]): SchemaNode | undefined {
  return path.reduce((at, field) => (at?.type === "struct" ? at.fields.get(field)?.node : undefined), node);
}
