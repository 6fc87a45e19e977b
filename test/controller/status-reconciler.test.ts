/** What stands in a policy's status, and how often it is written. */
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Condition } from "../../src/api/condition.ts";
import type { PolicyStatus } from "../../src/api/git-repo-policy.ts";
import type { Policy } from "../../src/api/policy.ts";
import { type Declaration, DesiredStore, packBody } from "../../src/controller/desired-store.ts";
import { type DriftEntry, DriftStore } from "../../src/controller/drift-store.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import type { PolicyEntry } from "../../src/controller/policy-store.ts";
import type { SourceStatus } from "../../src/controller/source-store.ts";
import { createStatusReconciler, type StatusDeps } from "../../src/controller/status-reconciler.ts";
import { formatPath, parsePath } from "../../src/fieldpath/format-path.ts";
import { formatRef, type ResourceKey, resourceKey } from "../../src/resource/resource.ts";
import { anyNode } from "../../src/schema/schema-node.ts";
import { defaultDetection } from "../support/detection.ts";
import { episode } from "../support/episodes.ts";

const { signal } = new AbortController();
const key = policyKey({ namespace: "shop", name: "main" });
const startMs = Date.UTC(2026, 0, 1);

let deps: StatusDeps;
let nowMs: number;
let written: PolicyStatus[];
let again: number[];
let watchTrouble: string | undefined;
let fault: Error | undefined;

beforeEach(() => {
  nowMs = startMs;
  written = [];
  again = [];
  watchTrouble = undefined;
  fault = undefined;
  deps = {
    policies: new Map<typeof key, PolicyEntry>([[key, valid(1)]]),
    sources: new Map([[key, source()]]),
    desired: new DesiredStore(),
    drifts: new DriftStore(),
    now: () => nowMs,
    watchTrouble: () => watchTrouble,
    awaited: () => undefined,
    unseen: () => [],
    describeField: ({ origin, ref }, field) =>
      Promise.resolve(`${origin.path}:7: ${formatRef(ref)}: ${formatPath(field)}`),
    writeStatus: (_, status) => {
      if (fault !== undefined) return Promise.reject(fault);
      written.push(status);
      return Promise.resolve();
    },
    again: (_, afterMs) => void again.push(afterMs),
    published: () => undefined,
  };
});

function valid(generation: number): Extract<PolicyEntry, { type: "Valid" }> {
  const policy: Policy = {
    namespace: "shop",
    name: "main",
    uid: "u",
    generation,
    source: {
      url: "https://git.example.com/x.git",
      ref: { branch: "main" },
      path: "",
      render: "Auto",
      intervalSeconds: 60,
    },
    targetNamespace: "shop",
    detection: defaultDetection,
    rollback: { mode: "Never" },
    suspend: false,
  };
  return { type: "Valid", policy, uid: "u", generation };
}

function source(change: Partial<SourceStatus> = {}): SourceStatus {
  const revision = {
    commit: "1",
    revision: "main@sha1:1",
    committedAt: new Date(0),
    claimedAuthor: "a",
    treeId: "t",
  };
  return { headReadAtMs: startMs, refused: false, policyGeneration: 1, revision, ...change };
}

type TestEntry = Omit<DriftEntry, "schema" | "excused"> & Partial<Pick<DriftEntry, "excused">>;
const nothingExcused = { count: 0, rules: [] };

