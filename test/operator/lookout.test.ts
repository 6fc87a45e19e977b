/** What a policy waits for before nothing is unexpected, and where it cannot look. */
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Policy } from "../../src/api/policy.ts";
import { DesiredStore } from "../../src/controller/desired-store.ts";
import { DriftStore } from "../../src/controller/drift-store.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import type { PolicyStore } from "../../src/controller/policy-store.ts";
import { LiveStore } from "../../src/kubernetes/live-store.ts";
import { createLookout, type Lookout } from "../../src/operator/lookout.ts";
import { defaultDetection } from "../support/detection.ts";

const policy = policyKey({ namespace: "shop", name: "main" });
const pods = { group: "", version: "v1", kind: "Pod" };
const jobs = { group: "batch", version: "v1", kind: "Job" };
const pod = { ...pods, namespace: "shop", name: "a" };

let live: LiveStore;
let lookout: Lookout;

beforeEach(() => {
  live = new LiveStore(() => false);
  const desired = new DesiredStore();
  const detection = { ...defaultDetection, unexpected: "Report", sensitiveKinds: "Watch" };
  const entry = {
    type: "Valid",
    policy: { namespace: "shop", targetNamespace: "shop", detection } as Policy,
  }; // all that is read
  const policies = new Map([[policy, entry]]) as unknown as PolicyStore; // of which nothing else is read
  lookout = createLookout({
    policies,
    desired,
    drifts: new DriftStore(),
    live,
    operatorNamespace: "holdfast-system",
    scopeOf: ({ kind }) => (kind === "Pod" || kind === "Job" ? "Namespaced" : "NotServed"),
  });
  desired.replace(policy, { revision: "r", declarations: new Map() });
});

describe("the lookout", () => {
  it("watches the sensitive kinds that are served, and says once that this is new", () => {
    const { targets, changed } = lookout.refresh();
    expect(targets).toEqual([
      { gvk: pods, namespaces: new Set(["shop"]) },
      { gvk: jobs, namespaces: new Set(["shop"]) },
    ]);
    expect(changed).toBe(true);
    expect(lookout.refresh().changed).toBe(false);
    expect(lookout.isDeclared(pods)).toBe(false);
  });

  it("waits for each watch, but for those that are refused, and names these", () => {
    lookout.refresh();
    expect(lookout.awaited(policy)).toContain("Pod");
    live.open(pods, "shop").synced(1);
    expect(lookout.awaited(policy)).toContain("Job");
    live.open(jobs, "shop").clear({ type: "Forbidden", message: "may not" });
    expect(lookout.awaited(policy)).toBeUndefined();
    expect(lookout.unseen(policy)).toEqual(["Job"]);
  });

  it("knows of an object what its watch has brought, and of what is not watched nothing", () => {
    lookout.refresh();
    const scope = live.open(pods, "shop");
    const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "shop", uid: "u" } };
    scope.apply({ object, body: object, atMs: 7 });
    expect(lookout.sight(pod)).toEqual({ type: "Unsynced" });
    scope.synced(8);
    expect(lookout.sight(pod)).toMatchObject({ type: "Present", uid: "u", firstSeenAtMs: 7 });
    expect(live.read(pod).type).toBe("Dropped");
    expect(lookout.sight({ ...pod, name: "b" })).toMatchObject({ type: "Absent" });
    expect(lookout.sight({ ...pod, namespace: "bank" })).toBeUndefined();
    expect([...lookout.undeclaredKeys()]).toEqual(["/Pod/shop/a"]);
  });
});
