/** What an entry says of a transition, and what it only seals. */
import { describe, expect, it } from "@jest/globals";
import type { Episode } from "../../src/controller/drift-store.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import type { FieldChange } from "../../src/diff/field-change.ts";
import { parsePath } from "../../src/fieldpath/format-path.ts";
import { isTrue } from "../../src/ledger/sealing.ts";
import { createLedgerEntries } from "../../src/operator/ledger-entries.ts";
import type { Json } from "../../src/resource/resource.ts";

const entries = createLedgerEntries({
  policies: new Map(),
  operator: { version: "1.2.3", instance: "holdfast-0" },
  now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  random: (bytes) => new Uint8Array(bytes),
  cluster: () => "cluster-uid",
});

function episode(changes: readonly FieldChange[]): Episode {
  return {
    recordName: "web-1",
    policy: policyKey({ namespace: "shop", name: "main" }),
    resource: { group: "apps", version: "v1", kind: "Deployment", namespace: "shop", name: "web" },
    uid: "uid",
    type: "Modified",
    origin: {
      repository: "https://git.example.com/shop.git",
      revision: "main@sha1:2",
      path: "app/web.yaml",
      line: 7,
    },
    revision: "main@sha1:2",
    deliveredRevision: "main@sha1:1",
    firstSeenAt: new Date(Date.UTC(2026, 0, 1)),
    lastSeenAt: new Date(Date.UTC(2026, 0, 2)),
    verdict: { status: "Drifted", type: "Modified", changes, against: "main@sha1:1" },
    resourceVersion: "42",
  };
}

const change = (live: Json): FieldChange => ({
  type: "Modified",
  path: parsePath("spec.replicas"),
  desired: 2,
  live,
  managers: [{ name: "kubectl-edit", operation: "Update" }],
});

describe("an entry of a drift", () => {
  it("says what, where, against which revision, and when", () => {
    const { entry } = entries.ofDrift("DriftDetected", episode([change(5)]));
    expect(entry).toMatchObject({
      id: expect.stringMatching(/^01[0-9A-Z]{24}$/),
      type: "DriftDetected",
      cluster: "cluster-uid",
      operator: { version: "1.2.3", instance: "holdfast-0" },
      policy: { namespace: "shop", name: "main" },
      object: { kind: "Deployment", name: "web", uid: "uid", resourceVersion: "42" },
      drift: { type: "Modified", record: "web-1", revision: "main@sha1:1", changesTotal: 1 },
      origin: { repository: "https://git.example.com/shop.git", path: "app/web.yaml", line: 7 },
      times: { detected: "2026-01-02T00:00:00.000Z", recorded: "2026-01-02T03:04:05.678Z" },
    });
    expect(entry.drift?.changes).toMatchObject([{ path: "spec.replicas", managers: ["kubectl-edit"] }]);
  });

  it("seals values, each with a salt, and holds none", () => {
    const { entry, openings } = entries.ofDrift("DriftDetected", episode([change("by hand")]));
    expect(JSON.stringify(entry)).not.toContain("by hand");
    expect(openings.map(({ value }) => value)).toEqual([2, "by hand"]);
    expect(openings.every(isTrue)).toBe(true);
    const [one] = entry.drift?.changes ?? [];
    expect([one?.desired?.sealed, one?.live?.sealed]).toEqual(openings.map(({ sealed }) => sealed));
  });

  it("seals the API server's words, which may quote values, and names who writes", () => {
    const outcome = { result: "Forbidden", message: "may not patch", as: "shop/rollback" };
    const { entry, openings } = entries.ofDrift("RollbackFailed", episode([]), outcome);
    expect(entry.outcome).toMatchObject({ result: "Forbidden", as: "shop/rollback" });
    expect(JSON.stringify(entry)).not.toContain("may not patch");
    expect(openings.map(({ value }) => value)).toEqual(["may not patch"]);
  });

  it("of a huge value keeps a hash, and of very many changes the first", () => {
    const huge = entries.ofDrift("DriftDetected", episode([change("x".repeat(1_000_000))]));
    expect(huge.openings.at(-1)?.value).toMatchObject({ length: 1_000_002, sha256: expect.any(String) });
    const many = entries.ofDrift(
      "DriftDetected",
      episode(Array.from({ length: 1_000 }, (_, i) => change(i))),
    );
    expect(many.entry.drift).toMatchObject({ changesTotal: 1_000 });
    expect(many.entry.drift?.changes).toHaveLength(200);
  });
});
