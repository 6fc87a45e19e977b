/** What is said of watches that break. */
import { describe, expect, it } from "@jest/globals";
import type { ApiFailure } from "../../src/kubernetes/api-failure.ts";
import { WatchHealth, watchGraceMs } from "../../src/operator/watch-health.ts";

const deployment = { group: "apps", version: "v1", kind: "Deployment" };
const shop = { gvk: deployment, namespace: "shop" };
const bank = { gvk: deployment, namespace: "bank" };
const failure = (reason: ApiFailure["reason"]): ApiFailure => ({
  reason,
  code: 0,
  message: "connection reset",
});

describe("a watch that breaks", () => {
  it("is no trouble for a moment, then named with its namespace and since when", () => {
    const health = new WatchHealth();
    health.interrupted(shop, failure("Unreachable"), 0);
    health.interrupted(shop, failure("Unreachable"), 10_000);
    expect(health.trouble([deployment], watchGraceMs - 1)).toBeUndefined();
    expect(health.trouble([deployment], watchGraceMs)).toBe(
      "Deployment (apps/v1) cannot be watched in namespace shop since 1970-01-01T00:00:00.000Z: connection reset",
    );
    expect(health.trouble([{ ...deployment, kind: "DaemonSet" }], watchGraceMs)).toBeUndefined();
  });

  it("stays broken while another of the same kind, in another namespace, goes on", () => {
    const health = new WatchHealth();
    health.interrupted(shop, failure("Unreachable"), 0);
    health.interrupted(bank, failure("Unreachable"), 0);
    health.resumed(bank);
    expect(health.isBroken(deployment)).toBe(true);
    expect(health.trouble([deployment], watchGraceMs)).toContain("in namespace shop");
    health.resumed(shop);
    expect(health.isBroken(deployment)).toBe(false);
    expect(health.trouble([deployment], watchGraceMs)).toBeUndefined();
  });

  it.each(["Forbidden", "NotFound"] as const)("for %s is broken, but told object by object", (reason) => {
    const health = new WatchHealth();
    health.interrupted(shop, failure(reason), 0);
    expect(health.isBroken(deployment)).toBe(true);
    expect(health.trouble([deployment], watchGraceMs)).toBeUndefined();
  });
});
