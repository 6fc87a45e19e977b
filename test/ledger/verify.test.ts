/** Whatever is done to an export, it is found, and where. */
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Checkpoint, formatCheckpoint } from "../../src/ledger/checkpoint.ts";
import { entryText } from "../../src/ledger/entry.ts";
import { exportLine } from "../../src/ledger/export.ts";
import { leafHash, MerkleTree } from "../../src/ledger/merkle-tree.ts";
import { type Opening, seal } from "../../src/ledger/sealing.ts";
import { signersOf, signNote } from "../../src/ledger/signed-note.ts";
import { type Verification, Verifier, type VerifyOptions } from "../../src/ledger/verify.ts";

const signer = signersOf(generateKeyPairSync("ed25519").privateKey)("holdfast.dev/test");
const origin = "holdfast.dev/test";

const salt = Buffer.alloc(16, 1).toString("base64");
const valueOf = (i: number) => ({ replicas: i, note: "é € 😀" });

function draft(i: number): { text: (sequence: number) => string; openings: readonly Opening[] } {
  const live = seal(valueOf(i), salt);
  const entry = {
    id: `01JD${String(i).padStart(22, "0")}`,
    type: "DriftDetected",
    cluster: "c",
    operator: { version: "1", instance: "a" },
    drift: {
      type: "Modified",
      record: `web-${i}`,
      revision: "main@sha1:1",
      changesTotal: 1,
      changes: [{ type: "Added", path: "spec.replicas", live: { sealed: live.sealed } }],
      firstSeenTime: "2026-01-01T00:00:00.000Z",
    },
    times: { recorded: "2026-01-01T00:00:00.000Z" },
  } as const;
  return { text: (sequence) => entryText(entry, sequence), openings: [live] };
}

/** An export with a checkpoint behind each third entry and the last; its lines, with their line feeds. */
function exported(size: number, from: (sequence: number) => ReturnType<typeof draft> = draft): string[] {
  const tree = new MerkleTree();
  const lines = [exportLine({ type: "Header", origin, size })];
  for (let i = 0; i < size; i++) {
    const { text, openings } = from(i);
    const hash = leafHash(Buffer.from(text(i)));
    const leaf = Buffer.from(hash).toString("base64");
    lines.push(exportLine({ type: "Entry", text: text(i), leaf, openings }));
    tree.append(hash);
    if (i % 3 === 2 || i === size - 1) {
      const note = signNote(formatCheckpoint({ origin, size: tree.size, root: tree.root() }), signer);
      lines.push(exportLine({ type: "Checkpoint", note }));
    }
  }
  return lines;
}

function verified(text: string, options: Partial<VerifyOptions> = {}): Verification {
  const verifier = new Verifier({ key: signer, ...options });
  // As a file is read: the line feed ends a line.
  for (const line of text.replace(/\n$/, "").split("\n")) if (!verifier.take(line)) break;
  return verifier.end();
}

function headOf(lines: readonly string[]): Checkpoint {
  const found = verified(lines.join(""));
  if (found.type === "Refused") throw new Error(found.message);
  return found;
}

describe("an export", () => {
  it("that nobody touched is verified, with its values or without", () => {
    const lines = exported(7);
    expect(verified(lines.join(""))).toMatchObject({
      type: "Verified",
      origin,
      size: 7,
      opened: 7,
      sealed: 7,
    });
    const erased = exported(7, (i) => ({ ...draft(i), openings: [] }));
    expect(verified(erased.join(""))).toMatchObject({ type: "Verified", opened: 0, sealed: 7 });
    expect(headOf(erased).root).toEqual(headOf(lines).root);
  });

  it("in which any byte is another is refused, in the line of that byte or at the next checkpoint", () => {
    const lines = exported(7);
    const bytes = Buffer.from(lines.join(""));
    fc.assert(
      fc.property(fc.nat(bytes.length - 2), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        const found = verified(
          changed.toString("latin1") === bytes.toString("latin1") ? "" : changed.toString(),
        );
        expect(found.type).toBe("Refused");
        const line = bytes.subarray(0, at).filter((byte) => byte === 10).length + 1;
        // A byte that became a line feed ends its line early; one that was one joins two.
        if (found.type === "Refused" && line > 1) expect(found.line).toBe(line);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ["removed", (lines: string[], at: number) => lines.splice(at, 1)],
    ["inserted", (lines: string[], at: number) => lines.splice(at, 0, lines[at] ?? "")],
    ["moved", (lines: string[], at: number) => lines.splice(at, 2, lines[at + 1] ?? "", lines[at] ?? "")],
  ])("in which an entry was %s is refused there", (_, change) => {
    fc.assert(
      fc.property(fc.nat(6), (entry) => {
        const lines = exported(8);
        const at = 1 + entry + Math.floor(entry / 3);
        change(lines, at);
        const found = verified(lines.join(""));
        expect(found.type).toBe("Refused");
        if (found.type === "Refused") {
          expect(found.line).toBeGreaterThanOrEqual(at + 1);
          expect(found.line).toBeLessThanOrEqual(at + 2);
        }
      }),
    );
  });

  it("that ends early is refused, wherever it ends", () => {
    const lines = exported(8);
    for (let kept = 0; kept < lines.length; kept++)
      expect(verified(lines.slice(0, kept).join(""))).toMatchObject({ type: "Refused" });
  });

  it("whose entry was altered by somebody who knows the format is refused at the checkpoint behind it", () => {
    for (const at of [0, 4, 6]) {
      const forged = exported(7, (i) => draft(i === at ? 99 : i));
      const signed = exported(7);
      const lines = forged.map((line, i) => (line.startsWith('{"checkpoint"') ? (signed[i] ?? "") : line));
      expect(verified(lines.join(""))).toMatchObject({
        type: "Refused",
        message: expect.stringMatching(/^entries \d to \d are not those that were signed$/),
      });
    }
  });

  it("that was signed with another key is refused", () => {
    const other = { ...signer, publicKey: Buffer.alloc(32, 1) };
    expect(verified(exported(3).join(""), { key: other })).toMatchObject({ type: "Refused", line: 5 });
  });

  it("with a value that is not the sealed one, or that nothing seals, is refused", () => {
    const other = exported(1, () => ({ ...draft(0), openings: [{ ...seal(valueOf(0), salt), value: "x" }] }));
    expect(verified(other.join(""))).toMatchObject({ message: expect.stringContaining("was altered") });
    const more = exported(1, () => ({ ...draft(0), openings: [seal("x", salt)] }));
    expect(verified(more.join(""))).toMatchObject({ message: expect.stringContaining("does not seal") });
  });

  it("continues an earlier one, unless what was there then is another, or was cut off", () => {
    const earlier = headOf(exported(5));
    expect(verified(exported(5).join(""), { earlier }).type).toBe("Verified");
    expect(verified(exported(9).join(""), { earlier }).type).toBe("Verified");
    expect(verified(exported(4).join(""), { earlier })).toMatchObject({
      message: "it has 4 entries, and the earlier checkpoint 5: the newest were cut off",
    });
    const rewritten = exported(9, (i) => draft(i === 2 ? 99 : i));
    expect(verified(rewritten.join(""), { earlier })).toMatchObject({
      message: "the first 5 entries are not those of the earlier checkpoint",
    });
  });

  it.each([
    ["nothing", ""],
    ["no JSON", "hello"],
    ["JSON without end", "[".repeat(100_000)],
    ["an entry first", exported(1)[1] ?? ""],
    ["two headers", `${exported(1)[0]}${exported(1)[0]}`],
  ])("of %s is refused", (_, text) => {
    expect(verified(text).type).toBe("Refused");
  });
});
