/** Transitions go to the ledger before anybody else is told. */
import type { Announcements } from "../controller/report.ts";
import type { LedgerEntries } from "./ledger-entries.ts";
import type { LedgerWriter } from "./ledger-writer.ts";

/** What is announced to `next`, written down before. */
export function withLedger(
  next: Announcements,
  { ledger, entries }: { readonly ledger: LedgerWriter; readonly entries: LedgerEntries },
): Announcements {
  return {
    ...next,
    driftDetected(episode, latency) {
      ledger.append(entries.ofDrift("DriftDetected", episode));
      next.driftDetected(episode, latency);
    },
    driftChanged(episode) {
      ledger.append(entries.ofDrift("DriftChanged", episode));
      next.driftChanged(episode);
    },
    driftResolved(episode, resolution) {
      ledger.append(entries.ofDrift("DriftResolved", episode, { result: resolution }));
      next.driftResolved(episode, resolution);
    },
    rollbackBegun(episode, as) {
      ledger.append(entries.ofDrift("RollbackAttempted", episode, { result: "Attempted", as }));
      // On disk before it is acted on: a killed process leaves no write that nobody recorded.
      return ledger.flush() && next.rollbackBegun(episode, as);
    },
    rollbackEnded(episode, result) {
      const type = result === "Succeeded" ? "RollbackSucceeded" : "RollbackFailed";
      const message = result === "Succeeded" ? undefined : episode.attempt?.message;
      ledger.append(
        entries.ofDrift(type, episode, { result, ...(message === undefined ? {} : { message }) }),
      );
      next.rollbackEnded(episode, result);
    },
  };
}
