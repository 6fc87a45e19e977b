import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "@jest/globals";
import { openDeliveredStore } from "../../src/history/delivered-store.ts";
import { describeDeliveredStore } from "./contract.ts";

const directories: string[] = [];

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-history-test-"));
  directories.push(directory);
  return directory;
}

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

describeDeliveredStore("the store on SQLite", () => {
  const directory = newDirectory();
  return {
    open: () => openDeliveredStore(join(directory, "data", "history.sqlite")),
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  };
});

describe("the file of the store", () => {
  it("is readable by its owner alone", () => {
    const path = join(newDirectory(), "history.sqlite");
    openDeliveredStore(path).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("of the release before keeps its marks, which say nothing of what is new", () => {
    const path = join(newDirectory(), "history.sqlite");
    const old = new DatabaseSync(path);
    old.exec(`
      CREATE TABLE delivered (
        policy TEXT, key TEXT, uid TEXT, resource_version TEXT, revision TEXT, generation INTEGER, completed INTEGER,
        PRIMARY KEY (policy, key)
      ) WITHOUT ROWID, STRICT;
      INSERT INTO delivered VALUES ('p', 'k', 'u', '7', 'main@sha1:1', 2, 0);
      PRAGMA user_version = 1`);
    old.close();
    const store = openDeliveredStore(path);
    expect([...store.load("p")]).toEqual([
      [
        "k",
        { uid: "u", resourceVersion: "7", revision: "main@sha1:1", policyGeneration: 2, completed: false },
      ],
    ]);
    store.close();
  });

  it("that is damaged is named, with what to do", () => {
    const path = join(newDirectory(), "history.sqlite");
    writeFileSync(path, "this is no database, and long enough to be taken for one".repeat(100));
    expect(() => openDeliveredStore(path)).toThrow(/history\.sqlite: .*not a database.*remove it/);
  });

  it("that cannot be made is named", () => {
    const file = join(newDirectory(), "file");
    writeFileSync(file, "");
    expect(() => openDeliveredStore(join(file, "data", "history.sqlite"))).toThrow(
      /the data directory cannot be used: .*file\/data\/history\.sqlite/,
    );
  });
});
