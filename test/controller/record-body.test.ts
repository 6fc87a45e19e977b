/** A DriftRecord is at most 8 KiB, takes what its CRD takes, and always tells at least one change. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { recordLimits, recordSpecSchema, recordStatusSchema } from "../../src/api/drift-record.ts";
import { recordOf, statusOf } from "../../src/controller/record-body.ts";
import { longestEpisode } from "../support/longest-episode.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const episode = longestEpisode();

describe("the longest record that there can be", () => {
  const status = statusOf(episode, sha256);
  const body = recordOf(episode);
  const record = { ...body, status };

  it("leaves the API server room for what it adds, within 8 KiB", () => {
    expect(bytes(record)).toBeLessThanOrEqual(recordLimits.bytes - recordLimits.serverBytes);
  });

  it("is one that its CRD takes", () => {
    expect(recordSpecSchema.safeParse(body["spec"]).error).toBeUndefined();
    expect(recordStatusSchema.safeParse(status).error).toBeUndefined();
  });

  it("still tells a change, and how many there are", () => {
    expect(status).toMatchObject({
      changes: expect.arrayContaining([
        expect.objectContaining({ desired: expect.stringMatching(/sha256:/) }),
      ]),
      changesTotal: 1_000,
    });
  });

  it("had room kept for what came after its changes were written", () => {
    const { attempt: _, resolution: __, ...before } = episode;
    const { changes } = recordStatusSchema.parse(statusOf(before, sha256));
    expect(bytes({ ...record, status: { ...status, changes } })).toBeLessThanOrEqual(
      recordLimits.bytes - recordLimits.serverBytes,
    );
  });
});

describe("a record", () => {
  it("of a file with a very long path is written all the same, the path cut", () => {
    const origin = { repository: "https://h/x", revision: "main", path: "d/".repeat(1_000) };
    const spec = recordSpecSchema.parse(recordOf({ ...episode, origin })["spec"]);
    expect(spec.origin?.path).toMatch(/^(d\/)+d?…$/);
  });

  it("of an ordinary drift has every change whole", () => {
    const changes = Array.from({ length: 12 }, (_, i) => ({
      type: "Modified" as const,
      path: [
        { type: "field" as const, name: "data" },
        { type: "field" as const, name: `key-${i}` },
      ],
      desired: "fast",
      live: "slow",
      managers: [{ name: "kubectl-edit", operation: "Update" as const, time: "2026-01-01T00:00:00Z" }],
    }));
    const ordinary = {
      ...episode,
      policy: "shop/shop" as typeof episode.policy, // two short names in place of the longest
      resource: { group: "", version: "v1", kind: "ConfigMap", namespace: "shop", name: "settings" },
      verdict: { status: "Drifted" as const, type: "Modified" as const, changes, against: "main" },
    };
    const status = recordStatusSchema.parse(statusOf(ordinary, sha256));
    expect(status.changes).toHaveLength(12);
    expect(status.changes?.every(({ managers }) => managers?.length === 1)).toBe(true);
  });

  it("read back at start, and not judged yet, says nothing about changes, so that those written before stay", () => {
    const { verdict: _, ...restored } = episode;
    expect(Object.keys(statusOf(restored, sha256))).not.toContain("changes");
  });
});
