/** What is looked at again, and when: nobody else would come back for an object that does not change. */
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Coverage } from "../../src/controller/coverage.ts";
import { type Declaration, DesiredStore } from "../../src/controller/desired-store.ts";
import { DriftStore } from "../../src/controller/drift-store.ts";
import type { OwnerRead } from "../../src/controller/owner-read.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import type { PolicyStore } from "../../src/controller/policy-store.ts";
import type { Reported } from "../../src/controller/report.ts";
import type { SourceStore } from "../../src/controller/source-store.ts";
import {
  createUnexpectedReconciler,
  thePolicies,
  type UnexpectedReconciler,
} from "../../src/controller/unexpected-reconciler.ts";
import type { Inventory } from "../../src/drift/inventories.ts";
import { type ResourceKey, type ResourceRef, resourceKey } from "../../src/resource/resource.ts";
import type { LiveSight, Sight } from "../../src/resource/sight.ts";

const policy = policyKey({ namespace: "shop", name: "main" });
const pod: ResourceRef = { group: "", version: "v1", kind: "Pod", namespace: "shop", name: "a" };
const key = resourceKey(pod);
const owner = {
  group: "apps",
  version: "v1",
  kind: "ReplicaSet",
  name: "set",
  uid: "set-uid",
  controller: true,
};
const entry = { type: "Valid", uid: "u", generation: 1, policy: { detection: {} } } as never; // nothing else of it is read

let nowMs: number;
let sights: Map<string, LiveSight>;
let calls: string[];
let arePoliciesKnown: boolean;
let policies: PolicyStore;
let desired: DesiredStore;
let read: OwnerRead;
let sources: SourceStore;

beforeEach(() => {
  nowMs = 1_000;
  sights = new Map();
  calls = [];
  arePoliciesKnown = true;
  policies = new Map([[policy, entry]]);
  desired = new DesiredStore();
  read = { type: "Absent" };
  desired.replace(policy, { revision: "r1", declarations: new Map() });
  sources = new Map([[policy, { headReadAtMs: 5_000, refused: false, policyGeneration: 1 }]]);
});

function present(change: Partial<Sight> = {}): LiveSight {
  return { type: "Present", uid: "pod-uid", owners: [], firstSeenAtMs: 100, arrivedAtMs: 200, ...change };
}

function reconciler() {
  const coverage: Pick<Coverage, "versionOf" | "reporterOf" | "policiesIn" | "isGenerated"> = {
    versionOf: () => "v1",
    reporterOf: ({ kind }) => (kind === "Pod" || kind === "ReplicaSet" ? policy : undefined),
    policiesIn: (namespace) => (namespace === "shop" ? [policy] : []),
    isGenerated: () => false,
  };
  return createUnexpectedReconciler({
    policies,
    sources,
    desired,
    drifts: new DriftStore(),
    operatorNamespace: "holdfast-system",
    now: () => nowMs,
    coverage: () => coverage as Coverage, // the rest of it is for who sets up watches
    // Databases are not watched.
    sight: (ref) =>
      sights.get(resourceKey(ref)) ?? (ref.kind === "Database" ? undefined : { type: "Absent", sinceMs: 0 }),
    scopeOf: () => "Namespaced",
    delivererNamespaces: ["flux-system"],
    readOwner: () => Promise.resolve(read),
    arePoliciesKnown: () => arePoliciesKnown,
    report: ({ verdict, input }: Reported) => {
      const arrivedAtMs = input.live.type === "Present" ? input.live.arrivedAtMs : "unknown";
      calls.push(`report ${verdict.status} ${arrivedAtMs}`);
    },
    forget: (_, __, resolution) => calls.push(`forget ${resolution}`),
    awaitHead: () => calls.push("awaitHead"),
    again: (_, afterMs) => calls.push(`again ${afterMs}`),
  });
}

const { signal } = new AbortController();

