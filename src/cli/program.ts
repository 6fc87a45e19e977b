/** The command line: what can be asked, and with which exit code it is answered. */
import { Command, CommanderError, Option } from "commander";
import { flags } from "../config.ts";
import { version } from "../version.ts";
import { type DiffOptions, outputs } from "./diff-options.ts";
import { exportCommand, historyCommand, verifyCommand } from "./ledger-commands.ts";
import { complain } from "./print.ts";

/**
 * Exit codes as `kubectl diff` has them: 0 no drift, 1 drift, 2 an error.
 * `holdfast run` ends with 0 after a signal, and with 2 if it cannot start.
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command("holdfast")
    .description(
      "Holds a Kubernetes cluster to what Git says: sees every drift, records it, and undoes it where a policy says so.",
    )
    .version(version, "--version", "print the version")
    .exitOverride()
    .addHelpText(
      "after",
      `
Examples:
  holdfast diff policy.yaml                      what has drifted from Git, now
  holdfast run --digest-key-file digest.key      the operator, with the current kubeconfig
  holdfast history --since 24h                   what happened, from the operator's ledger
  holdfast verify ledger.jsonl --key KEY         that an export of it is whole
  holdfast help diff                             all that diff can do

Exit codes: 0 no drift, 1 drift, 2 an error, or something that could not be judged.`,
    );
  program.addCommand(
    runCommand(async (values) => {
      // Loaded when asked for: the operator needs none of the other commands' data, nor they its parts.
      const { runRun } = await import("./run.ts");
      exitCode = await runRun(values);
    }),
  );
  program.addCommand(
    diffCommand(async (policy, options) => {
      const { runDiff } = await import("./diff.ts");
      exitCode = await runDiff(policy, options);
    }),
  );
  const exit = (code: number) => {
    exitCode = code;
  };
  for (const command of [historyCommand(exit), exportCommand(exit), verifyCommand(exit)])
    program.addCommand(command.exitOverride());
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    complain(`holdfast: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
}

function runCommand(action: (values: Record<string, string | undefined>) => Promise<void>): Command {
  const command = new Command("run").description("Run the operator.").exitOverride();
  for (const { name, placeholder, defaultText, description } of flags) {
    const shown = defaultText === undefined ? description : `${description} (default: ${defaultText})`;
    command.addOption(new Option(`--${name} <${placeholder ?? "VALUE"}>`, shown));
  }
  command.addHelpText(
    "after",
    `
Each flag may be given as a variable too: --data-dir as HOLDFAST_DATA_DIR.

Examples:
  head -c 32 /dev/urandom > digest.key
  holdfast run --digest-key-file digest.key --data-dir ./data --leader-elect false`,
  );
  return command.action(async (options: Record<string, string>) => {
    // commander turns `data-dir` into `dataDir`; configuration speaks of flags by their names.
    const values = Object.fromEntries(flags.map(({ name }) => [name, options[camelCase(name)]]));
    await action(values);
  });
}

function diffCommand(action: (policy: string | undefined, options: DiffOptions) => Promise<void>): Command {
  return new Command("diff")
    .description("Compare what Git says with what is live, once; read permission is enough.")
    .exitOverride()
    .argument("[POLICY.yaml]", "a file with a GitRepoPolicy; it need not be in the cluster")
    .option("--repo <DIR|URL>", "instead of a policy: the repository; what is committed counts")
    .option("--path <PATH>", "with --repo: the folder in it that holds the manifests; default: all of it")
    .option("--branch <NAME>", "with --repo: the branch; default: what is checked out in DIR, or main of URL")
    .option(
      "--namespace <NAME>",
      "for manifests that state none; default: the current context's; without a cluster: where the live object is",
    )
    .option("--desired <FILE>", "without a cluster: what Git says; - is standard input")
    .option(
      "--live <FILE>",
      "without a cluster: what is live, as `kubectl get -o yaml` or `-o json` prints it; - is standard input",
    )
    .option("--kubeconfig <FILE>", "which cluster; default: the usual places")
    .option("--kubectl <COMMAND>", "kubectl, for Kustomize overlays", "kubectl")
    .addOption(
      new Option(
        "--mode <MODE>",
        "Declared: only fields that Git states; default: the policy's, else Exact",
      ).choices(["Exact", "Declared"]),
    )
    .option("--object <KIND/NAME>", "look at one object: Kind/name or Kind/namespace/name")
    .option("--show-excused", "list what was found to be no drift, and why")
    .option("--explain <PATH>", "why this field is drift, or is none, e.g. 'spec.replicas'; with --object")
    .option("--suggest", "print trust and ignore rules to review, grouped by who wrote what")
    .addOption(
      new Option(
        "--dry-run <WHEN>",
        "have findings confirmed by dry-runs, with your own right to create and patch; nothing is written",
      )
        .choices(["Never", "WhereAllowed"])
        .default("Never"),
    )
    .addOption(new Option("-o, --output <FORMAT>", "how to print it").choices(outputs).default("table"))
    .addHelpText(
      "after",
      `
Examples:
  holdfast diff policy.yaml
  holdfast diff --repo . --path deploy
  holdfast diff --repo https://git.example.com/platform/shop.git --path deploy -o json
  kubectl get deployment web -o yaml --show-managed-fields | holdfast diff --desired web.yaml --live -
  holdfast diff policy.yaml --object Deployment/shop/web --explain 'spec.template.spec.containers[name="web"].image'
  holdfast diff policy.yaml --suggest                    the first day on a grown cluster

Exit codes: 0 no drift, 1 something is Drifted, 2 an error, or nothing is Drifted but something is Unknown or doubtful,
or Git states fields that the API server does not know.`,
    )
    .action(action);
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
