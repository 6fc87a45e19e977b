/** The table of `holdfast diff`, where names, paths and values are made to deceive whoever reads it. */
import { describe, expect, it } from "@jest/globals";
import { type DiffResult, diffExitCode, diffReport } from "../../src/cli/diff-report.ts";
import { formatDiffTable } from "../../src/cli/diff-table.ts";
import { printableJson } from "../../src/cli/printable.ts";
import type { FieldChange, FieldManager } from "../../src/diff/field-change.ts";

const esc = "\u001b";
/** Clears the screen; breaks the line; turns the writing around; the one-byte form of the first. */
const hostile = "\u001b[2J\n\u202e\u009b2J";
const shown = String.raw`\u001b[2J\n\u202e\u009b2J`;

const result: DiffResult = {
  resource: {
    group: "",
    version: "v1",
    kind: `Kind${hostile}`,
    namespace: `ns${hostile}`,
    name: `name${hostile}`,
  },
  verdict: {
    status: "Drifted",
    type: "Modified",
    against: "",
    changes: [
      {
        type: "Modified",
        path: [
          { type: "field", name: "data" },
          { type: "field", name: `key${hostile}` },
        ],
        desired: `desired${hostile}`,
        live: `live${hostile}`,
        managers: [{ name: `manager${hostile}`, operation: "Update" }],
      },
    ],
  },
  origin: { repository: "", revision: "", path: `file${hostile}`, line: 1 },
};
const unknown: DiffResult = {
  resource: result.resource,
  verdict: { status: "Unknown", reason: "NotObserved", message: `message${hostile}` },
};

describe("hostile text", () => {
  it("stands in the table as escapes, one line for each object and change", () => {
    const table = formatDiffTable([result, unknown]);
    expect(table.split("\n")).toHaveLength(5);
    expect(table.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    for (const part of ["Kind", "ns", "name", "key", "desired", "live", "manager", "file", "message"])
      expect(table).toContain(`${part}${part === "key" ? "" : shown}`);
  });

  it("is whole in JSON, and still cannot steer a terminal", () => {
    const report = diffReport([result, unknown]);
    const text = printableJson(report);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(report)));
  });
});

describe("a long value", () => {
  it("is cut in the table alone, and not in the middle of a character", () => {
    const live = `${"x".repeat(115)}😀😀`;
    const [change] = result.verdict.status === "Drifted" ? result.verdict.changes : [];
    if (change?.type !== "Modified") throw new Error("the change was altered");
    const changed = {
      ...result,
      verdict: { ...result.verdict, changes: [{ ...change, live }] },
    } as DiffResult;
    const [, line = ""] = formatDiffTable([changed]).split("\n");
    expect(line).toContain("x".repeat(115));
    expect(line).toContain("...");
    expect(line).not.toContain("\ufffd");
    expect(diffReport([changed]).objects[0]?.changes[0]?.live).toBe(live);
  });
});

describe("what stands beside drift", () => {
  const path = (name: string) => [{ type: "field" as const, name }];
  const added: FieldChange = { type: "Added", path: path("a"), live: 1, default: 2, managers: [] };
  const scaled: FieldManager = {
    name: "kube-controller-manager",
    operation: "Update",
    subresource: "scale",
    time: "2026-01-02T03:04:05Z",
  };
  const found: DiffResult = {
    resource: { group: "", version: "v1", kind: "ConfigMap", namespace: "shop", name: "m" },
    verdict: {
      status: "Drifted",
      type: "Modified",
      against: "",
      changes: [
        added,
        { type: "Modified", path: path("b"), desired: 1, live: 2, managers: [scaled] },
        { type: "Removed", path: path("c"), desired: 3 },
      ],
      doubtful: [{ change: { ...added, path: path("d") }, reason: "Unowned" }],
      excused: [
        {
          change: { ...added, path: path("e") },
          reason: "TrustedManager",
          rule: "row",
          message: "A row says so.",
        },
      ],
    },
    unknownFields: [path("f")],
  };
  const inSync: DiffResult = { resource: found.resource, verdict: { status: "InSync" } };
  const linesOf = (results: readonly DiffResult[], options = {}) =>
    formatDiffTable(results, { showExcused: false, isColoured: false, ...options })
      .trimEnd()
      .split("\n");

  it("is told apart by its sign: the server's default, managers with operation and time, doubt, unknown fields", () => {
    expect(linesOf([found])).toEqual([
      "ConfigMap shop/m: Modified",
      "  + a: 1 (the server's default: 2)",
      "  ~ b: 1 -> 2  [kube-controller-manager (Update of scale 2026-01-02T03:04:05Z)]",
      "  - c: 3",
      "  + d: 1 (the server's default: 2)  (doubtful: Unowned)",
      "  ! f: the API server does not know this field and drops it; correct it in Git",
      "1 object, 0 in sync, 1 drifted (0 missing), 0 pending, 0 unknown, 1 finding excused, 1 field in Git that the API server does not know",
    ]);
  });

  it("is excused with its reason, if that is asked for, also of an object in sync", () => {
    const excused = found.verdict.status === "Drifted" ? { excused: found.verdict.excused ?? [] } : {};
    const quiet: DiffResult = { ...inSync, verdict: { status: "InSync", ...excused } };
    expect(linesOf([found], { showExcused: true })).toContain("  = e: TrustedManager, row: A row says so.");
    expect(linesOf([quiet, inSync], { showExcused: true }).slice(0, 2)).toEqual([
      "ConfigMap shop/m: InSync",
      "  = e: TrustedManager, row: A row says so.",
    ]);
    expect(linesOf([quiet])).toHaveLength(1);
  });

  it("has colours where they are asked for, each taken back on its own line", () => {
    const lines = linesOf([found], { isColoured: true });
    expect(lines[1]).toBe("\u001b[32m  + a: 1 (the server's default: 2)\u001b[0m");
    const isClosed = (line: string) => line.startsWith(`${esc}[`) && line.endsWith(`${esc}[0m`);
    expect(lines.slice(0, -1).filter((line) => !isClosed(line))).toEqual([]);
    expect(linesOf([found]).join("")).not.toContain("\u001b");
  });

  it("is in the report for programs, doubtful and excused findings with their reasons", () => {
    const [object] = diffReport([found]).objects;
    expect(object?.doubtful).toEqual([{ type: "Added", path: "d", live: 1, default: 2, reason: "Unowned" }]);
    expect(object?.excused).toEqual([
      {
        type: "Added",
        path: "e",
        live: 1,
        default: 2,
        reason: "TrustedManager",
        rule: "row",
        message: "A row says so.",
      },
    ]);
  });

  it("is bounded in the report, however full of it an object is", () => {
    const many = Array.from({ length: 1_000 }, (_, i) => ({
      change: { ...added, path: path(`k${i}`) },
      reason: "Unowned" as const,
    }));
    const [object] = diffReport([{ ...found, verdict: { ...found.verdict, doubtful: many } }]).objects;
    expect(object?.doubtful).toHaveLength(200);
  });
});

describe("an object about which there are only doubts", () => {
  it("is counted as doubtful, and the comparison does not end as if all were well", () => {
    const doubtful: DiffResult = {
      ...unknown,
      verdict: { status: "Unknown", reason: "Doubtful", message: "a" },
    };
    const report = diffReport([doubtful]);
    expect(report.summary).toMatchObject({ unknown: 0, doubtful: 1 });
    expect(diffExitCode(report)).toBe(2);
  });
});
