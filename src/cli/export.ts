/** `holdfast export`: the whole ledger with its signed heads, to be verified and kept elsewhere. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { exportLedger } from "../history/export-ledger.ts";
import { type LedgerStore, openLedgerStore } from "../history/ledger-store.ts";
import { formatNoteKey } from "../ledger/signed-note.ts";
import { ledgerPath } from "../operator/ledger.ts";
import { createLedgerEntries } from "../operator/ledger-entries.ts";
import { readLedgerKey } from "../operator/ledger-key.ts";
import { version } from "../version.ts";
import { ledgerFault } from "./ledger-place.ts";
import { print, refuse } from "./print.ts";

export interface ExportOptions {
  readonly dataDir: string;
  readonly ledgerKeyFile?: string;
  /** Print this instead. */
  readonly publicKey?: boolean;
}

/** Prints the export; answers the exit code. */
export async function runExport({ dataDir, ledgerKeyFile, publicKey }: ExportOptions): Promise<number> {
  const fault = ledgerFault({ dataDir });
  if (fault !== undefined) return refuse("export", fault);
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
    for (const lines of exportLedger(store, head.size)) await print(lines.join(""));
    return 0;
  } catch (error) {
    return refuse("export", error instanceof Error ? error.message : String(error));
  } finally {
    store?.close();
  }
}
