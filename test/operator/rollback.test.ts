/** The one write that undoes a drift, and what becomes of it in words. */
import { describe, expect, it } from "@jest/globals";
import type { RollbackOrder } from "../../src/controller/drift-reconciler.ts";
import type { ApiFailure } from "../../src/kubernetes/api-failure.ts";
import type { Discovery } from "../../src/kubernetes/discovery.ts";
import type { WriteResult, Writer, WriteTarget } from "../../src/kubernetes/write.ts";
import { createRollback } from "../../src/operator/rollback.ts";
import type { Json, KubernetesObject } from "../../src/resource/resource.ts";
import { modified } from "../support/episodes.ts";

const { signal } = new AbortController();

function configMap(mode: string, resourceVersion: string): KubernetesObject {
  const metadata = { name: "settings", namespace: "shop", uid: "u", resourceVersion };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { mode } };
}

const desired: KubernetesObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "shop" },
  data: { mode: "fast" },
};

function order(change: Partial<RollbackOrder> = {}): RollbackOrder {
  return {
    resource: { group: "", version: "v1", kind: "ConfigMap", namespace: "shop", name: "settings" },
    serviceAccount: { namespace: "shop", name: "shop-rollback" },
    verdict: modified,
    desired,
    live: { type: "Present", body: configMap("hacked", "7"), arrivedAtMs: 0 },
    ...change,
  };
}

const missing = order({
  verdict: { ...modified, type: "Missing", changes: [] },
  live: { type: "Absent", sinceMs: 0 },
});

/** Rolls back against an API server that gives these answers; with what was asked of it. */
async function attempt(
  what: RollbackOrder,
  answer: WriteResult,
  { now = answer, isServed = true }: { readonly now?: WriteResult; readonly isServed?: boolean } = {},
) {
  const asked: { readonly verb: string; readonly target: WriteTarget; readonly body?: Json }[] = [];
  const write =
    (verb: string) =>
    (target: WriteTarget, body: Json): Promise<WriteResult> => {
      asked.push({ verb, target, body });
      return Promise.resolve(answer);
    };
  const writer: Writer = {
    create: write("create"),
    patch: write("patch"),
    merge: () => Promise.reject(new Error("a rollback never merges")),
    delete: () => Promise.reject(new Error("a rollback never deletes")),
    read: (target) => {
      asked.push({ verb: "read", target });
      return Promise.resolve(now);
    },
  };
  const kind = {
    group: "",
    version: "v1",
    kind: "ConfigMap",
    plural: "configmaps",
    namespaced: true,
    verbs: [],
  };
  const discovery: Discovery = {
    version: 1,
    find: () => (isServed ? kind : undefined),
    serviceOf: () => (isServed ? "Served" : "NotServed"),
    refresh: () => Promise.resolve(undefined),
  };
  const outcome = await createRollback({ writer, discovery, now: () => 42 })(what, signal);
  return { outcome, asked };
}

const written: WriteResult = { type: "Written", object: configMap("fast", "8") };

function failed(reason: ApiFailure["reason"], message: string, code = 0): WriteResult {
  return { type: "Failed", failure: { reason, code, message } };
}

describe("a rollback", () => {
  it("is one patch, as the policy's account, guarded by the version that was judged", async () => {
    const { outcome, asked } = await attempt(order(), written);
    expect(outcome).toEqual({ result: "Written", message: "", atMs: 42, resourceVersion: "7" });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.verb).toBe("patch");
    expect(asked[0]?.target.as).toEqual({ namespace: "shop", name: "shop-rollback" });
    // Replacing the version is how a JSON Patch is guarded: the API server refuses any other with 409.
    expect(asked[0]?.body).toEqual([
      { op: "replace", path: "/metadata/resourceVersion", value: "7" },
      { op: "replace", path: "/data/mode", value: "fast" },
    ]);
  });

  it("of a missing object is one creation of what Git says", async () => {
    const { outcome, asked } = await attempt(missing, written);
    expect(outcome).toMatchObject({ result: "Written", resourceVersion: "" });
    expect(asked.map(({ verb, body }) => [verb, body])).toEqual([["create", desired]]);
  });

  it("is not tried where the kind is served no more", async () => {
    const { outcome, asked } = await attempt(order(), written, { isServed: false });
    expect(outcome).toMatchObject({ result: "Failed", message: "the kind is not served any more" });
    expect(asked).toEqual([]);
  });
});

describe("a write that is refused", () => {
  it("for a missing right names account, object and right", async () => {
    const { outcome } = await attempt(
      order(),
      failed("Forbidden", 'cannot patch resource "configmaps"', 403),
    );
    expect(outcome).toMatchObject({
      result: "Forbidden",
      message:
        'ServiceAccount shop/shop-rollback may not roll back ConfigMap shop/settings: cannot patch resource "configmaps"',
    });
  });

  it.each(["Conflict", "NotFound"] as const)(
    "because the object moved (%s) is a conflict",
    async (reason) => {
      expect((await attempt(order(), failed(reason, "moved"))).outcome.result).toBe("Conflict");
    },
  );

  it("because somebody else made the object first is a conflict", async () => {
    expect((await attempt(missing, failed("AlreadyExists", "exists"))).outcome.result).toBe("Conflict");
  });

  it("as invalid, by an object that has moved, is a conflict: its paths are those of another version", async () => {
    const invalid = failed("Invalid", "the server rejected our request due to an error in our request", 422);
    const now: WriteResult = { type: "Written", object: configMap("other", "9") };
    expect((await attempt(order(), invalid, { now })).outcome.result).toBe("Conflict");
    const same: WriteResult = { type: "Written", object: configMap("hacked", "7") };
    expect((await attempt(order(), invalid, { now: same })).outcome.result).toBe("Failed");
  });

  it.each([
    "spec.selector: Invalid value: field is immutable",
    "spec.clusterIPs[0]: may not change once set",
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden",
    "roleRef: cannot change roleRef",
  ])("because nobody may change the field is Immutable: %s", async (message) => {
    const now: WriteResult = { type: "Written", object: configMap("hacked", "7") };
    expect((await attempt(order(), failed("Invalid", message, 422), { now })).outcome.result).toBe(
      "Immutable",
    );
  });
});

describe("a write that fails for a reason which passes", () => {
  it.each([
    ["Unreachable", 0],
    ["TooManyRequests", 429],
    ["Other", 503],
  ] as const)("(%s %i) may be tried again within seconds", async (reason, code) => {
    const { outcome } = await attempt(order(), failed(reason, "later", code));
    expect(outcome).toMatchObject({ result: "Failed", retryMs: 5_000 });
  });

  it("waits as long as the API server says", async () => {
    const failure = { reason: "TooManyRequests", code: 429, message: "later", retryAfterMs: 30_000 } as const;
    expect((await attempt(order(), { type: "Failed", failure })).outcome.retryMs).toBe(30_000);
  });

  it("is another than one that stays", async () => {
    const { outcome } = await attempt(order(), failed("Other", "no", 400));
    expect(outcome.retryMs).toBeUndefined();
  });
});
