import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "@jest/globals";
import { openLedgerStore } from "../../src/history/ledger-store.ts";
import { describeLedgerStore, draft, signerOf, verified } from "./ledger-contract.ts";

const directories: string[] = [];

function newPath(): string {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-ledger-test-"));
  directories.push(directory);
  return join(directory, "data", "ledger.sqlite");
}

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

describeLedgerStore("the ledger on SQLite", () => {
  const path = newPath();
  return {
    open: () => openLedgerStore(path),
    dispose: () => rmSync(join(path, ".."), { recursive: true, force: true }),
  };
});

describe("the ledger's file", () => {
  it("is readable by its owner alone", () => {
    const path = newPath();
    openLedgerStore(path).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    [
      "text of an entry",
      `UPDATE entry SET text = replace(text, 'settings-1', 'settings-9') WHERE sequence = 1`,
      3,
    ],
    ["value beside an entry", `UPDATE opening SET value = '"x"' WHERE sequence = 1`, 3],
    ["entry that is gone", "DELETE FROM entry WHERE sequence = 1", 3],
  ])("in which somebody altered a row is found out: %s", (_, sql, line) => {
    const path = newPath();
    const store = openLedgerStore(path);
    store.append([draft(0), draft(1), draft(2)], signerOf);
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
    expect(verified(store)).toMatchObject({ type: "Refused", line });
    store.close();
  });

  it("that is none is named, with what to do", () => {
    const path = newPath();
    openLedgerStore(path).close();
    writeFileSync(path, "x".repeat(10_000));
    expect(() => openLedgerStore(path)).toThrow(
      /the ledger cannot be used: .*ledger\.sqlite: .*never remove it/,
    );
  });

  it("of a newer release is left alone", () => {
    const path = newPath();
    openLedgerStore(path).close();
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(() => openLedgerStore(path)).toThrow("written by a newer Holdfast (schema 99)");
  });
});
