/** Whether an export is the ledger that was signed: line by line, with the public key alone. */

import { isJsonList, isJsonObject, type Json } from "../resource/resource.ts";
import { canonicalJson } from "./canonical-json.ts";
import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts";
import { type ExportLine, parseExportLine } from "./export.ts";
import { type Hash, leafHash, MerkleTree } from "./merkle-tree.ts";
import { isTrue } from "./sealing.ts";
import { type NoteKey, openNote } from "./signed-note.ts";

export interface VerifyOptions {
  readonly key: NoteKey;
  /** A head that was seen before: the export must continue it. */
  readonly earlier?: Checkpoint;
}

export type Verification =
  | {
      readonly type: "Verified";
      readonly origin: string;
      readonly size: number;
      readonly root: Hash;
      /** How many values are still there, of all that entries seal. */
      readonly opened: number;
      readonly sealed: number;
    }
  | Fault;

/** The first thing that is wrong. */
export interface Fault {
  readonly type: "Refused";
  /** From 1; the one behind the last, if something is missing. */
  readonly line: number;
  readonly message: string;
}

/** Takes an export line by line, so that a ledger of any size fits. */
export class Verifier {
  readonly #key: NoteKey;
  readonly #earlier: Checkpoint | undefined;
  readonly #tree = new MerkleTree();
  #line = 0;
  #header: { readonly origin: string; readonly size: number } | undefined;
  /** How many entries the last good checkpoint covers. */
  #covered: number | undefined;
  #opened = 0;
  #sealed = 0;
  #fault: Fault | undefined;

  constructor({ key, earlier }: VerifyOptions) {
    this.#key = key;
    this.#earlier = earlier;
  }

  /** Without its line feed. Whether it is worth going on. */
  take(text: string): boolean {
    if (this.#fault !== undefined) return false;
    this.#line += 1;
    const line = parseExportLine(text);
    const message = typeof line === "string" ? line : this.#check(line);
    if (message !== undefined) this.#fault = { type: "Refused", line: this.#line, message };
    return this.#fault === undefined;
  }

  end(): Verification {
    if (this.#fault !== undefined) return this.#fault;
    const message = this.#missing();
    if (message !== undefined || this.#header === undefined)
      return { type: "Refused", line: this.#line + 1, message: message ?? "the file is empty" };
    const { size } = this.#tree;
    const root = this.#tree.root();
    return {
      type: "Verified",
      origin: this.#header.origin,
      size,
      root,
      opened: this.#opened,
      sealed: this.#sealed,
    };
  }

  #check(line: ExportLine): string | undefined {
    if (line.type === "Header") return this.#checkHeader(line);
    if (this.#header === undefined) return "the first line must say which ledger it is";
    return line.type === "Entry" ? this.#checkEntry(line) : this.#checkCheckpoint(line.note, this.#header);
  }

  #checkHeader({ origin, size }: Extract<ExportLine, { type: "Header" }>): string | undefined {
    if (this.#header !== undefined) return "a second ledger begins here";
    this.#header = { origin, size };
    return this.#checkEarlier();
  }

  #checkEntry({ text, leaf, openings }: Extract<ExportLine, { type: "Entry" }>): string | undefined {
    const expected = this.#tree.size;
    const hash = leafHash(Buffer.from(text));
    if (Buffer.from(hash).toString("base64") !== leaf)
      return `entry ${expected} was altered: its hash is another`;
    const entry = parseEntry(text);
    if (entry === undefined) return `entry ${expected} is not written as entries are`;
    if (entry.sequence !== expected)
      return `entry ${entry.sequence} stands where entry ${expected} must be: entries were removed, inserted or moved`;
    const seals = sealsIn(entry.json);
    for (const opening of openings) {
      if (!seals.has(opening.sealed)) return `entry ${expected} has a value that it does not seal`;
      if (!isTrue(opening))
        return `a value of entry ${expected} was altered: it is not the one that was sealed`;
    }
    this.#opened += openings.length;
    this.#sealed += seals.size;
    this.#tree.append(hash);
    return this.#checkEarlier();
  }

  #checkCheckpoint(note: string, { origin }: { readonly origin: string }): string | undefined {
    const opened = openNote(note, this.#key);
    if (opened.type === "Refused") return `the checkpoint is not signed: ${opened.message}`;
    const checkpoint = parseCheckpoint(opened.text);
    if (checkpoint === undefined) return "what is signed is no checkpoint";
    if (checkpoint.origin !== origin) return `the checkpoint is of another ledger, ${checkpoint.origin}`;
    const { size } = this.#tree;
    if (checkpoint.size !== size)
      return `the checkpoint is of ${checkpoint.size} entries, and stands behind ${size}: entries were removed or inserted`;
    if (!sameHash(checkpoint.root, this.#tree.root()))
      return `entries ${this.#covered ?? 0} to ${size - 1} are not those that were signed`;
    this.#covered = size;
    return undefined;
  }

  /** When the tree is as large as it was then, its root must be the one of then. */
  #checkEarlier(): string | undefined {
    const { size } = this.#tree;
    if (this.#earlier?.size !== size || sameHash(this.#earlier.root, this.#tree.root())) return undefined;
    return `the first ${size} entries are not those of the earlier checkpoint`;
  }

  #missing(): string | undefined {
    if (this.#header === undefined) return "the file is empty";
    const { size } = this.#tree;
    if (size !== this.#header.size) return `it ends after ${size} of ${this.#header.size} entries`;
    if (this.#covered !== size) return "the last line must be a checkpoint of all entries";
    if (this.#earlier !== undefined && this.#earlier.size > size)
      return `it has ${size} entries, and the earlier checkpoint ${this.#earlier.size}: the newest were cut off`;
    return undefined;
  }
}

interface ParsedEntry {
  readonly sequence: number;
  readonly json: Json;
}

/** Undefined where the same entry could be written otherwise: two readers might take two things from it. */
function parseEntry(text: string): ParsedEntry | undefined {
  try {
    const json = JSON.parse(text) as Json; // JSON.parse answers JSON
    if (!isJsonObject(json) || canonicalJson(json) !== text) return undefined;
    const { sequence } = json;
    return typeof sequence === "number" ? { sequence, json } : undefined;
  } catch {
    return undefined;
  }
}

/** Every `{"sealed": …}` of an entry. */
function sealsIn(root: Json): ReadonlySet<string> {
  const found = new Set<string>();
  const rest: Json[] = [root];
  for (let json = rest.pop(); json !== undefined; json = rest.pop()) {
    if (isJsonList(json)) rest.push(...json);
    else if (isJsonObject(json)) {
      if (typeof json["sealed"] === "string") found.add(json["sealed"]);
      rest.push(...Object.values(json));
    }
  }
  return found;
}

function sameHash(a: Hash, b: Hash): boolean {
  return Buffer.from(a).equals(b);
}
