/** The ledger on SQLite: entries, the values that they seal, and the signed heads over them. */
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Checkpoint, formatCheckpoint } from "../ledger/checkpoint.ts";
import { type EntryDraft, entryText } from "../ledger/entry.ts";
import { hashBytes, leafHash, MerkleTree } from "../ledger/merkle-tree.ts";
import type { Opening } from "../ledger/sealing.ts";
import { formatNoteKey, type SignerOf, signNote } from "../ledger/signed-note.ts";
import type { Json } from "../resource/resource.ts";

/** A signed head. */
export interface SignedHead extends Checkpoint {
  readonly note: string;
}

/** An entry as it is kept. */
export interface StoredEntry {
  readonly sequence: number;
  /** The exact bytes that are the leaf, as text. */
  readonly text: string;
  /** Its hash as it was then, in base64: tells an entry that was altered from its neighbours. */
  readonly leaf: string;
  /** The sealed values that are still there. */
  readonly openings: readonly Opening[];
}

/** All of these must hold; a field that is left out asks for nothing. */
export interface EntryFilter {
  readonly types?: readonly string[];
  /** Namespace and name. */
  readonly policy?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** RFC 3339, in UTC: recorded then or later. */
  readonly since?: string;
}

export interface LedgerStore {
  /** Which ledger it is: the name that its heads carry. Made with it, and the same for ever. */
  readonly origin: string;
  /**
   * Gives the entries their places, behind each other, and signs the new head: all of it, or nothing. They outlive the
   * process when it returns; with `durable`, a loss of power too. Another process may append to the same ledger.
   * @throws Error if it cannot be written, or if the key is not the one that has signed it until now.
   */
  append(
    drafts: readonly EntryDraft[],
    signerOf: SignerOf,
    options?: { readonly durable?: boolean },
  ): SignedHead;
  /** The newest head; undefined while there is no entry. */
  head(): SignedHead | undefined;
  /** Entries from `from` on, in order. */
  page(from: number, limit: number): readonly StoredEntry[];
  /** The newest entries first that stand before `before`. */
  find(
    filter: EntryFilter,
    page: { readonly before?: number; readonly limit: number },
  ): readonly StoredEntry[];
  /** Of each policy the newest entry of these types. */
  newestOfPolicies(types: readonly string[]): readonly StoredEntry[];
  /** The heads that are kept, of sizes in (from, to], in order. */
  heads(from: number, to: number): readonly { readonly size: number; readonly note: string }[];
  close(): void;
}

const schemaVersion = 1;
/** Of so many entries the last head stays, beside the newest: they tell between which entries something was altered. */
const headEvery = 100;
/** The log goes into the database in pieces this small: of SQLite's default of 1,000 one took up to 40 ms. */
const checkpointPages = 100;
/** How long another process may hold the file: nothing else is done meanwhile. */
const busyMs = 100;

