import { describe, expect, it } from "@jest/globals";
import { policyChanges, policySeverity } from "../../src/ledger/policy-changes.ts";

const spec = {
  source: { url: "https://git.example.com/shop.git", ref: { branch: "main" }, interval: "1m" },
  detection: { mode: "Exact", ignore: [{ name: "a", paths: ["spec.replicas"] }] },
  rollback: { mode: "Always", serviceAccountName: "rollback" },
  suspend: false,
};

describe("an edit of a policy", () => {
  it.each([
    ["a switch", { ...spec, suspend: true }, [{ path: "spec.suspend", before: false, after: true }], "High"],
    [
      "a rule more",
      { ...spec, detection: { ...spec.detection, ignore: [] } },
      [{ path: "spec.detection.ignore", before: spec.detection.ignore, after: [] }],
      "High",
    ],
    [
      "rollback switched off",
      { ...spec, rollback: { mode: "Never" } },
      [
        { path: "spec.rollback.mode", before: "Always", after: "Never" },
        { path: "spec.rollback.serviceAccountName", before: "rollback" },
      ],
      "High",
    ],
    [
      "how often Git is read",
      { ...spec, source: { ...spec.source, interval: "5m" } },
      [{ path: "spec.source.interval", before: "1m", after: "5m" }],
      "Medium",
    ],
    [
      "a field more",
      { ...spec, targetNamespace: "x" },
      [{ path: "spec.targetNamespace", after: "x" }],
      "Medium",
    ],
  ])("tells %s", (_, after, changes, severity) => {
    expect(policyChanges(spec, after)).toEqual(changes);
    expect(policySeverity(policyChanges(spec, after))).toBe(severity);
  });

  it("of nothing has no changes", () => {
    expect(policyChanges(spec, structuredClone(spec))).toEqual([]);
  });
});
