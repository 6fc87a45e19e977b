/** Writing to standard output and standard error, also when the reader has gone: `holdfast diff … | head -1`. */
import process from "node:process";
import { printable } from "./printable.ts";

/** Resolves when the text is written, or cannot be any more. */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
}

/** One line on standard error. */
export function complain(message: string): void {
  process.stderr.write(`${printable(message)}\n`);
}

/** Says why a command cannot do what it was asked; answers the exit code of an error. */
export function refuse(command: string, message: string): 2 {
  complain(`holdfast ${command}: ${message}`);
  return 2;
}

/** A reader that has gone is no fault of ours, and nothing to end with a stack trace for. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}
