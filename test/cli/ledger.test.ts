/** `holdfast history`, `export` and `verify` on a ledger of their own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { openLedgerStore } from "../../src/history/ledger-store.ts";
import type { EntryType } from "../../src/ledger/entry.ts";
import { ledgerPath } from "../../src/operator/ledger.ts";
import { ensureLedgerKey, readLedgerKey } from "../../src/operator/ledger-key.ts";
import { draft } from "../history/ledger-contract.ts";
import { holdfastHere, useFolder } from "../support/holdfast-diff.ts";

const folder = useFolder();
let dataDir: string;
let count = 0;

beforeEach(() => {
  count += 1;
  dataDir = join(folder.path, `data-${count}`);
  const place = { dataDir, file: undefined };
  ensureLedgerKey(place);
  const store = openLedgerStore(ledgerPath(dataDir));
  const types: readonly EntryType[] = ["DriftDetected", "DriftChanged", "DriftResolved"];
  store.append(
    types.map((type, i) => draft(i, type)),
    readLedgerKey(place),
  );
  store.close();
});

const run = (...args: readonly string[]) => holdfastHere([...args, "--data-dir", dataDir]);
const publicKey = async () => (await run("export", "--public-key")).stdout.trim();

async function exported(name: string): Promise<string> {
  return await folder.write(name, (await run("export")).stdout);
}

describe("holdfast history", () => {
  it("tells what happened, the newest last, with values", async () => {
    const { stdout, exitCode } = await run("history");
    expect(exitCode).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "2026-01-01T00:00:00.000Z #0 DriftDetected Modified ConfigMap shop/settings-0 (policy shop/policy-0)",
      "  against app/settings.yaml:3 at main@sha1:1",
      '  Added data.mode: live "value 0"',
      "2026-01-01T00:01:00.000Z #1 DriftChanged ConfigMap shop/settings-1 (policy shop/policy-1)",
      "  against app/settings.yaml:3 at main@sha1:1",
      '  Added data.mode: live "value 1"',
      "2026-01-01T00:02:00.000Z #2 DriftResolved ConfigMap shop/settings-2 (policy shop/policy-0)",
      "",
    ]);
  });

  it.each([
    [["--type", "DriftChanged"], [1]],
    [
      ["--policy", "shop/policy-0"],
      [0, 2],
    ],
    [["--object", "ConfigMap/settings-2"], [2]],
    [["--object", "ConfigMap/other/settings-2"], []],
    [["--limit", "1"], [2]],
    [["--since", "1h"], []],
  ])("lets %j through", async (flags, expected) => {
    const { stdout } = await run("history", "-o", "jsonl", ...flags);
    const lines = stdout.split("\n").slice(0, -1);
    const found = lines.map((line) => (JSON.parse(line) as { entry: { sequence: number } }).entry.sequence); // as printed
    expect(found).toEqual(expected);
  });

  it.each([
    [["--object", "web"], "--object: write it as Kind/name"],
    [["--since", "yesterday"], "--since: write it as 30m, 24h or 7d"],
    [["--limit", "0"], "give a whole number from 1 to 100000"],
    [["--type", "Nothing"], "Allowed choices are DriftDetected"],
  ])("refuses %j", async (flags, message) => {
    const { stderr, exitCode } = await run("history", ...flags);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});

describe("an export", () => {
  it("is verified with the public key alone, and is itself an entry", async () => {
    const file = await exported(`whole-${count}.jsonl`);
    const { stdout, exitCode } = await holdfastHere(["verify", file, "--key", await publicKey()]);
    expect(stdout).toMatch(/^4 entries of holdfast\.dev\/ledger\/\S+ are what was signed/);
    expect(stdout).toContain("3 of 3 sealed values are in the export");
    expect(exitCode).toBe(0);
    expect((await run("history", "--type", "ExportMade")).stdout).toContain("#3 ExportMade");
  });

  it("continues the one before it", async () => {
    const earlier = await exported(`earlier-${count}.jsonl`);
    const later = await exported(`later-${count}.jsonl`);
    const key = await publicKey();
    expect(await holdfastHere(["verify", later, "--key", key, "--earlier", earlier])).toMatchObject({
      exitCode: 0,
    });
    const { stderr, exitCode } = await holdfastHere(["verify", earlier, "--key", key, "--earlier", later]);
    expect(stderr).toContain("the newest were cut off");
    expect(exitCode).toBe(1);
  });

  it("of a ledger in which a row was altered is refused, with its line", async () => {
    const database = new DatabaseSync(ledgerPath(dataDir));
    database.exec("UPDATE entry SET text = replace(text, 'settings-1', 'settings-9') WHERE sequence = 1");
    database.close();
    const file = await exported(`altered-${count}.jsonl`);
    const { stderr, exitCode } = await holdfastHere(["verify", file, "--key", await publicKey()]);
    expect(stderr).toContain("line 3: entry 1 was altered: its hash is another");
    expect(exitCode).toBe(1);
  });

  it("is not made with another key, nor is one made up", async () => {
    const place = { dataDir: join(folder.path, `other-${count}`), file: undefined };
    ensureLedgerKey(place);
    const other = join(place.dataDir, "ledger-key.pem");
    const before = readFileSync(ledgerPath(dataDir));
    const { stderr, exitCode } = await run("export", "--ledger-key-file", other);
    expect(stderr).toContain("the ledger is signed with the key");
    expect(exitCode).toBe(2);
    expect(readFileSync(ledgerPath(dataDir)).length).toBe(before.length);
    expect(await run("export", "--ledger-key-file", `${other}.none`)).toMatchObject({
      exitCode: 2,
      stdout: "",
    });
  });

  it("of no ledger is refused, and none is made", async () => {
    const none = join(folder.path, "none");
    for (const command of ["export", "history"]) {
      const { stderr, exitCode } = await holdfastHere([command, "--data-dir", none]);
      expect(stderr).toContain("there is no ledger");
      expect(exitCode).toBe(2);
    }
  });

  it.each([
    ["a key that is none", ["verify", "x", "--key", "y"], "--key is no public key of a ledger"],
    ["no key", ["verify", "x"], "required option '--key <KEY>' not specified"],
  ])("is not verified with %s", async (_, args, message) => {
    const { stderr, exitCode } = await holdfastHere(args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  it("that is not there is named", async () => {
    const { stderr, exitCode } = await holdfastHere(["verify", "/none.jsonl", "--key", await publicKey()]);
    expect(stderr).toContain("/none.jsonl");
    expect(exitCode).toBe(2);
  });
});
