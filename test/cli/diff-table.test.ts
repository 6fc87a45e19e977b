/** The table of `holdfast diff`, where names, paths and values are made to deceive whoever reads it. */
import { describe, expect, it } from "@jest/globals";
import type { DiffResult } from "../../src/cli/diff-report.ts";
import { diffReport } from "../../src/cli/diff-report.ts";
import { formatDiffTable } from "../../src/cli/diff-table.ts";
import { printableJson } from "../../src/cli/printable.ts";

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
