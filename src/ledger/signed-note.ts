/** Signed texts as C2SP writes them (c2sp.org/signed-note), with Ed25519: what tools for transparency logs can read. */
import { createHash, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** Who may have signed: a name, and the public half of an Ed25519 key. */
export interface NoteKey {
  /** Without blanks and without `+`. */
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

export interface NoteSigner extends NoteKey {
  /** Ed25519 over these bytes; 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** Who signs for the ledger of this name. */
export type SignerOf = (name: string) => NoteSigner;

export type OpenedNote =
  /** `text` ends with a line feed. */
  { readonly type: "Signed"; readonly text: string } | { readonly type: "Refused"; readonly message: string };

const ed25519 = 0x01;
const keyIdBytes = 4;
const publicKeyBytes = 32;
/** A public key in DER (RFC 8410) is this and its 32 bytes. */
const derPrefix = Buffer.from("302a300506032b6570032100", "hex");

/** Whoever has this Ed25519 key, under any name. */
export function signersOf(key: KeyObject): SignerOf {
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" }).subarray(derPrefix.length);
  return (name) => ({ name, publicKey, sign: (bytes) => sign(null, bytes, key) });
}

/** `text` must end with a line feed, and hold no empty line at its end. */
export function signNote(text: string, signer: NoteSigner): string {
  const signature = Buffer.concat([keyId(signer), signer.sign(Buffer.from(text))]);
  return `${text}\n— ${signer.name} ${signature.toString("base64")}\n`;
}

/** The text of a note, if this key has signed it. Signatures of others are no fault. */
export function openNote(note: string, key: NoteKey): OpenedNote {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) return refused("it has no signatures");
  const text = note.slice(0, end + 1);
  const signatures = note
    .slice(end + 2, -1)
    .split("\n")
    .map(parseSignature);
  if (signatures.includes(undefined)) return refused("a line that is to hold a signature holds none");
  const id = keyId(key);
  const own = signatures.find((one) => one?.name === key.name && one.id.equals(id));
  if (own === undefined) return refused(`${formatNoteKey(key)} has not signed it`);
  const isSigned = verify(null, Buffer.from(text), keyObject(key), own.signature);
  return isSigned ? { type: "Signed", text } : refused(`the signature of ${key.name} is not of this text`);
}

interface NoteSignature {
  readonly name: string;
  readonly id: Buffer;
  readonly signature: Buffer;
}

function parseSignature(line: string): NoteSignature | undefined {
  const found = /^— ([^ +]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  const [, name = "", base64 = ""] = found ?? [];
  const bytes = Buffer.from(base64, "base64");
  // Else one signature could be written in several ways.
  if (found === null || bytes.length <= keyIdBytes || bytes.toString("base64") !== base64) return undefined;
  return { name, id: bytes.subarray(0, keyIdBytes), signature: bytes.subarray(keyIdBytes) };
}

/** `name+id+key`: the form in which such keys are published. */
export function formatNoteKey(key: NoteKey): string {
  return `${key.name}+${keyId(key).toString("hex")}+${typedKey(key).toString("base64")}`;
}

/** Undefined for what is no such key, or not an Ed25519 one. */
export function parseNoteKey(text: string): NoteKey | undefined {
  const found = /^([^ +]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text);
  if (found === null) return undefined;
  const [, name = "", id, base64 = ""] = found;
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length !== 1 + publicKeyBytes || bytes[0] !== ed25519) return undefined;
  const key = { name, publicKey: bytes.subarray(1) };
  return keyId(key).toString("hex") === id ? key : undefined;
}

/** The first bytes of a hash over name and key, so that a signature can say whose it is. */
function keyId(key: NoteKey): Buffer {
  return createHash("sha256").update(`${key.name}\n`).update(typedKey(key)).digest().subarray(0, keyIdBytes);
}

function typedKey({ publicKey }: NoteKey): Buffer {
  return Buffer.concat([Buffer.of(ed25519), publicKey]);
}

function keyObject({ publicKey }: NoteKey): KeyObject {
  return createPublicKey({ key: Buffer.concat([derPrefix, publicKey]), format: "der", type: "spki" });
}

function refused(message: string): OpenedNote {
  return { type: "Refused", message };
}
