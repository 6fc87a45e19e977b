/** The signed head of a ledger: how many entries it has, and the root over them (c2sp.org/tlog-checkpoint). */
import { type Hash, hashBytes } from "./merkle-tree.ts";

export interface Checkpoint {
  /** Which ledger; one line. */
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
}

/** The text that is signed. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString("base64")}\n`;
}

/** Lines behind the third are extensions, and allowed. Undefined for what is no checkpoint. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = "", sizeText = "", rootText = ""] = text.split("\n");
  if (origin === "" || !/^(0|[1-9]\d{0,15})$/.test(sizeText)) return undefined;
  const root = Buffer.from(rootText, "base64");
  const size = Number(sizeText);
  const isWhole = root.length === hashBytes && root.toString("base64") === rootText;
  return isWhole && Number.isSafeInteger(size) ? { origin, size, root } : undefined;
}
