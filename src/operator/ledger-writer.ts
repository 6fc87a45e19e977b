/** Entries on their way to the ledger: those of one moment are written together, and none is lost while it cannot be. */
import type { LedgerStore, SignedHead } from "../history/ledger-store.ts";
import type { EntryDraft } from "../ledger/entry.ts";
import type { SignerOf } from "../ledger/signed-note.ts";

export interface LedgerWriterDeps {
  readonly store: Pick<LedgerStore, "append">;
  readonly signerOf: SignerOf;
  /** Told of each new head. */
  written(head: SignedHead): void;
  /** Told once when the ledger cannot be written, and once when it can be again; with how many entries were lost. */
  failed(reason: string): void;
  recovered(lost: number): void;
  /** Stands in the ledger where entries were lost. */
  gapOf(lost: number): EntryDraft;
}

export interface LedgerWriter {
  append(draft: EntryDraft): void;
  /** Writes what waits, or some of it if that is much. Whether all that was appended is on disk. */
  flush(): boolean;
  /** Why the ledger cannot be written now; undefined if it can, as far as is known. */
  fault(): string | undefined;
  /** Writes what waits, if it can, and ends. */
  close(): void;
}

/** So many at once, so that the event loop is not held up. */
const batchSize = 25;
const batchesPerFlush = 4;
/** While the ledger cannot be written, it is tried again after this long. */
const retryMs = 1_000;
/** Some 20 MiB of them. The oldest go first, and how many is told in their place. */
const mostWaiting = 10_000;

export function createLedgerWriter(deps: LedgerWriterDeps): LedgerWriter {
  const waiting: EntryDraft[] = [];
  let lost = 0;
  let reason: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  return {
    append(draft) {
      waiting.push(draft);
      if (waiting.length > mostWaiting) {
        waiting.shift();
        lost += 1;
      }
      if (reason === undefined) later(0);
    },
    flush() {
      for (let batches = 0; waiting.length > 0 && batches < batchesPerFlush; batches++)
        if (!write({ durable: true })) return false;
      if (waiting.length > 0) later(0);
      return waiting.length === 0;
    },
    fault: () => reason,
    close() {
      while (waiting.length > 0 && write({ durable: true }));
      clearTimeout(timer);
    },
  };

  function later(afterMs: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      // It may have been flushed since.
      if (waiting.length === 0) return;
      const isWritten = write({ durable: false });
      if (waiting.length > 0) later(isWritten ? 0 : retryMs);
    }, afterMs).unref();
  }

  function write(options: { readonly durable: boolean }): boolean {
    const batch = waiting.slice(0, batchSize);
    const gap = lost === 0 ? [] : [deps.gapOf(lost)];
    try {
      const head = deps.store.append([...gap, ...batch], deps.signerOf, options);
      waiting.splice(0, batch.length);
      if (reason !== undefined) deps.recovered(lost);
      reason = undefined;
      lost = 0;
      deps.written(head);
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (reason === undefined) deps.failed(message);
      reason = message;
      later(retryMs);
      return false;
    }
  }
}
