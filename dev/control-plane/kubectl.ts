/** Runs kubectl with an environment of its own, so that nothing of the person who runs the tests leaks in. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import type { Command } from "./binaries.ts";

export interface KubectlOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlRun {
  readonly command: Command;
  readonly args: readonly string[];
  /** A file; none for what needs no cluster, such as `kustomize`. */
  readonly kubeconfig?: string;
  /** What it reads from standard input. */
  readonly input?: string;
  /** Its HOME, where it caches what kinds there are. */
  readonly home: string;
}

/** kubectl said no; the message is its own. */
export class KubectlFailed extends Error {
  override name = "KubectlFailed";
  readonly outcome: KubectlOutcome;

  constructor(args: readonly string[], outcome: KubectlOutcome) {
    super(`kubectl ${args.join(" ")}: exit ${outcome.exitCode}\n${outcome.stderr.trim()}`);
    this.outcome = outcome;
  }
}

const timeoutMs = 120_000;

/** Whatever kubectl answers is a value. @throws Error when it cannot be started or does not end within two minutes. */
export async function runKubectl({
  command,
  args,
  kubeconfig,
  input,
  home,
}: KubectlRun): Promise<KubectlOutcome> {
  const [program, ...first] = command;
  const child = spawn(program, [...first, ...args], {
    env: { PATH: process.env.PATH, HOME: home, KUBECONFIG: kubeconfig ?? "/dev/null", LANG: "C.UTF-8" },
    timeout: timeoutMs,
  });
  const exit = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === null) reject(new Error(`kubectl ${args.join(" ")}: ended by ${signal}`));
      else resolve(code);
    });
  });
  // It may end without having read its input: its exit code and words say why.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input ?? "");
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  return { exitCode, stdout, stderr };
}
