/** The operator's ledger: opened once, written by one writer, and said to be well or not. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Logger } from "pino";
import type { PolicyStore } from "../controller/policy-store.ts";
import { openLedgerStore } from "../history/ledger-store.ts";
import type { Writer } from "../kubernetes/write.ts";
import type { Entry } from "../ledger/entry.ts";
import { formatNoteKey } from "../ledger/signed-note.ts";
import { createLedgerEntries, type LedgerEntries } from "./ledger-entries.ts";
import { ensureLedgerKey, readLedgerKey } from "./ledger-key.ts";
import { createLedgerWriter, type LedgerWriter } from "./ledger-writer.ts";
import { createPolicyHistory, type PolicyHistory } from "./policy-history.ts";
import { readNamespace } from "./read-namespace.ts";

export interface LedgerDeps {
  readonly dataDir: string;
  readonly keyFile: string | undefined;
  readonly operator: Entry["operator"];
  readonly policies: PolicyStore;
  readonly logger: Logger;
  readonly now: () => number;
}

export interface Ledger {
  readonly writer: LedgerWriter;
  readonly entries: LedgerEntries;
  readonly policies: PolicyHistory;
  /** How many entries it has. */
  size(): number;
  /** Learns in which cluster it is; entries before that do not say. */
  identify(reader: Pick<Writer, "read">, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** @throws Error that says what to do, if file or key cannot be used. */
export function openLedger({ dataDir, keyFile, operator, policies, logger, now }: LedgerDeps): Ledger {
  const store = openLedgerStore(ledgerPath(dataDir));
  const place = { dataDir, file: keyFile };
  ensureLedgerKey(place);
  const signerOf = readLedgerKey(place);
  let size = store.head()?.size ?? 0;
  let cluster = "";
  const entries = createLedgerEntries({
    policies,
    operator,
    now,
    random: (bytes) => randomBytes(bytes),
    cluster: () => cluster,
  });
  const writer = createLedgerWriter({
    store,
    signerOf,
    written(head) {
      size = head.size;
    },
    failed: (error) =>
      logger.error({ error }, "the ledger cannot be written: nothing is rolled back until it can"),
    recovered: (lost) => logger.warn({ lost }, "the ledger can be written again"),
    gapOf: (lost) => entries.plain("EntriesLost", { result: String(lost) }),
  });
  logger.info({ size, key: formatNoteKey(signerOf(store.origin)) }, "ledger opened");

  return {
    writer,
    entries,
    policies: createPolicyHistory({ store, writer, entries }),
    size: () => size,
    async identify(reader, signal) {
      cluster = (await readNamespace("kube-system", reader, signal))?.uid ?? "";
    },
    close() {
      writer.close();
      store.close();
    },
  };
}

export function ledgerPath(dataDir: string): string {
  return join(dataDir, "ledger.sqlite");
}
