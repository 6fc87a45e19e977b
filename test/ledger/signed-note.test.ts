/** Signed notes: an example that another program has signed, and what is refused. */
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { formatCheckpoint, parseCheckpoint } from "../../src/ledger/checkpoint.ts";
import {
  formatNoteKey,
  type NoteKey,
  type NoteSigner,
  openNote,
  parseNoteKey,
  signersOf,
  signNote,
} from "../../src/ledger/signed-note.ts";

/** golang.org/x/mod/sumdb/note: the example of its documentation. */
const vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const text =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const key = (): NoteKey => {
  const parsed = parseNoteKey(vkey);
  if (parsed === undefined) throw new Error("the example's key is none");
  return parsed;
};

/** A key of our own. */
const signer = (name: string): NoteSigner => signersOf(generateKeyPairSync("ed25519").privateKey)(name);

describe("a note", () => {
  it("that Go's implementation has signed is opened", () => {
    expect(openNote(note, key())).toEqual({ type: "Signed", text });
    expect(formatNoteKey(key())).toBe(vkey);
  });

  it("of ours is opened with our key, beside the signatures of others", () => {
    const [one, other] = [signer("example.com/a"), signer("example.com/b")];
    const mine = signNote("hello\n", one);
    expect(openNote(mine, one)).toEqual({ type: "Signed", text: "hello\n" });
    const both = `${mine}${signNote("hello\n", other).split("\n\n")[1] ?? ""}`;
    expect(openNote(both, one).type).toBe("Signed");
    expect(openNote(both, other).type).toBe("Signed");
  });

  it.each([
    ["whose text is another", note.replace("cryptography", "steganography")],
    ["whose signature is another", note.replace("x08go/ZJ", "x08go/ZK")],
    ["whose signature is written otherwise", note.replace("wJnAM=", "wJnAN=")],
    ["of somebody else", signNote(text, signer("PeterNeumann"))],
    ["of another name", note.replace("— PeterNeumann", "— EnochRoot")],
    ["without signatures", text],
    ["without its last line feed", note.slice(0, -1)],
    ["with something behind the signatures", `${note}more\n`],
  ])("%s is refused", (_, changed) => {
    expect(openNote(changed, key()).type).toBe("Refused");
  });

  it.each([
    ["no key", "PeterNeumann"],
    ["another id", vkey.replace("c74f20a3", "c74f20a4")],
    ["another algorithm", vkey.replace("+ARpc", "+AhpC")],
    ["a part of a key", vkey.slice(0, -8)],
  ])("is not opened with %s", (_, changed) => {
    expect(parseNoteKey(changed)).toBeUndefined();
  });
});

describe("a checkpoint", () => {
  const root = Buffer.alloc(32, 7);

  it("is written as C2SP does it, and read again", () => {
    const written = formatCheckpoint({ origin: "example.com/ledger", size: 20852163, root });
    expect(written).toBe(`example.com/ledger\n20852163\n${root.toString("base64")}\n`);
    expect(parseCheckpoint(written)).toEqual({ origin: "example.com/ledger", size: 20852163, root });
    expect(parseCheckpoint(`${written}an extension\n`)?.size).toBe(20852163);
  });

  it.each([
    ["a size with a zero in front", "o\n01\n"],
    ["a size that is none", "o\n-1\n"],
    ["a size beyond all numbers", "o\n99999999999999999999\n"],
    ["no origin", "\n1\n"],
  ])("with %s is none", (_, head) => {
    expect(parseCheckpoint(`${head}${root.toString("base64")}\n`)).toBeUndefined();
  });

  it("with a root of another length is none", () => {
    expect(parseCheckpoint(`o\n1\n${Buffer.alloc(31).toString("base64")}\n`)).toBeUndefined();
  });
});