/** @throws Error that names the file and says what to do, if it cannot be used. */
export function openLedgerStore(path: string): LedgerStore {
  const database = open(path);
  const { origin } = database.prepare("SELECT origin FROM ledger").get() as { origin: string }; // made below
  const readTree = database.prepare("SELECT size, subtrees, key FROM ledger");
  const writeTree = database.prepare("UPDATE ledger SET size = ?, subtrees = ?, key = ?");
  const insertEntry = database.prepare("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const insertOpening = database.prepare("INSERT OR IGNORE INTO opening VALUES (?, ?, ?, ?)");
  const insertHead = database.prepare("INSERT INTO head VALUES (?, ?)");
  const deleteHead = database.prepare("DELETE FROM head WHERE size = ?");
  const newestHead = database.prepare("SELECT size, note FROM head ORDER BY size DESC LIMIT 1");
  const someHeads = database.prepare(
    "SELECT size, note FROM head WHERE size > ? AND size <= ? ORDER BY size",
  );
  const somePage = database.prepare(
    "SELECT sequence, text, leaf FROM entry WHERE sequence >= ? ORDER BY sequence LIMIT ?",
  );
  const openingsOf = database.prepare("SELECT sealed, salt, value FROM opening WHERE sequence = ?");

  return {
    origin,
    append,
    head() {
      const row = newestHead.get() as HeadRow | undefined; // as `insertHead` writes it
      if (row === undefined) return undefined;
      const tree = treeOf(readTree.get() as unknown as TreeRow); // as above
      return { origin, size: tree.size, root: tree.root(), note: row.note };
    },
    page: (from, limit) => (somePage.all(from, limit) as unknown as readonly EntryRow[]).map(stored),
    find,
    newestOfPolicies,
    // The columns are those that `insertHead` writes.
    heads: (from, to) => someHeads.all(from, to) as unknown as readonly HeadRow[],
    close: () => database.close(),
  };

  function append(
    drafts: readonly EntryDraft[],
    signerOf: SignerOf,
    { durable = false }: { readonly durable?: boolean } = {},
  ): SignedHead {
    // FULL waits for the disk, also for what was written before.
    database.exec(`PRAGMA synchronous = ${durable ? "FULL" : "NORMAL"}`);
    // At once for writing: another process must not take the same place.
    database.exec("BEGIN IMMEDIATE");
    try {
      const signer = signerOf(origin);
      const key = formatNoteKey(signer);
      const last = readTree.get() as unknown as TreeRow; // the one row, as `writeTree` writes it
      if (last.key !== "" && last.key !== key)
        throw new Error(`the ledger is signed with the key ${last.key}, and this one is ${key}`);
      const tree = treeOf(last);
      const before = tree.size;
      for (const draft of drafts) put(draft, tree);
      writeTree.run(tree.size, Buffer.concat(tree.subtrees), key);
      const checkpoint = { origin, size: tree.size, root: tree.root() };
      const note = signNote(formatCheckpoint(checkpoint), signer);
      insertHead.run(tree.size, note);
      if (blockOf(before) === blockOf(tree.size)) deleteHead.run(before);
      database.exec("COMMIT");
      return { ...checkpoint, note };
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  }

  function put({ entry, openings }: EntryDraft, tree: MerkleTree): void {
    const sequence = tree.size;
    const text = entryText(entry, sequence);
    const { type, policy, object, times } = entry;
    const leaf = leafHash(Buffer.from(text));
    insertEntry.run(
      sequence,
      text,
      leaf,
      type,
      times.recorded,
      policy === undefined ? null : `${policy.namespace}/${policy.name}`,
      object?.kind ?? null,
      object?.namespace ?? null,
      object?.name ?? null,
    );
    for (const { sealed, salt, value } of openings)
      insertOpening.run(sequence, sealed, salt, JSON.stringify(value));
    tree.append(leaf);
  }

  function find(
    { types, policy, kind, namespace, name, since }: EntryFilter,
    { before, limit }: { readonly before?: number; readonly limit: number },
  ): readonly StoredEntry[] {
    const conditions: (readonly [string, readonly (string | number)[]])[] = [];
    const add = (condition: string, ...values: readonly (string | number)[]) =>
      void conditions.push([condition, values]);
    // `+` keeps SQLite from an index that would find more: a name is what there is least of.
    const by = name === undefined ? "" : "+";
    if (types !== undefined) add(`${by}type IN (${types.map(() => "?").join(", ")})`, ...types);
    if (policy !== undefined) add(`${by}policy = ?`, policy);
    if (kind !== undefined) add("kind = ?", kind);
    if (namespace !== undefined) add("namespace = ?", namespace);
    if (name !== undefined) add("name = ?", name);
    // Order is by sequence alone: entries before the first of that time are not looked at, all others are.
    if (since !== undefined)
      add(
        "+recorded >= ? AND sequence >= (SELECT min(sequence) FROM entry INDEXED BY entry_by_time WHERE recorded >= ?)",
        since,
        since,
      );
    if (before !== undefined) add("sequence < ?", before);
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.map(([one]) => one).join(" AND ")}`;
    const query = database.prepare(
      `SELECT sequence, text, leaf FROM entry ${where} ORDER BY sequence DESC LIMIT ?`,
    );
    const values = conditions.flatMap(([, some]) => some);
    return (query.all(...values, limit) as unknown as readonly EntryRow[]).map(stored);
  }

  function newestOfPolicies(types: readonly string[]): readonly StoredEntry[] {
    const query = database.prepare(
      `SELECT max(sequence) AS sequence, text, leaf FROM entry WHERE type IN (${types.map(() => "?").join(", ")})
       AND policy IS NOT NULL GROUP BY policy ORDER BY policy`,
    );
    // SQLite takes the other columns from the row of the maximum.
    return (query.all(...types) as unknown as readonly EntryRow[]).map(stored);
  }

  function stored({ sequence, text, leaf }: EntryRow): StoredEntry {
    const rows = openingsOf.all(sequence) as unknown as readonly OpeningRow[]; // as `insertOpening` writes them
    const openings = rows.map(({ salt, sealed, value }) => ({
      salt,
      sealed,
      value: JSON.parse(value) as Json,
    }));
    return { sequence, text, leaf: Buffer.from(leaf).toString("base64"), openings };
  }
}

function blockOf(size: number): number {
  return Math.floor(size / headEvery);
}

interface EntryRow {
  readonly sequence: number;
  readonly text: string;
  readonly leaf: Uint8Array;
}

interface OpeningRow {
  readonly sealed: string;
  readonly salt: string;
  readonly value: string;
}

interface HeadRow {
  readonly size: number;
  readonly note: string;
}

interface TreeRow {
  readonly size: number;
  readonly subtrees: Uint8Array;
  /** Of whom the heads are; empty while there is none. */
  readonly key: string;
}

function treeOf({ size, subtrees }: TreeRow): MerkleTree {
  const hashes = Array.from({ length: subtrees.length / hashBytes }, (_, i) =>
    subtrees.slice(i * hashBytes, (i + 1) * hashBytes),
  );
  return new MerkleTree(size, hashes);
}

function open(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(path);
    chmodSync(path, 0o600);
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA busy_timeout = ${busyMs}`,
    );
    const { user_version: version } = database.prepare("PRAGMA user_version").get() as {
      user_version: number;
    }; // one row, one number
    if (version > schemaVersion) throw new Error(`it was written by a newer Holdfast (schema ${version})`);
    if (version === 0) create(database);
    return database;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the ledger cannot be used: ${path}: ${reason}. Check that it is writable; never remove it, since it is the ` +
        "history: if it is damaged, move it away and keep it",
      { cause: error },
    );
  }
}

function create(database: DatabaseSync): void {
  database.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE ledger (
      origin TEXT NOT NULL, size INTEGER NOT NULL, subtrees BLOB NOT NULL, key TEXT NOT NULL
    ) STRICT;
    CREATE TABLE entry (
      sequence INTEGER PRIMARY KEY, text TEXT NOT NULL, leaf BLOB NOT NULL, type TEXT NOT NULL, recorded TEXT NOT NULL,
      policy TEXT, kind TEXT, namespace TEXT, name TEXT
    ) STRICT;
    CREATE INDEX entry_by_policy ON entry (policy, sequence);
    CREATE INDEX entry_by_object ON entry (name, namespace, kind, sequence);
    CREATE INDEX entry_by_type ON entry (type, sequence);
    CREATE INDEX entry_by_time ON entry (recorded, sequence);
    CREATE TABLE opening (
      sequence INTEGER, sealed TEXT, salt TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (sequence, sealed)
    ) WITHOUT ROWID, STRICT;
    CREATE TABLE head (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT`);
  database.prepare("INSERT INTO ledger VALUES (?, 0, x'', '')").run(`holdfast.dev/ledger/${randomUUID()}`);
  database.exec(`PRAGMA user_version = ${schemaVersion}; COMMIT`);
}
