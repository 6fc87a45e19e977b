/** The key that signs the heads of the ledger: an Ed25519 key in a PEM file. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type SignerOf, signersOf } from "../ledger/signed-note.ts";

const advice = "make one with: openssl genpkey -algorithm ed25519 -out ledger-key.pem";

export interface LedgerKeyPlace {
  readonly dataDir: string;
  /** Instead of the one in the data directory. Who has both key and store can rewrite the ledger: this keeps them apart. */
  readonly file: string | undefined;
}

/** @throws Error that says what to do, if there is no such key. */
export function readLedgerKey({ dataDir, file }: LedgerKeyPlace): SignerOf {
  return signersOf(readKey(file ?? defaultPath(dataDir)));
}

/** Makes the key of the data directory, where none is there and none is given. */
export function ensureLedgerKey({ dataDir, file }: LedgerKeyPlace): void {
  const path = defaultPath(dataDir);
  if (file !== undefined || existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" });
  // Not over a key that another process has made in this very moment.
  writeFileSync(path, pem, { mode: 0o600, flag: "wx" });
}

function defaultPath(dataDir: string): string {
  return join(dataDir, "ledger-key.pem");
}

function readKey(path: string): KeyObject {
  try {
    const key = createPrivateKey(readFileSync(path));
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch (error) {
    const isCoded = typeof error === "object" && error !== null && "code" in error;
    const code = isCoded ? String(error.code) : "it is no PEM";
    // The parser's words are left out: they may quote the file.
    throw new Error(`the ledger's key ${path} cannot be read (${code}); ${advice}`, { cause: error });
  }
  throw new Error(`the ledger's key ${path} is no Ed25519 key; ${advice}`);
}
