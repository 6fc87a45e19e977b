/** A ledger as an export has it: its entries from the first on, each signed head behind the last that it covers. */
import { exportLine } from "../ledger/export.ts";
import type { LedgerStore } from "./ledger-store.ts";

const pageSize = 500;

/** The lines, some at a time, up to `size` entries: what is appended meanwhile is not among them. */
export function* exportLedger(
  store: Pick<LedgerStore, "origin" | "page" | "heads">,
  size: number,
): Generator<readonly string[]> {
  yield [exportLine({ type: "Header", origin: store.origin, size })];
  for (let from = 0; from < size; from += pageSize) {
    const to = Math.min(size, from + pageSize);
    const heads = new Map(store.heads(from, to).map((head) => [head.size, head.note]));
    yield store.page(from, to - from).flatMap(({ sequence, ...entry }) => {
      const note = heads.get(sequence + 1);
      return [
        exportLine({ type: "Entry", ...entry }),
        ...(note === undefined ? [] : [exportLine({ type: "Checkpoint", note })]),
      ];
    });
  }
}
