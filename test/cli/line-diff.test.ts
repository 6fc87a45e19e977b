import { execFileSync } from "node:child_process";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { unifiedDiff } from "../../src/cli/line-diff.ts";
import { useFolder } from "../support/holdfast-diff.ts";

const folder = useFolder();
const names = { before: "a/file", after: "b/file" };
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}\n`).join("");

describe("a unified diff", () => {
  it("is empty for the same text", () => {
    expect(unifiedDiff("a\nb\n", "a\nb\n", names)).toBe("");
  });

  it("shows a change with three lines around it, and where it stands", () => {
    expect(unifiedDiff(numbered(9), numbered(9).replace("5\n", "five\n"), names)).toBe(
      "--- a/file\n+++ b/file\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
    );
  });

  it("makes one hunk of changes whose surroundings touch, and two of others", () => {
    const edited = (first: number, second: number) =>
      numbered(40).replace(`\n${first}\n`, "\na\n").replace(`\n${second}\n`, "\nb\n");
    expect(unifiedDiff(numbered(40), edited(10, 16), names).match(/^@@/gm)).toHaveLength(1);
    expect(unifiedDiff(numbered(40), edited(10, 20), names).match(/^@@/gm)).toHaveLength(2);
  });

  it("says where a last line has no end", () => {
    expect(unifiedDiff("a", "b\n", names)).toBe(
      "--- a/file\n+++ b/file\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+b\n",
    );
  });

  it("is what git applies, whatever the texts are", async () => {
    const line = fc.constantFrom("a", "b", "c", "");
    const text = fc
      .tuple(fc.array(line, { minLength: 1, maxLength: 30 }), fc.boolean())
      .map(([lines, isEnded]) => `${lines.join("\n")}x${isEnded ? "\n" : ""}`);
    const pairs = fc.sample(fc.tuple(text, text), 25).filter(([before, after]) => before !== after);
    for (const [before, after] of pairs) {
      const file = await folder.write("file", before);
      await folder.write("change.patch", unifiedDiff(before, after, names));
      execFileSync("git", ["apply", "--unidiff-zero", "change.patch"], { cwd: folder.path });
      expect(execFileSync("cat", [file], { encoding: "utf8" })).toBe(after);
    }
  });
});
