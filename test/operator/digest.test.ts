import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { createDigest, readDigestKey } from "../../src/operator/digest.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-digest-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("the digest key", () => {
  it("that cannot be read is refused, with how to make one", () => {
    expect(() => readDigestKey(join(folder, "none"))).toThrow(
      /--digest-key-file cannot be read: .*ENOENT.*make one with: head -c 32/,
    );
  });

  it("that is too short to keep a secret is refused, and not shown", () => {
    const path = join(folder, "short.key");
    writeFileSync(path, "hunter2");
    expect(() => readDigestKey(path)).toThrow(/short\.key has 7 bytes, 32 are needed/);
    expect(() => readDigestKey(path)).not.toThrow(/hunter2/);
  });

  it("decides the digest: without it nobody can try out values", () => {
    const bytes = Buffer.from("hunter2");
    const [one, other] = [1, 2].map((fill) => createDigest(new Uint8Array(32).fill(fill)));
    expect(one?.(bytes)).toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
    expect(one?.(bytes)).toBe(one?.(Buffer.from("hunter2")));
    expect(one?.(bytes)).not.toBe(other?.(bytes));
  });
});
