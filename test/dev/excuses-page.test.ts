/** docs/detection-excuses.md: that it is what would be generated now, and leaves no excuse out. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { excusesPage } from "../../dev/generate/excuses-page.ts";
import { rowsByTheme } from "../../src/diff/excuses/shipped.ts";

describe("the page of excuses", () => {
  it("is what `make generate` writes now", async () => {
    const committed = await readFile(join(import.meta.dirname, "../../docs/detection-excuses.md"), "utf8");
    expect(committed).toBe(excusesPage());
  });

  it("tells every excuse once", () => {
    const told = [...excusesPage().matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name]) => name);
    expect(told).toEqual([...rowsByTheme.values()].flat().map(({ name }) => name));
  });
});