describe("an object without an owner", () => {
  it("is reported at once, as of when its newest version arrived", async () => {
    sights.set(key, present());
    await reconciler().reconcile(key, signal);
    expect(calls).toEqual(["report Drifted 200"]);
  });

  it("is reported after the head was read, if it came after the last reading", async () => {
    sights.set(key, present({ firstSeenAtMs: 5_001 }));
    await reconciler().reconcile(key, signal);
    expect(calls).toEqual(["awaitHead"]);
  });

  it("of which an older version is known is no reason to read the head again", async () => {
    sights.set(key, present({ firstSeenAtMs: 5_000, arrivedAtMs: 9_000 }));
    await reconciler().reconcile(key, signal);
    expect(calls).toEqual(["report Drifted 9000"]);
  });

  it("waits until all the policies are known, and comes back then", async () => {
    arePoliciesKnown = false;
    sights.set(key, present());
    const unexpected = reconciler();
    await unexpected.reconcile(key, signal);
    expect(calls).toEqual([]);
    expect([...unexpected.takeWaiting(thePolicies)]).toEqual([key]);
    expect([...unexpected.takeWaiting(thePolicies)]).toEqual([]);
  });

  it("waits for a policy of its namespace that is still being read, and for none of another namespace", async () => {
    sights.set(key, present());
    policies.set(policyKey({ namespace: "bank", name: "other" }), entry);
    await reconciler().reconcile(key, signal);
    expect(calls).toEqual(["report Drifted 200"]);
    policies.set(policyKey({ namespace: "shop", name: "new" }), entry);
    await reconciler().reconcile(key, signal);
    expect(calls).toEqual(["report Drifted 200"]);
  });

  it("is Unknown while a policy of the operator's namespace cannot be followed", async () => {
    sights.set(key, present());
    policies.set(policyKey({ namespace: "holdfast-system", name: "bad" }), {
      type: "Invalid",
      message: "",
      uid: "",
      generation: 1,
    });
    await reconciler().reconcile(key, signal);
    expect(calls).toEqual(["report Unknown unknown"]);
  });
});

describe("an object whose owner is not there", () => {
  it("is looked at again when the garbage collector has had its time, and is reported then", async () => {
    sights.set(key, present({ owners: [owner] }));
    const unexpected = reconciler();
    await unexpected.reconcile(key, signal);
    nowMs += 20_000;
    await unexpected.reconcile(key, signal);
    expect(calls).toEqual(["again 60000", "again 40000"]);
    nowMs += 40_000;
    await unexpected.reconcile(key, signal);
    expect(calls.at(-1)).toBe(`report Drifted ${nowMs}`);
  });

  it("gets that time anew when the owner has been there between", async () => {
    sights.set(key, present({ owners: [owner] }));
    const unexpected = reconciler();
    await unexpected.reconcile(key, signal);
    const setKey = resourceKey({ ...pod, group: "apps", kind: "ReplicaSet", name: "set" });
    sights.set(setKey, present({ uid: "set-uid" }));
    nowMs += 50_000;
    await unexpected.reconcile(key, signal);
    sights.delete(setKey);
    nowMs += 50_000;
    await unexpected.reconcile(key, signal);
    expect(calls).toEqual(["again 60000", "again 60000"]);
  });

  it("is reported though the owner, of a kind that is not watched, has to be read again each time", async () => {
    sights.set(key, present({ owners: [{ ...owner, group: "db.example.com", kind: "Database" }] }));
    const unexpected = reconciler();
    await unexpected.reconcile(key, signal);
    nowMs += 60_000;
    await unexpected.reconcile(key, signal);
    expect(calls).toEqual(["again 60000", `report Drifted ${nowMs}`]);
  });

  it("waits for the owner's watch", async () => {
    sights.set(key, present({ owners: [owner] }));
    sights.set(resourceKey({ ...pod, group: "apps", kind: "ReplicaSet", name: "set" }), { type: "Unsynced" });
    const unexpected = reconciler();
    await unexpected.reconcile(key, signal);
    expect(calls).toEqual([]);
    expect([...unexpected.takeWaiting("ReplicaSet.apps")]).toEqual([key]);
  });
});

