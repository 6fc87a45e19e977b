/** What outlives a restart about upgrades. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { openDeliveredStore } from "../../src/history/delivered-store.ts";
import { openUpgradeStore, type UpgradeStore } from "../../src/history/upgrade-store.ts";
import { resourceKey } from "../../src/resource/resource.ts";

const key = resourceKey({ group: "apps", kind: "Deployment", namespace: "shop", name: "web" });
const suspicion = {
  policy: "shop/main",
  key,
  state: "uid 7 main@sha1:0 1",
  fields: new Set(["Deployment spec.x"]),
};

let directory: string;
let store: UpgradeStore;
const open = () => openUpgradeStore(join(directory, "history.sqlite"));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-test-"));
  store = open();
});

afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

describe("the version that ran last", () => {
  it("tells an upgrade, and a downgrade, from a first start and from a restart", () => {
    expect(store.isUpgradeTo("1.0.0", "Holdfast")).toBe(false);
    store.close();
    store = open();
    expect(store.isUpgradeTo("1.0.0", "Holdfast")).toBe(false);
    expect(store.isUpgradeTo("1.1.0", "Holdfast")).toBe(true);
    expect(store.isUpgradeTo("1.1.0", "Holdfast")).toBe(false);
    expect(store.isUpgradeTo("1.0.0", "Holdfast")).toBe(true);
  });

  it("is kept for each program by itself", () => {
    expect(store.isUpgradeTo("v1.36.3", "API server")).toBe(false);
    expect(store.isUpgradeTo("1.0.0", "Holdfast")).toBe(false);
    expect(store.isUpgradeTo("v1.37.0", "API server")).toBe(true);
    expect(store.isUpgradeTo("1.0.0", "Holdfast")).toBe(false);
  });
});

describe("what an upgrade made suspect", () => {
  it("is given back after a restart, until it is over", () => {
    store.putSuspicion(suspicion);
    store.close();
    store = open();
    expect(store.suspicions()).toEqual([suspicion]);
    store.removeSuspicion(suspicion);
    expect(store.suspicions()).toEqual([]);
  });

  it("is one for each object: a newer one takes its place", () => {
    store.putSuspicion(suspicion);
    const newer = { ...suspicion, fields: new Set(["Deployment spec.x", "Deployment spec.y"]) };
    store.putSuspicion(newer);
    expect(store.suspicions()).toEqual([newer]);
  });

  it("stands in one file with the delivered marks, which both write", () => {
    const marks = openDeliveredStore(join(directory, "marks.sqlite"));
    const beside = openUpgradeStore(join(directory, "marks.sqlite"));
    const mark = { uid: "u", resourceVersion: "7", revision: "r", policyGeneration: 1, completed: false };
    marks.put("policy", key, mark);
    beside.putSuspicion(suspicion);
    marks.flush();
    expect([...marks.load("policy").values()]).toEqual([mark]);
    expect(beside.suspicions()).toEqual([suspicion]);
    beside.close();
    marks.close();
  });
});
