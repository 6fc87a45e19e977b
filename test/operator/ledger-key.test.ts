import { generateKeyPairSync, verify } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ensureLedgerKey, readLedgerKey } from "../../src/operator/ledger-key.ts";

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "holdfast-ledger-key-test-"));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe("the ledger's key", () => {
  it("is made once, for its owner alone, and signs", () => {
    const place = { dataDir: join(dataDir, "made"), file: undefined };
    ensureLedgerKey(place);
    const path = join(place.dataDir, "ledger-key.pem");
    const pem = readFileSync(path);
    ensureLedgerKey(place);
    expect(readFileSync(path)).toEqual(pem);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const signer = readLedgerKey(place)("holdfast.dev/ledger/a");
    expect(signer).toMatchObject({ name: "holdfast.dev/ledger/a" });
    const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), signer.publicKey]);
    const key = { key: der, format: "der", type: "spki" } as const;
    const bytes = Buffer.from("text");
    expect(verify(null, bytes, key, signer.sign(bytes))).toBe(true);
  });

  it("is the given one, and then none is made", () => {
    const file = join(dataDir, "given.pem");
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }));
    const place = { dataDir: join(dataDir, "given"), file };
    ensureLedgerKey(place);
    expect(readLedgerKey(place)("a").publicKey).toHaveLength(32);
    expect(() => statSync(place.dataDir)).toThrow();
  });

  it.each([
    ["is not there", undefined, /cannot be read \(ENOENT\); make one with: openssl genpkey/],
    ["is no key", "secret words", /cannot be read \(.*\); make one with/],
    [
      "is of another kind",
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }),
      /is no Ed25519 key; make one with/,
    ],
  ])("that %s is named, with what to do, and without what is in it", (_, text, message) => {
    const file = join(dataDir, "faulty.pem");
    rmSync(file, { force: true });
    if (text !== undefined) writeFileSync(file, text);
    expect(() => readLedgerKey({ dataDir, file })).toThrow(message);
    expect(() => readLedgerKey({ dataDir, file })).not.toThrow(/secret words/);
  });
});
