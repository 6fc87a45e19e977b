/** Bytes to lines. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { readLines } from "../../src/kubernetes/lines.ts";

async function* chunked(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const end = Math.min(cut, bytes.byteLength);
    if (end <= start) continue;
    yield bytes.subarray(start, end);
    start = end;
  }
  yield bytes.subarray(start);
}

async function all(lines: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

describe("readLines", () => {
  it("finds the same lines wherever the bytes are cut", async () => {
    const line = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "\r\u2028"));
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.array(fc.nat({ max: 200 })), async (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
        expect(await all(readLines(chunked(bytes, cuts)))).toEqual(
          lines.map((text) => Buffer.from(text).toString()),
        );
      }),
    );
  });

  it("leaves out a last line that was cut off", async () => {
    expect(await all(readLines(chunked(Buffer.from("whole\nha"), [3])))).toEqual(["whole"]);
  });

  it("refuses a line without an end", async () => {
    const endless = async () => await all(readLines(chunked(Buffer.alloc(100, "x"), [40, 80]), 50));
    await expect(endless()).rejects.toThrow("longer than 50 bytes");
  });
});
