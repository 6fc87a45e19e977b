/** DriftRecords as they are written, and which of them stay. */
import { beforeEach, describe, expect, it } from "@jest/globals";
import {
  createRecordReconciler,
  type RecordDeps,
  type RecordReconciler,
  recordId,
} from "../../src/controller/record-reconciler.ts";
import type { JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { episode, resolved } from "../support/episodes.ts";

const { signal } = new AbortController();

/** The API server's part: records by `namespace/name`. */
let cluster: Map<string, { readonly record: KubernetesObject; status: JsonObject; labels: unknown }>;
let calls: string[];
let isNamespaceGone: boolean;
let fault: Error | undefined;

function reconciler(limits: Partial<RecordDeps> = {}): RecordReconciler {
  const touch = async (call: string) => {
    calls.push(call);
    // As over a network: others get their turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (fault !== undefined) throw fault;
  };
  return createRecordReconciler({
    async create(record) {
      const { namespace = "", name = "" } = record.metadata;
      await touch(`create ${name}`);
      if (isNamespaceGone) return false;
      const id = `${namespace}/${name}`;
      if (!cluster.has(id)) cluster.set(id, { record, status: {}, labels: record.metadata.labels });
      return true;
    },
    async updateStatus({ namespace, name }, status) {
      await touch(`status ${name}`);
      const found = cluster.get(`${namespace}/${name}`);
      if (found !== undefined) found.status = status;
      return found !== undefined;
    },
    async label({ namespace, name }, labels) {
      await touch(`label ${name}`);
      const found = cluster.get(`${namespace}/${name}`);
      if (found !== undefined) found.labels = labels;
      return found !== undefined;
    },
    async delete({ namespace, name }) {
      await touch(`delete ${name}`);
      cluster.delete(`${namespace}/${name}`);
    },
    recordsPerPolicy: 200,
    recordsPerCluster: 5_000,
    sha256: (text) => text,
    ...limits,
  });
}

beforeEach(() => {
  cluster = new Map();
  calls = [];
  isNamespaceGone = false;
  fault = undefined;
});

const names = () => [...cluster.keys()].map((id) => id.slice("shop/".length));
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));

describe("a record", () => {
  it("is created once, then updated, and labelled as resolved at its end", async () => {
    const records = reconciler();
    const open = episode();
    await records.reconcile(records.put(open), signal);
    await records.reconcile(records.put({ ...open, lastSeenAt: at(1) }), signal);
    await records.reconcile(records.put(resolved(open, at(2))), signal);
    const { recordName: name } = open;
    expect(calls).toEqual([
      `create ${name}`,
      `status ${name}`,
      `status ${name}`,
      `status ${name}`,
      `label ${name}`,
    ]);
    const record = cluster.get(`shop/${name}`);
    expect(record?.record["spec"]).toMatchObject({
      policyName: "main",
      type: "Modified",
      origin: { line: 3 },
    });
    expect(record?.status).toMatchObject({
      changes: [{ path: "data.mode", desired: '"fast"', live: '"hacked"' }],
      resolution: "RolledBack",
      resolvedTime: "2026-01-01T00:02:00Z",
    });
    expect(record?.labels).toMatchObject({ "holdfast.dev/policy": "main", "holdfast.dev/resolved": "true" });
  });

  it("of which two states come before the first is written is written once, as it is now", async () => {
    const records = reconciler();
    const open = episode();
    const id = records.put(open);
    records.put(resolved(open, at(1)));
    await records.reconcile(id, signal);
    await records.reconcile(id, signal);
    expect(calls.filter((call) => call.startsWith("status"))).toHaveLength(1);
    expect(cluster.get(id)?.status["resolution"]).toBe("RolledBack");
  });

  it("is not written until its newest state is", async () => {
    const records = reconciler();
    const open = episode();
    const id = records.put(open);
    expect(records.isWritten(open)).toBe(false);
    const writing = records.reconcile(id, signal);
    records.put({ ...open, lastSeenAt: at(1) });
    await writing;
    expect(records.isWritten(open)).toBe(false);
    await records.reconcile(id, signal);
    expect(records.isWritten(open)).toBe(true);
    expect(id).toBe(recordId(open));
  });

  it("that cannot be written is not given up: the next attempt begins where this one ended", async () => {
    const records = reconciler();
    const open = episode();
    const id = records.put(open);
    fault = new Error("the API server is away");
    await expect(records.reconcile(id, signal)).rejects.toThrow("away");
    expect(records.isWritten(open)).toBe(false);
    fault = undefined;
    await records.reconcile(id, signal);
    expect(names()).toEqual([open.recordName]);
  });

  it("in a namespace that is going is let go", async () => {
    isNamespaceGone = true;
    const records = reconciler();
    const open = episode();
    await records.reconcile(records.put(open), signal);
    expect(calls).toEqual([`create ${open.recordName}`]);
    expect(records.isWritten(open)).toBe(true);
  });
});