/** Declares ConfigMaps of these names, each with its verdict, or none yet. */
function judge(entries: Readonly<Record<string, TestEntry | undefined>>): void {
  const declarations = new Map<ResourceKey, Declaration>();
  for (const [name, entry] of Object.entries(entries)) {
    const ref = { group: "", version: "v1", kind: "ConfigMap", namespace: "shop", name };
    const origin = { repository: "r", revision: "main@sha1:1", path: "a.yaml" };
    const bytes = packBody({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
    declarations.set(resourceKey(ref), { policy: key, key: resourceKey(ref), ref, origin, bytes });
    if (entry !== undefined)
      deps.drifts.set(key, resourceKey(ref), { excused: nothingExcused, ...entry, schema: anyNode });
  }
  deps.desired.replace(key, { revision: "main@sha1:1", declarations });
}

const inSync = { verdict: { status: "InSync" } } as const;
const unknown = (reason: "KindNotServed" | "DeclaredTwice" | "SourceFailed" | "Doubtful", message: string) =>
  ({ verdict: { status: "Unknown", reason, message } }) as const;

function notDeclared(verdict: DriftEntry["verdict"]): void {
  const pod = resourceKey({ group: "", kind: "Pod", namespace: "shop", name: "x" });
  deps.drifts.set(key, pod, { verdict, undeclared: true, excused: nothingExcused, schema: anyNode });
}

function drifted(name: string, minute: number): TestEntry {
  const open = episode({
    recordName: `record-${name}`,
    resource: { group: "", version: "v1", kind: "ConfigMap", namespace: "shop", name },
    firstSeenAt: new Date(startMs + minute * 60_000),
  });
  const { verdict } = open;
  if (verdict === undefined) throw new Error("an episode of a test has a verdict");
  return { verdict, episode: open };
}

/** Each condition as `Ready=True Watching`. */
async function conditions(): Promise<readonly string[]> {
  await createStatusReconciler(deps)(key, signal);
  return (written.at(-1)?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

function condition(type: string): Condition | undefined {
  return written.at(-1)?.conditions?.find((one) => one.type === type);
}

describe("the conditions", () => {
  it("are Ready and InSync when everything was compared and equals", async () => {
    judge({ a: inSync, b: inSync });
    expect(await conditions()).toEqual(["Ready=True Watching", "InSync=True InSync"]);
  });

  it("keep Ready apart from drift", async () => {
    judge({ a: inSync, b: drifted("b", 0) });
    expect(await conditions()).toEqual(["Ready=True Watching", "InSync=False Drifted"]);
  });

  it("never say InSync before everything was compared", async () => {
    judge({ a: inSync, b: undefined });
    expect(await conditions()).toEqual([
      "Ready=False Progressing",
      "InSync=Unknown NotJudged",
      "Reconciling=True Progressing",
    ]);
  });

  it("never say InSync before all was looked through for what Git does not declare", async () => {
    deps = { ...deps, awaited: () => "looking for what Git does not declare: Pod" };
    judge({ a: inSync });
    expect(await conditions()).toEqual([
      "Ready=False Progressing",
      "InSync=Unknown NotJudged",
      "Reconciling=True Progressing",
    ]);
  });

  it("count what is unexpected as drift, and not among what Git declares and is still to be judged", async () => {
    judge({ a: inSync, b: undefined });
    notDeclared({ status: "Drifted", type: "Unexpected", changes: [], against: "r" });
    expect(await conditions()).toContain("Ready=False Progressing");
    expect(condition("Ready")?.message).toBe("judged 1 of 2 objects");
    expect(condition("InSync")?.message).toContain("1 drifted (0 missing, 1 unexpected)");
    expect(written.at(-1)?.objects).toMatchObject({ total: 2, drifted: 1, unexpected: 1 });
  });

  it("name what Git does not declare and of which it cannot be said who accounts for it", async () => {
    judge({ a: inSync });
    notDeclared({ status: "Unknown", reason: "Forbidden", message: "its owner cannot be looked at" });
    await conditions();
    expect(condition("InSync")?.message).toContain("Pod shop/x (its owner cannot be looked at)");
  });

  it("name the kinds in which nothing unexpected can be seen, and stay Ready", async () => {
    deps = { ...deps, unseen: () => ["NetworkPolicy", "RoleBinding"] };
    judge({ a: inSync });
    expect(await conditions()).toEqual(["Ready=True Watching", "InSync=True InSync"]);
    expect(condition("Ready")?.message).toContain("may not be watched: NetworkPolicy, RoleBinding");
  });

  it("say why objects cannot be judged: how many for each reason, and three of them by name", async () => {
    judge({
      a: inSync,
      b: unknown("KindNotServed", "the API server does not serve Gauge"),
      ...Object.fromEntries(
        ["c", "d", "e", "f"].map((name) => [name, unknown("DeclaredTwice", "also declared by shop/second")]),
      ),
    });
    expect(await conditions()).toContain("InSync=Unknown NotJudged");
    expect(condition("InSync")?.message).toBe(
      "0 drifted (0 missing), 0 pending, 5 unknown of 6 objects; DeclaredTwice: 4, KindNotServed: 1; " +
        "ConfigMap shop/b (the API server does not serve Gauge); " +
        "ConfigMap shop/c (also declared by shop/second); ConfigMap shop/d (also declared by shop/second)",
    );
  });

  it("say once, in Ready, what refuses a revision as a whole", async () => {
    const message = "app/web.yaml:3: is no YAML";
    deps.sources.set(key, source({ refused: true, fault: { reason: "ParseFailed", message } }));
    judge({ a: unknown("SourceFailed", message), b: unknown("SourceFailed", message) });
    expect(await conditions()).toEqual([
      "Ready=False ParseFailed",
      "InSync=Unknown NotJudged",
      "Stalled=True ParseFailed",
    ]);
    expect(condition("Ready")?.message).toBe(message);
    expect(condition("InSync")?.message).toMatch(/2 unknown of 2 objects; SourceFailed: 2$/);
  });

  it("name the field of a spec that the API server let pass and nobody can follow", async () => {
    const message = "spec.source.interval: must be between 5s and 24h";
    deps.policies.set(key, { type: "Invalid", message, uid: "u", generation: 2 });
    deps.sources.delete(key);
    expect(await conditions()).toEqual([
      "Ready=False InvalidSpec",
      "InSync=Unknown NotJudged",
      "Stalled=True InvalidSpec",
    ]);
    expect(condition("Ready")).toMatchObject({ message, observedGeneration: 2 });
  });

  it("stay Ready while a remote cannot be reached that was read before, and say so", async () => {
    judge({ a: inSync });
    deps.sources.set(key, source({ fault: { reason: "Unreachable", message: "no route to host" } }));
    expect(await conditions()).toEqual(["Ready=True SourceStale", "InSync=True InSync"]);
  });

  it("say what cannot be watched", async () => {
    judge({ a: inSync });
    watchTrouble = "ConfigMap (v1) cannot be watched";
    expect(await conditions()).toEqual(["Ready=False WatchFailed", "InSync=Unknown NotJudged"]);
  });

  it("name what holds a rollback: the most severe reason, the counts of each, three objects", async () => {
    const hold = (reason: "Suspended" | "Forbidden") =>
      ({ type: "Hold", reason, message: `${reason}!` }) as const;
    judge({
      a: { ...drifted("a", 0), hold: hold("Suspended") },
      ...Object.fromEntries(
        ["b", "c", "d", "e"].map((name) => [name, { ...drifted(name, 0), hold: hold("Forbidden") }]),
      ),
    });
    expect(await conditions()).toContain("RollbackHeld=True Forbidden");
    expect(condition("RollbackHeld")?.message).toBe(
      "Forbidden: 4, Suspended: 1; ConfigMap shop/b (Forbidden!); ConfigMap shop/c (Forbidden!); ConfigMap shop/d (Forbidden!)",
    );
  });
});

describe("fields in Git that the API server does not know", () => {
  const typo = [parsePath("metadata.lables")];

  it("are a fault of the source, with file and line, and change no verdict", async () => {
    judge({ a: { ...inSync, unknownFields: typo } });
    expect(await conditions()).toEqual([
      "Ready=True Watching",
      "InSync=True InSync",
      "SourceFaulty=True UnknownField",
    ]);
    expect(condition("SourceFaulty")?.message).toBe(
      "a field in Git that the API server does not know and drops: a.yaml:7: ConfigMap shop/a: metadata.lables; correct or remove them",
    );
  });

  it("are counted, and three of them named", async () => {
    judge(Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, { ...inSync, unknownFields: typo }])));
    await conditions();
    const message = condition("SourceFaulty")?.message ?? "";
    expect(message).toContain("4 fields in Git");
    expect(message.match(/a\.yaml/g)).toHaveLength(3);
  });

  it("are gone as soon as Git is right", async () => {
    judge({ a: { ...inSync, unknownFields: typo } });
    await conditions();
    judge({ a: inSync });
    expect(await conditions()).toEqual(["Ready=True Watching", "InSync=True InSync"]);
  });
});

describe("the status", () => {
  it("counts what is doubtful apart from what is unknown, and is not in sync because of it", async () => {
    judge({
      a: inSync,
      b: unknown("Doubtful", "data.x: nobody owns it"),
      c: unknown("DeclaredTwice", "twice"),
    });
    expect(await conditions()).toContain("InSync=Unknown NotJudged");
    expect(written.at(-1)?.objects).toMatchObject({ inSync: 1, unknown: 1, doubtful: 1 });
    expect(condition("InSync")?.message).toContain("1 unknown, 1 doubtful of 3 objects");
  });

  it("counts what is excused, and lists the rules that excuse nothing, once everything is judged", async () => {
    const rule = (name: string) => ({ name, match: [], paths: [], reason: "" });
    const detection = { ...defaultDetection, ignore: [rule("used"), rule("stale")] };
    const { policy, ...entry } = valid(1);
    deps.policies.set(key, { ...entry, policy: { ...policy, detection } });
    const excused = { ...inSync, excused: { count: 3, rules: ["used"] } };
    judge({ a: excused, b: undefined });
    await conditions();
    expect(written.at(-1)?.unmatchedRules).toBeUndefined();
    judge({ a: excused, b: inSync });
    await conditions();
    expect(written.at(-1)?.objects?.excused).toBe(3);
    expect(written.at(-1)?.unmatchedRules).toEqual(["stale"]);
  });

  it("counts, and lists the oldest twenty drifts, however many there are", async () => {
    const many = Array.from({ length: 30 }, (_, i) => 29 - i);
    judge(Object.fromEntries(many.map((minute) => [`m${minute}`, drifted(`m${minute}`, minute)])));
    await conditions();
    const status = written.at(-1);
    expect(status?.objects).toMatchObject({ total: 30, drifted: 30, inSync: 0 });
    expect(status?.drifts?.map(({ name }) => name)).toEqual(
      Array.from({ length: 20 }, (_, minute) => `record-m${minute}`),
    );
    expect(status?.drifts?.[0]).toMatchObject({
      firstPath: "data.mode",
      changes: 1,
      manager: "kubectl-edit",
    });
  });

  it("is written on a transition, and else at most every ten minutes", async () => {
    const reconcile = createStatusReconciler(deps);
    judge({ a: inSync });
    await reconcile(key, signal);
    // The head is read every minute, which is news to nobody.
    for (let minute = 1; minute < 10; minute++) {
      nowMs = startMs + minute * 60_000;
      deps.sources.set(key, source({ headReadAtMs: nowMs }));
      await reconcile(key, signal);
    }
    expect(written).toHaveLength(1);
    nowMs = startMs + 600_000;
    await reconcile(key, signal);
    expect(written).toHaveLength(2);
    judge({ a: drifted("a", 10) });
    await reconcile(key, signal);
    await reconcile(key, signal);
    expect(written).toHaveLength(3);
  });

  it("is written once a second while a burst changes its counts alone, and at once when a condition changes", async () => {
    const reconcile = createStatusReconciler(deps);
    judge({ a: drifted("a", 0), b: inSync });
    await reconcile(key, signal);
    for (const ms of [200, 600, 999]) {
      nowMs = startMs + ms;
      judge({ a: drifted("a", 0), b: drifted(`b${ms}`, 0) });
      await reconcile(key, signal);
    }
    expect(written).toHaveLength(1);
    expect(again).toEqual([800, 400, 1]);
    nowMs = startMs + 1_000;
    await reconcile(key, signal);
    expect(written).toHaveLength(2);
    nowMs += 1;
    judge({ a: inSync, b: inSync });
    await reconcile(key, signal);
    expect(written).toHaveLength(3);
  });

  it("that could not be written is written the next time", async () => {
    const reconcile = createStatusReconciler(deps);
    judge({ a: inSync });
    fault = new Error("the API server is away");
    await expect(reconcile(key, signal)).rejects.toThrow("away");
    fault = undefined;
    await reconcile(key, signal);
    expect(written).toHaveLength(1);
  });

  it("keeps the time of a condition that has not changed, also over a restart", async () => {
    judge({ a: inSync });
    await createStatusReconciler(deps)(key, signal);
    const [before] = written;
    deps.policies.set(key, { ...valid(1), status: JSON.parse(JSON.stringify(before)) });
    nowMs += 3_600_000;
    judge({ a: drifted("a", 60) });
    await createStatusReconciler(deps)(key, signal);
    expect(condition("Ready")?.lastTransitionTime).toBe("2026-01-01T00:00:00Z");
    expect(condition("InSync")?.lastTransitionTime).toBe("2026-01-01T01:00:00Z");
  });

  it("of a policy that is gone is written no more, and of one made anew at once", async () => {
    const reconcile = createStatusReconciler(deps);
    judge({ a: inSync });
    await reconcile(key, signal);
    deps.policies.delete(key);
    await reconcile(key, signal);
    expect(written).toHaveLength(1);
    deps.policies.set(key, valid(1));
    await reconcile(key, signal);
    expect(written).toHaveLength(2);
  });
});
