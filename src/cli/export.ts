/** `holdfast export`: the whole ledger with its signed heads, to be verified and kept elsewhere. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { type LedgerStore, openLedgerStore, type StoredEntry } from "../history/ledger-store.ts";
import { exportLine } from "../ledger/export.ts";
import { formatNoteKey } from "../ledger/signed-note.ts";
import { ledgerPath } from "../operator/ledger.ts";
import { createLedgerEntries } from "../operator/ledger-entries.ts";
import { readLedgerKey } from "../operator/ledger-key.ts";
import { version } from "../version.ts";
import { ledgerFault } from "./ledger-place.ts";
import { complain, print } from "./print.ts";

export interface ExportOptions {
  readonly dataDir: string;
  readonly ledgerKeyFile?: string;
  /** Print this instead. */
  readonly publicKey?: boolean;
}

const pageSize = 500;

/** Prints the export; answers the exit code. */
export async function runExport({ dataDir, ledgerKeyFile, publicKey }: ExportOptions): Promise<number> {
  const fault = ledgerFault({ dataDir });
  if (fault !== undefined) return refuse(fault);
  let store: LedgerStore | undefined;
  try {
    store = openLedgerStore(ledgerPath(dataDir));
    const signerOf = readLedgerKey({ file: ledgerKeyFile, dataDir });
    if (publicKey === true) {
      await print(`${formatNoteKey(signerOf(store.origin))}\n`);
      return 0;
    }
    // That it was made is a part of it, and tells those who verify it later who else has one.
    const entries = createLedgerEntries({
      policies: new Map(),
      operator: { version, instance: `${hostname()} (holdfast export)` },
      now: Date.now,
      random: (bytes) => randomBytes(bytes),
      cluster: () => "",
    });
    const head = store.append([entries.plain("ExportMade")], signerOf, { durable: true });
    await printAll(store, head.size);
    return 0;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  } finally {
    store?.close();
  }
}

/** What is appended meanwhile is not in it. */
async function printAll(store: LedgerStore, size: number): Promise<void> {
  await print(exportLine({ type: "Header", origin: store.origin, size }));
  for (let from = 0; from < size; from += pageSize) {
    const to = Math.min(size, from + pageSize);
    const heads = new Map(store.heads(from, to).map((head) => [head.size, head.note]));
    const page = store.page(from, to - from);
    await print(page.flatMap((entry) => linesOf(entry, heads)).join(""));
  }
}

function linesOf({ sequence, ...entry }: StoredEntry, heads: ReadonlyMap<number, string>): readonly string[] {
  const note = heads.get(sequence + 1);
  return [
    exportLine({ type: "Entry", ...entry }),
    ...(note === undefined ? [] : [exportLine({ type: "Checkpoint", note })]),
  ];
}

function refuse(message: string): 2 {
  complain(`holdfast export: ${message}`);
  return 2;
}
