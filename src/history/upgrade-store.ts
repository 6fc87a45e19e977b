/** On SQLite, beside the delivered marks: which Holdfast, and which API server, ran here last, and what an upgrade has made doubtful. */
import { DatabaseSync } from "node:sqlite";
import type { ResourceKey } from "../resource/resource.ts";

/** Fields of one object that are suspect while it stays in this state. */
export interface StoredSuspicion {
  readonly policy: string;
  readonly key: ResourceKey;
  readonly state: string;
  readonly fields: ReadonlySet<string>;
}

/** Whose upgrade may make findings suspect. */
export type Program = "Holdfast" | "API server";

/** The names under which the table keeps them. */
const rowNames: Readonly<Record<Program, string>> = { Holdfast: "version", "API server": "server-version" };

export interface UpgradeStore {
  suspicions(): readonly StoredSuspicion[];
  putSuspicion(suspicion: StoredSuspicion): void;
  removeSuspicion(of: Pick<StoredSuspicion, "policy" | "key">): void;
  /** Notes which release of a program runs; whether another one ran before. A first start is no upgrade. */
  isUpgradeTo(version: string, program: Program): boolean;
  close(): void;
}

interface Row {
  readonly policy: string;
  readonly key: ResourceKey;
  readonly state: string;
  readonly fields: string;
}

/** `path` is the file of the delivered marks, which are opened first: that tells a file that cannot be used. */
export function openUpgradeStore(path: string): UpgradeStore {
  const database = new DatabaseSync(path);
  database.exec(`
    CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID, STRICT;
    CREATE TABLE IF NOT EXISTS suspicion (
      policy TEXT, key TEXT, state TEXT, fields TEXT, PRIMARY KEY (policy, key)
    ) WITHOUT ROWID, STRICT`);
  const select = database.prepare("SELECT policy, key, state, fields FROM suspicion");
  const upsert = database.prepare("INSERT OR REPLACE INTO suspicion VALUES (?, ?, ?, ?)");
  const remove = database.prepare("DELETE FROM suspicion WHERE policy = ? AND key = ?");
  const readVersion = database.prepare("SELECT value FROM meta WHERE name = ?");
  const writeVersion = database.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)");

  return {
    suspicions() {
      // The columns are the ones that `upsert` has written, and `fields` is its list of text.
      const rows = select.all() as unknown as readonly Row[];
      return rows.map((row) => ({ ...row, fields: new Set(JSON.parse(row.fields) as readonly string[]) }));
    },
    putSuspicion: ({ policy, key, state, fields }) =>
      void upsert.run(policy, key, state, JSON.stringify([...fields])),
    removeSuspicion: ({ policy, key }) => void remove.run(policy, key),
    isUpgradeTo(version, program) {
      const name = rowNames[program];
      const before = readVersion.get(name)?.["value"];
      if (before !== version) writeVersion.run(name, version);
      return before !== undefined && before !== version;
    },
    close: () => database.close(),
  };
}