describe("an object that says which deliverer it is of", () => {
  const marks = [{ kind: "Kustomization", namespace: "flux-system", name: "apps" }] as const;
  const inventory = (others: Inventory["others"], ...lists: readonly ResourceKey[]): OwnerRead => ({
    type: "Present",
    uid: "u",
    owners: [],
    marks: [],
    inventory: { lists: new Set(lists), others },
  });
  const after = async (unexpected: UnexpectedReconciler, ms: number) => {
    nowMs += ms;
    calls = [];
    await unexpected.reconcile(key, signal);
    return calls;
  };

  beforeEach(() => {
    sights.set(key, present({ marks }));
  });

  it("is left alone where that one lists it", async () => {
    read = inventory("Unlisted", key);
    expect(await after(reconciler(), 0)).toEqual([]);
  });

  it("is reported after a minute where it does not, and looked at again, ever later: the list may be late", async () => {
    read = inventory("Unlisted");
    const unexpected = reconciler();
    expect(await after(unexpected, 0)).toEqual(["again 60000"]);
    expect(await after(unexpected, 60_000)).toEqual(["again 600000", `report Drifted ${nowMs}`]);
    expect(await after(unexpected, 600_000)).toEqual(["again 660000", `report Drifted ${nowMs}`]);
    expect(await after(unexpected, 100_000_000)).toEqual(["again 86400000", `report Drifted ${nowMs}`]);
    read = inventory("Unlisted", key);
    expect(await after(unexpected, 86_400_000)).toEqual([]);
  });

  it("is not reported by what was read of the list before", async () => {
    read = inventory("Unlisted");
    const unexpected = reconciler();
    await after(unexpected, 0);
    read = inventory("Unlisted", key);
    expect(await after(unexpected, 60_000)).toEqual([]);
  });

  it("has ten minutes while a delivery is under way, and no more", async () => {
    read = inventory("Delivering");
    const unexpected = reconciler();
    expect(await after(unexpected, 0)).toEqual(["again 600000"]);
    expect(await after(unexpected, 599_000)).toEqual(["again 1000"]);
    expect(await after(unexpected, 1_000)).toEqual(["again 600000", `report Drifted ${nowMs}`]);
  });

  it("is Unknown, and looked at again, where the list may not be read", async () => {
    read = { type: "Failed", reason: "Forbidden", message: "may not get it" };
    expect(await after(reconciler(), 0)).toEqual(["again 600000", "report Unknown unknown"]);
  });

  it("is reported at once where there is no such deliverer", async () => {
    expect(await after(reconciler(), 0)).toEqual(["report Drifted 200"]);
  });
});

describe("an object that is going", () => {
  it("is looked at again after five minutes", async () => {
    sights.set(key, present({ terminatingSinceMs: 1_000 }));
    await reconciler().reconcile(key, signal);
    expect(calls).toEqual(["again 300000"]);
  });

  it("or that Git has just ceased to declare, after ten", async () => {
    sights.set(key, present());
    const unexpected = reconciler();
    unexpected.undeclared([key]);
    await unexpected.reconcile(key, signal);
    expect(calls).toEqual(["again 600000"]);
  });
});

describe("a declaration of a policy that does not reach the object", () => {
  it("does not hide it", async () => {
    sights.set(key, present());
    const tenant = policyKey({ namespace: "bank", name: "tenant" });
    const refused = { reason: "Forbidden", message: "out of its reach" } as const;
    const origin = { repository: "", revision: "r", path: "a.yaml" };
    const declaration: Declaration = {
      policy: tenant,
      key,
      ref: pod,
      origin,
      bytes: new Uint8Array(),
      refused,
    };
    desired.replace(tenant, { revision: "r", declarations: new Map([[key, declaration]]) });
    await reconciler().reconcile(key, signal);
    expect(calls).toEqual(["report Drifted 200"]);
  });
});
