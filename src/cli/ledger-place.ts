/** Where the commands that read the ledger find it: on the operator's own disk. */
import { existsSync } from "node:fs";
import { ledgerPath } from "../operator/ledger.ts";

export interface LedgerPlace {
  readonly dataDir: string;
}

/** One line for the user if there is no ledger there; these commands make none. */
export function ledgerFault({ dataDir }: LedgerPlace): string | undefined {
  const path = ledgerPath(dataDir);
  return existsSync(path)
    ? undefined
    : `there is no ledger ${path}; run this where the operator runs, or name its --data-dir`;
}
