/** Delivered marks on SQLite: what was last seen in sync, over restarts. */
import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AllocatedValues } from "../drift/allocated.ts";
import type { DeliveredMark } from "../drift/input.ts";
import type { ResourceKey } from "../resource/resource.ts";

/**
 * Losing the newest writes is safe: an older mark, or none, makes Holdfast wait for a delivery before it writes, and
 * never lets it write something else.
 */
export interface DeliveredStore {
  load(policyUid: string): ReadonlyMap<ResourceKey, DeliveredMark>;
  put(policyUid: string, key: ResourceKey, mark: DeliveredMark): void;
  remove(policyUid: string, key: ResourceKey): void;
  removePolicy(policyUid: string): void;
  /** Writes everything that still waits. */
  flush(): void;
  close(): void;
}

const schemaVersion = 2;
/** Changes wait this long for others, and are written so many at a time, so that the event loop is never held up. */
const batchDelayMs = 50;
const batchSize = 200;

/** @throws Error that names the file and says what to do, if it cannot be used. */
export function openDeliveredStore(path: string): DeliveredStore {
  const database = open(path);
  const select = database.prepare(
    "SELECT key, uid, resource_version, revision, generation, completed, dependencies, tracked, allocated FROM delivered WHERE policy = ?",
  );
  const upsert = database.prepare("INSERT OR REPLACE INTO delivered VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const deleteOne = database.prepare("DELETE FROM delivered WHERE policy = ? AND key = ?");
  const deleteAll = database.prepare("DELETE FROM delivered WHERE policy = ?");
  /** By policy and key; undefined stands for a removal. */
  const waiting = new Map<string, { policy: string; key: ResourceKey; mark: DeliveredMark | undefined }>();
  let timer: NodeJS.Timeout | undefined;

  return {
    load(policyUid) {
      flush();
      // The columns are the ones that `upsert` has written.
      const rows = select.all(policyUid) as unknown as readonly Row[];
      return new Map(rows.map((row) => [row.key, toMark(row)]));
    },
    put: (policy, key, mark) => later({ policy, key, mark }),
    remove: (policy, key) => later({ policy, key, mark: undefined }),
    removePolicy(policyUid) {
      flush();
      deleteAll.run(policyUid);
    },
    flush,
    close() {
      flush();
      clearTimeout(timer);
      database.close();
    },
  };

  function later(change: { policy: string; key: ResourceKey; mark: DeliveredMark | undefined }): void {
    waiting.set(`${change.policy} ${change.key}`, change);
    timer ??= setTimeout(writeBatch, batchDelayMs).unref();
  }

  function writeBatch(): void {
    timer = undefined;
    write(batchSize);
    if (waiting.size > 0) timer = setTimeout(writeBatch, 1).unref();
  }

  function flush(): void {
    write(Number.POSITIVE_INFINITY);
  }

  function write(most: number): void {
    if (waiting.size === 0) return;
    let left = most;
    database.exec("BEGIN");
    for (const [id, { policy, key, mark }] of waiting) {
      if (left-- <= 0) break;
      waiting.delete(id);
      if (mark === undefined) deleteOne.run(policy, key);
      else {
        const {
          uid,
          resourceVersion,
          revision,
          policyGeneration,
          completed,
          dependencies = null,
          tracked,
          allocated,
        } = mark;
        const [isCompleted, isTracked] = [completed ? 1 : 0, tracked === undefined ? null : Number(tracked)];
        upsert.run(
          policy,
          key,
          uid,
          resourceVersion,
          revision,
          policyGeneration,
          isCompleted,
          dependencies,
          isTracked,
          allocated === undefined ? null : JSON.stringify(allocated),
        );
      }
    }
    database.exec("COMMIT");
  }
}

interface Row {
  readonly key: ResourceKey;
  readonly uid: string;
  readonly resource_version: string;
  readonly revision: string;
  readonly generation: number;
  readonly completed: number;
  readonly dependencies: string | null;
  readonly tracked: number | null;
  readonly allocated: string | null;
}

function toMark(row: Row): DeliveredMark {
  return {
    uid: row.uid,
    resourceVersion: row.resource_version,
    revision: row.revision,
    policyGeneration: row.generation,
    completed: row.completed === 1,
    ...(row.dependencies === null ? {} : { dependencies: row.dependencies }),
    ...(row.tracked === null ? {} : { tracked: row.tracked === 1 }),
    // What `upsert` has written there.
    ...(row.allocated === null ? {} : { allocated: JSON.parse(row.allocated) as AllocatedValues }),
  };
}

function open(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(path);
    chmodSync(path, 0o600);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    const { user_version: version } = database.prepare("PRAGMA user_version").get() as {
      user_version: number;
    }; // one row, one number
    if (version > schemaVersion) throw new Error(`it was written by a newer Holdfast (schema ${version})`);
    if (version === 0) {
      database.exec(`
        CREATE TABLE delivered (
          policy TEXT, key TEXT, uid TEXT, resource_version TEXT, revision TEXT, generation INTEGER, completed INTEGER,
          dependencies TEXT, tracked INTEGER, allocated TEXT,
          PRIMARY KEY (policy, key)
        ) WITHOUT ROWID, STRICT;
        PRAGMA user_version = ${schemaVersion}`);
    } else if (version === 1) {
      database.exec(`
        BEGIN;
        ALTER TABLE delivered ADD COLUMN dependencies TEXT;
        ALTER TABLE delivered ADD COLUMN tracked INTEGER;
        ALTER TABLE delivered ADD COLUMN allocated TEXT;
        PRAGMA user_version = ${schemaVersion};
        COMMIT`);
    }
    return database;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `the data directory cannot be used: ${path}: ${reason}. Check that it is writable; ` +
        "if the file is damaged, remove it: rollback then waits until each object was seen in sync once",
      { cause: error },
    );
  }
}
