/** What a DriftRecord keeps of changes: readable, bounded, and honest about what is left out. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { recordLimits } from "../../src/api/drift-record.ts";
import { changePath, recordChanges } from "../../src/api/record.ts";
import type { FieldChange, FieldManager } from "../../src/diff/field-change.ts";
import type { FieldPath } from "../../src/fieldpath/field-path.ts";
import type { Json } from "../../src/resource/resource.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const configMap = { group: "", version: "v1", kind: "ConfigMap", namespace: "shop", name: "settings" };
const secret = { ...configMap, kind: "Secret" };
const plenty = 1_000_000;

const field = (...names: readonly string[]): FieldPath => names.map((name) => ({ type: "field", name }));
const modified = (path: FieldPath, desired: Json, live: Json, managers: readonly FieldManager[] = []) =>
  ({ type: "Modified", path, desired, live, managers }) satisfies FieldChange;

const recorded = (changes: readonly FieldChange[], { resource = configMap, roomBytes = plenty } = {}) =>
  recordChanges(changes, { resource, sha256, roomBytes });
const size = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe("a change in a record", () => {
  it("has its path, both values as JSON, and who wrote it", () => {
    const managers = [
      { name: "kubectl-edit", operation: "Update", time: "2026-01-01T00:00:00Z" },
      { name: "flux", operation: "Apply" },
    ] as const;
    expect(recorded([modified(field("data", "a.b"), "1", { x: [true, null] }, managers)])).toEqual([
      {
        type: "Modified",
        path: 'data["a.b"]',
        desired: '"1"',
        live: '{"x":[true,null]}',
        managers: ["kubectl-edit (Update 2026-01-01T00:00:00Z)", "flux (Apply)"],
      },
    ]);
  });

  it("leaves out the side on which there is nothing", () => {
    const added = { type: "Added", path: field("data", "a"), live: null, managers: [] } as const;
    const removed = { type: "Removed", path: field("data", "b"), desired: 0 } as const;
    expect(recorded([added, removed])).toEqual([
      { type: "Added", path: "data.a", live: "null" },
      { type: "Removed", path: "data.b", desired: "0" },
    ]);
  });

  it("says that its values are digests where they are", () => {
    const changes = [modified(field("data", "token"), "d1", "d2"), modified(field("type"), "a", "b")];
    expect(recorded(changes, { resource: secret }).map(({ redacted }) => redacted)).toEqual([
      true,
      undefined,
    ]);
    expect(recorded(changes).map(({ redacted }) => redacted)).toEqual([undefined, undefined]);
  });

  it("names eight managers, and no manager at length", () => {
    const managers = Array.from(
      { length: 20 },
      () => ({ name: "m".repeat(500), operation: "Update" }) as const,
    );
    const [change] = recorded([modified(field("data", "a"), "1", "2", managers)]);
    expect(change?.managers).toHaveLength(8);
    expect(change?.managers?.[0]).toMatch(/^m{157}…$/);
  });
});

describe("a value", () => {
  it("of 512 bytes of JSON is whole", () => {
    const [change] = recorded([modified(field("data", "a"), "x".repeat(510), 1)]);
    expect(change?.desired).toBe(`"${"x".repeat(510)}"`);
  });

  it("of one byte more is cut to 512, and ends with the digest of the whole", () => {
    const value = "x".repeat(511);
    const [change] = recorded([modified(field("data", "a"), value, 1)]);
    expect(change?.desired).toMatch(/^"x+… sha256:[0-9a-f]{64}$/);
    expect(Buffer.byteLength(change?.desired ?? "")).toBe(512);
    expect(change?.desired?.endsWith(sha256(JSON.stringify(value)))).toBe(true);
  });

  it("is cut between characters, never inside of one", () => {
    for (const start of ["", "a", "ab", "abc"]) {
      const [change] = recorded([modified(field("data", "a"), `${start}${"🦫".repeat(200)}`, 1)]);
      expect(change?.desired).toMatch(/^"(a?b?c?)(🦫)+… sha256:[0-9a-f]{64}$/u);
      expect(Buffer.byteLength(change?.desired ?? "")).toBeLessThanOrEqual(recordLimits.valueBytes);
    }
  });

  it("that differs beyond the cut only still shows that it differs", () => {
    const [change] = recorded([modified(field("data", "a"), `${"x".repeat(900)}1`, `${"x".repeat(900)}2`)]);
    expect(change?.desired).not.toBe(change?.live);
  });
});

describe("a path", () => {
  it("of more than 512 bytes ends with an ellipsis", () => {
    const path = changePath(modified(field("data", "k".repeat(600)), 1, 2));
    expect(path).toBe(`data.${"k".repeat(504)}…`);
  });

  it("takes no more than that inside JSON, whatever has to be escaped there", () => {
    const path = changePath(modified(field("data", '"\\'.repeat(300)), 1, 2));
    expect(size(path) - 2).toBeLessThanOrEqual(recordLimits.pathBytes);
    expect(path.startsWith('data["\\"\\\\')).toBe(true);
  });
});

describe("many changes", () => {
  const many = Array.from({ length: 80 }, (_, i) => modified(field("data", `k${i}`), "1", "2"));

  it("are kept up to the fiftieth, in their order", () => {
    expect(recorded(many).map(({ path }) => path)).toEqual(
      Array.from({ length: 50 }, (_, i) => `data.k${i}`),
    );
  });

  it("take no more than the room that there is", () => {
    for (const roomBytes of [0, 1, 64, 65, 500, 1_000, 3_000]) {
      const changes = recorded(many, { roomBytes });
      expect(size(changes)).toBeLessThanOrEqual(Math.max(roomBytes + 1, 2));
      expect(changes.length).toBe(Math.min(50, Math.floor(roomBytes / (size(recorded(many)[10]) + 1))) || 0);
    }
  });

  it("are told briefly where they do not fit whole: without managers, and with shorter values", () => {
    const managers = [{ name: "kubectl-edit", operation: "Update" }] as const;
    const change = modified(field("data", "a"), "x".repeat(1_000), "y".repeat(1_000), managers);
    const [brief] = recorded([change], { roomBytes: 600 });
    expect(Object.keys(brief ?? {})).toEqual(["path", "type", "desired", "live"]);
    expect(brief?.desired).toMatch(/^"x+… sha256:[0-9a-f]{64}$/);
    expect(Buffer.byteLength(brief?.desired ?? "")).toBe(recordLimits.briefValueBytes);
  });
});
