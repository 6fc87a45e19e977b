/** The commands around the ledger, as the command line knows them. */
import { Command, InvalidArgumentError, Option } from "commander";
import { flags } from "../config.ts";
import { type EntryType, entryTypes } from "../ledger/entry.ts";
import type { ExportOptions } from "./export.ts";
import { type HistoryOptions, historyOutputs } from "./history.ts";
import type { VerifyCommandOptions } from "./verify.ts";

export type Exit = (code: number) => void;

export function historyCommand(exit: Exit): Command {
  return new Command("history")
    .description(
      "Print what happened: drifts, rollbacks, changed policies. Reads the ledger on the operator's disk.",
    )
    .addOption(dataDir())
    .option("--policy <NAMESPACE/NAME>", "of one policy")
    .option("--object <KIND/NAME>", "of one object: Kind/name or Kind/namespace/name")
    .addOption(new Option("--type <TYPE...>", "of these types").choices(entryTypes))
    .option("--since <DURATION>", "what is not older: 30m, 24h, 7d")
    .addOption(new Option("--limit <N>", "the newest so many").default(100).argParser(limitOf))
    .addOption(
      new Option("-o, --output <FORMAT>", "how to print it").choices(historyOutputs).default("table"),
    )
    .addHelpText(
      "after",
      `
Examples:
  kubectl exec -n holdfast-system deploy/holdfast -- node /opt/holdfast/holdfast.mjs history --since 24h
  holdfast history --data-dir ./data --object Deployment/shop/web`,
    )
    .action(async (options: HistoryOptions & { readonly type?: readonly EntryType[] }) => {
      const { runHistory } = await import("./history.ts");
      exit(await runHistory(options));
    });
}

export function exportCommand(exit: Exit): Command {
  return new Command("export")
    .description(
      "Print the whole ledger with its signed heads, one JSON object a line. That is an entry of it, too.",
    )
    .addOption(dataDir())
    .addOption(
      new Option(
        "--ledger-key-file <FILE>",
        "as the operator has it; default: ledger-key.pem in the data directory",
      ).env("HOLDFAST_LEDGER_KEY_FILE"),
    )
    .option("--public-key", "print the public key instead, which `holdfast verify` takes")
    .addHelpText(
      "after",
      `
Examples:
  kubectl exec -n holdfast-system deploy/holdfast -- node /opt/holdfast/holdfast.mjs export > ledger.jsonl
  kubectl exec -n holdfast-system deploy/holdfast -- node /opt/holdfast/holdfast.mjs export --public-key > ledger.pub`,
    )
    .action(async (options: ExportOptions) => {
      const { runExport } = await import("./export.ts");
      exit(await runExport(options));
    });
}

export function verifyCommand(exit: Exit): Command {
  return new Command("verify")
    .description(
      "Verify an export of the ledger with nothing but the public key: no entry altered, removed or inserted.",
    )
    .argument("EXPORT", "a file that `holdfast export` has printed")
    .requiredOption("--key <KEY>", "the public key, as `holdfast export --public-key` prints it")
    .option("--earlier <EXPORT>", "an export made before: the new one must continue it")
    .addHelpText(
      "after",
      `
Examples:
  holdfast verify ledger.jsonl --key "$(cat ledger.pub)"
  holdfast verify ledger-may.jsonl --key "$(cat ledger.pub)" --earlier ledger-april.jsonl

Exit codes: 0 verified, 1 refused: the line, and what is wrong there, 2 an error.`,
    )
    .action(async (file: string, options: VerifyCommandOptions) => {
      const { runVerify } = await import("./verify.ts");
      exit(await runVerify(file, options));
    });
}

function dataDir(): Option {
  const known = flags.find(({ name }) => name === "data-dir");
  return new Option("--data-dir <DIR>", "the operator's data directory")
    .env("HOLDFAST_DATA_DIR")
    .default(known?.defaultText);
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100_000)
    throw new InvalidArgumentError("give a whole number from 1 to 100000");
  return limit;
}
