/** docs/metrics.md: that it is what would be generated now, and leaves no metric unexplained. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { metricsPage, usefulQueries, whenToLook } from "../../dev/generate/metrics-page.ts";

const rows = (await metricsPage()).split("\n").filter((line) => line.startsWith("| "));
const names = rows.map((row) => /^\| `(holdfast_\w+)`/.exec(row)?.[1]).filter((name) => name !== undefined);

describe("the page of metrics", () => {
  it("is what `make generate` writes now", async () => {
    const committed = await readFile(join(import.meta.dirname, "../../docs/metrics.md"), "utf8");
    expect(committed).toBe(await metricsPage());
  });

  it("says of every metric when to look at it, and of no other", () => {
    expect(names).toEqual(Object.keys(whenToLook));
  });

  it("says of every label what it may hold", () => {
    const labels = rows.filter((row) => /^\| `[a-z_]+`( of `\w+`)? \|[^|]*\|$/.test(row));
    expect(labels.length).toBeGreaterThan(10);
    expect(labels.filter((row) => /\| (`(namespace|name|apps|Deployment)`)? *\|$/.test(row))).toEqual([]);
  });

  it.each(usefulQueries)("asks of metrics that exist: %s", (_question, query) => {
    const asked = [...query.matchAll(/holdfast_\w+?(?=_bucket|\b)/g)].map(([name]) => name);
    expect(asked).not.toEqual([]);
    expect(asked.filter((name) => !names.includes(name))).toEqual([]);
  });
});
