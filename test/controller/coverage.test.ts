/** Where undeclared objects are looked for, and who reports them. */
import { describe, expect, it } from "@jest/globals";
import type { Policy } from "../../src/api/policy.ts";
import { createCoverage } from "../../src/controller/coverage.ts";
import { type Declaration, DesiredStore } from "../../src/controller/desired-store.ts";
import { isGeneratedName } from "../../src/controller/generated-name.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import type { PolicyStore } from "../../src/controller/policy-store.ts";
import { kindNameOf } from "../../src/drift/makers.ts";
import { resourceKey } from "../../src/resource/resource.ts";
import { shippedKind } from "../../src/schema/shipped.ts";
import { defaultDetection } from "../support/detection.ts";

interface Stated {
  readonly namespace?: string;
  readonly targetNamespace?: string;
  readonly detection?: Partial<Policy["detection"]>;
  readonly declares?: readonly (Pick<Declaration, "refused"> & {
    readonly kind: string;
    readonly in: string;
  })[];
}

function coverageOf(stated: Readonly<Record<string, Stated>>) {
  const policies: PolicyStore = new Map();
  const desired = new DesiredStore();
  for (const [name, { namespace = "shop", targetNamespace, detection, declares = [] }] of Object.entries(
    stated,
  )) {
    const key = policyKey({ namespace, name });
    const policy = {
      namespace,
      name,
      targetNamespace: targetNamespace ?? namespace,
      detection: { ...defaultDetection, unexpected: "Report", ...detection },
    } as Policy; // all that coverage looks at
    policies.set(key, { type: "Valid", uid: name, generation: 1, policy });
    const declarations = declares.map(({ kind, in: where, refused }): [string, Declaration] => {
      const [first = "", ...group] = kind.split(".");
      const ref = { group: group.join("."), version: "v1", kind: first, namespace: where, name: "x" };
      const origin = { repository: "", revision: "r", path: "a.yaml" };
      const declaration = { policy: key, key: resourceKey(ref), ref, origin, bytes: new Uint8Array() };
      return [declaration.key, { ...declaration, ...(refused === undefined ? {} : { refused }) }];
    });
    desired.replace(key, { revision: "r", declarations: new Map(declarations) as Map<never, Declaration> }); // by the declarations' own keys
  }
  return createCoverage({
    policies,
    desired,
    operatorNamespace: "holdfast-system",
    scopeOf: (gvk) => {
      const kind = shippedKind(gvk);
      return kind === undefined ? "NotServed" : kind.namespaced ? "Namespaced" : "Cluster";
    },
  });
}

const reporter = (coverage: ReturnType<typeof coverageOf>, kind: string, namespace: string) => {
  const [first = "", ...group] = kind.split(".");
  return coverage.reporterOf({ group: group.join("."), kind: first, namespace });
};
const binding = "RoleBinding.rbac.authorization.k8s.io";
const clusterRole = "ClusterRole.rbac.authorization.k8s.io";

describe("a policy looks through", () => {
  it("its namespace for what it declares, and for sensitive kinds", () => {
    const coverage = coverageOf({ main: { declares: [{ kind: "ConfigMap", in: "shop" }] } });
    expect(reporter(coverage, "ConfigMap", "shop")).toBe("shop/main");
    expect(reporter(coverage, binding, "shop")).toBe("shop/main");
    expect(reporter(coverage, "Service", "shop")).toBeUndefined();
    expect(reporter(coverage, "ConfigMap", "bank")).toBeUndefined();
    expect(reporter(coverage, clusterRole, "")).toBeUndefined();
  });

  it("no namespace that it does not reach, whatever it declares or targets", () => {
    const forbidden = { reason: "Forbidden", message: "" } as const;
    const coverage = coverageOf({
      main: { targetNamespace: "bank", declares: [{ kind: "ConfigMap", in: "vault", refused: forbidden }] },
    });
    expect(coverage.targets).toEqual([]);
  });

  it("from the operator's namespace every one that it declares in, the target, and the cluster's own objects", () => {
    const coverage = coverageOf({
      main: {
        namespace: "holdfast-system",
        targetNamespace: "bank",
        declares: [{ kind: "ConfigMap", in: "shop" }],
      },
    });
    for (const namespace of ["shop", "bank"])
      for (const kind of ["ConfigMap", binding])
        expect(reporter(coverage, kind, namespace)).toBe("holdfast-system/main");
    expect(reporter(coverage, clusterRole, "")).toBe("holdfast-system/main");
    expect(reporter(coverage, binding, "holdfast-system")).toBeUndefined();
  });

  it("only for what it declares where sensitive kinds are not asked for, and for nothing where nothing is", () => {
    const declares = [{ kind: "ConfigMap", in: "shop" }];
    const only = coverageOf({ main: { declares, detection: { sensitiveKinds: "DeclaredOnly" } } });
    expect(only.targets.map(({ gvk }) => kindNameOf(gvk))).toEqual(["ConfigMap"]);
    expect(coverageOf({ main: { declares, detection: { unexpected: "Ignore" } } }).targets).toEqual([]);
  });
});

describe("where several policies look", () => {
  const declares = [{ kind: binding, in: "shop" }];

  it.each([
    ["the one that declares the kind there", { a: {}, b: { declares } }, "shop/b"],
    [
      "the one of that namespace",
      { a: { namespace: "holdfast-system", targetNamespace: "shop" }, b: {} },
      "shop/b",
    ],
    ["the first by name", { b: {}, a: {} }, "shop/a"],
    [
      "the one that wants to report",
      { a: { detection: { unexpected: "Ignore" } }, b: {} } as const,
      "shop/b",
    ],
  ])("%s reports", (_, stated, expected) => {
    expect(reporter(coverageOf(stated), binding, "shop")).toBe(expected);
  });

  it("the order in which they came says nothing", () => {
    const [a, b] = [{ declares }, {}];
    expect(coverageOf({ a, b }).text).toBe(coverageOf({ b, a }).text);
  });
});

describe("a generated name", () => {
  it.each([
    ["migrate-x7k2p", "migrate-*<a.yaml:1>", true],
    ["migrate-x7k2pq", "migrate-*<a.yaml:1>", false],
    ["migrate-hands", "migrate-*<a.yaml:1>", false],
    ["other-x7k2p", "migrate-*<a.yaml:1>", false],
    ["x7k2p", "*<a.yaml:1>", false],
    [`${"a".repeat(58)}x7k2p`, `${"a".repeat(70)}*<a.yaml:1>`, true],
  ])("%s of %s: %s", (name, stated, expected) => {
    expect(isGeneratedName(name, stated)).toBe(expected);
  });
});