describe("resolved records", () => {
  /** Resolves a drift at this minute, which also names its record. */
  async function end(records: RecordReconciler, minute: number, policyName = "main"): Promise<void> {
    const open = episode({ recordName: `${policyName}-${minute}`, policyName });
    await records.reconcile(records.put(resolved(open, at(minute))), signal);
  }

  it("stay up to the policy's limit, the newest of them, and open ones beside them", async () => {
    const records = reconciler({ recordsPerPolicy: 3 });
    const open = episode({ recordName: "open", firstSeenAt: at(0) });
    await records.reconcile(records.put(open), signal);
    for (const minute of [5, 1, 4, 2, 3]) await end(records, minute);
    expect(names().sort()).toEqual(["main-3", "main-4", "main-5", "open"]);
  });

  it("of one policy do not push out those of another", async () => {
    const records = reconciler({ recordsPerPolicy: 2 });
    await end(records, 0, "quiet");
    for (const minute of [1, 2, 3, 4]) await end(records, minute, "noisy");
    expect(names().sort()).toEqual(["noisy-3", "noisy-4", "quiet-0"]);
  });

  it("of all policies together stay up to the cluster's limit", async () => {
    const records = reconciler({ recordsPerPolicy: 200, recordsPerCluster: 3 });
    for (const minute of [1, 2]) await end(records, minute, "a");
    for (const minute of [3, 4]) await end(records, minute, "b");
    expect(names().sort()).toEqual(["a-2", "b-3", "b-4"]);
  });

  it("of a former life count as well", async () => {
    const records = reconciler({ recordsPerPolicy: 2 });
    for (const minute of [1, 2]) {
      const open = episode({ recordName: `main-${minute}` });
      const status = {};
      cluster.set(`shop/main-${minute}`, {
        record: { apiVersion: "", kind: "", metadata: {} },
        status,
        labels: {},
      });
      records.adopt({ namespace: "shop", name: open.recordName, policy: "main" }, at(minute).getTime());
    }
    await end(records, 3);
    expect(names().sort()).toEqual(["main-2", "main-3"]);
  });

  it("stay within the limits when many end at once", async () => {
    const records = reconciler({ recordsPerPolicy: 5 });
    await Promise.all(Array.from({ length: 40 }, (_, minute) => end(records, minute)));
    await end(records, 50);
    expect(names().sort()).toEqual(["main-36", "main-37", "main-38", "main-39", "main-50"]);
    const deleted = calls.filter((call) => call.startsWith("delete"));
    expect(new Set(deleted).size).toBe(deleted.length);
  });

  it("that could not be deleted are with the next", async () => {
    const records = reconciler({ recordsPerPolicy: 1 });
    await end(records, 1);
    const open = episode({ recordName: "main-2" });
    const id = records.put(resolved(open, at(2)));
    const reconciling = records.reconcile(id, signal);
    while (!calls.includes("label main-2")) await new Promise((resolve) => setImmediate(resolve));
    // The label is written before the pruning begins.
    await new Promise((resolve) => setImmediate(resolve));
    fault = new Error("the API server is away");
    await expect(reconciling).rejects.toThrow("away");
    fault = undefined;
    await end(records, 3);
    expect(names()).toEqual(["main-3"]);
  });
});
