/** `holdfast verify`: whether an export is the ledger that was signed, with the public key alone. */
import { createReadStream } from "node:fs";
import { readLines } from "../kubernetes/lines.ts";
import type { Checkpoint } from "../ledger/checkpoint.ts";
import { type NoteKey, parseNoteKey } from "../ledger/signed-note.ts";
import { type Verification, Verifier } from "../ledger/verify.ts";
import { complain, print, refuse } from "./print.ts";

export interface VerifyCommandOptions {
  /** As `holdfast export --public-key` prints it. */
  readonly key: string;
  /** An export made before. */
  readonly earlier?: string;
}

/** Prints the outcome; answers the exit code: 0 verified, 1 refused, 2 an error. */
export async function runVerify(
  file: string,
  { key: keyText, earlier }: VerifyCommandOptions,
): Promise<number> {
  const key = parseNoteKey(keyText.trim());
  if (key === undefined)
    return refuse(
      "verify",
      "--key is no public key of a ledger; `holdfast export --public-key` prints it as NAME+ID+KEY",
    );
  try {
    const head = earlier === undefined ? undefined : await headOf(earlier, key);
    if (typeof head === "string") return refuse("verify", head);
    return await report(
      file,
      await verifyFile(file, { key, ...(head === undefined ? {} : { earlier: head }) }),
    );
  } catch (error) {
    return refuse("verify", error instanceof Error ? error.message : String(error));
  }
}

/** @throws Error if the file cannot be read. */
async function verifyFile(
  file: string,
  options: ConstructorParameters<typeof Verifier>[0],
): Promise<Verification> {
  const verifier = new Verifier(options);
  const input = createReadStream(file);
  try {
    for await (const line of readLines(input)) if (!verifier.take(line)) break;
  } finally {
    input.destroy();
  }
  return verifier.end();
}

/** What an earlier export ends with; or, as text, why that cannot be said. */
async function headOf(file: string, key: NoteKey): Promise<Checkpoint | string> {
  const found = await verifyFile(file, { key });
  return found.type === "Verified" ? found : `--earlier: ${file}, line ${found.line}: ${found.message}`;
}

async function report(file: string, found: Verification): Promise<number> {
  if (found.type === "Refused") {
    complain(`holdfast verify: ${file}, line ${found.line}: ${found.message}`);
    return 1;
  }
  const { origin, size, root, opened, sealed } = found;
  await print(
    [
      `${size} entries of ${origin} are what was signed: none altered, removed, inserted or moved`,
      `${opened} of ${sealed} sealed values are in the export, and are those that were sealed`,
      `root ${Buffer.from(root).toString("base64")}`,
      "",
    ].join("\n"),
  );
  return 0;
}
