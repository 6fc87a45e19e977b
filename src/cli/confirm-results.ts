/** `holdfast diff --dry-run=WhereAllowed`: what the API server says of the findings, asked as the operator does. */
import PQueue from "p-queue";
import { answerOf, orderOf } from "../controller/confirming.ts";
import { assess } from "../drift/assess.ts";
import { kindNameOf } from "../drift/makers.ts";
import { createConfirm } from "../operator/confirm.ts";
import { resourceKey } from "../resource/resource.ts";
import type { ClusterLiveDeps } from "./cluster-live.ts";
import type { Declared } from "./declared.ts";
import type { DiffOptions } from "./diff-options.ts";
import type { DiffResult } from "./diff-report.ts";
import { redact } from "./judge.ts";
import { type Keep, keeper } from "./keeper.ts";

export interface Confirmation {
  /** What is needed of a result until it is confirmed. */
  readonly keep: Keep;
  /** The results in the same order, judged once more where there was an answer. */
  confirm(
    results: readonly DiffResult[],
    declared: Declared,
    signal: AbortSignal,
  ): Promise<readonly DiffResult[]>;
  /** What was not answered, if anything; a line for the user. */
  notice(): string | undefined;
}

/** As many as the operator makes. */
const parallelDryRuns = 4;

/** With the user's own rights. Where no dry-runs are asked for, results stay what they are. */
export function createConfirmation(
  options: DiffOptions,
  { writer, discovery }: Pick<ClusterLiveDeps, "writer" | "discovery">,
): Confirmation {
  const keep = keeper(options);
  if (options.dryRun !== "WhereAllowed")
    return { keep, confirm: (results) => Promise.resolve(results), notice: () => undefined };
  const refused = new Set<string>();
  const ask = createConfirm({
    writer,
    discovery,
    now: Date.now,
    random: Math.random,
    redact,
    refused: (verb, gvk, reason) => refused.add(`${verb} ${kindNameOf(gvk)} (${reason})`),
  });
  const queue = new PQueue({ concurrency: parallelDryRuns });
  return {
    keep: (result) => (hasFindings(result) ? result : keep(result)),
    confirm: async (results, declared, signal) =>
      await Promise.all(
        results.map(async (result) => keep(await queue.add(() => judgeAgain(result, declared, signal)))),
      ),
    notice: () =>
      refused.size === 0 ? undefined : `dry-runs were not answered: ${[...refused].sort().join(", ")}`,
  };

  async function judgeAgain(
    result: DiffResult,
    declared: Declared,
    signal: AbortSignal,
  ): Promise<DiffResult> {
    const { input, verdict } = result;
    const declaration = input && declared.get(resourceKey(input.resource));
    const order = declaration && orderOf({ declaration, input, verdict });
    if (input === undefined || order === undefined) return result;
    const again = { ...input, confirmation: answerOf(order, await ask(order, signal)) };
    return { ...result, input: again, verdict: assess(again) };
  }
}

function hasFindings({ verdict }: DiffResult): boolean {
  return verdict.status === "Drifted" || verdict.doubtful !== undefined;
}
