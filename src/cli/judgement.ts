/** The verdicts on everything that is declared, in the order in which it is; scalers before what they scale. */
import { type Declaration, DesiredStore } from "../controller/desired-store.ts";
import { policyKey } from "../controller/policy-key.ts";
import type { ResourceKey } from "../resource/resource.ts";
import type { DiffResult } from "./diff-report.ts";
import { type JudgeContext, judge, type Observation } from "./judge.ts";

export interface Judgement {
  /** What is live of one declaration; of each once, in any order. */
  observe(declaration: Declaration, observation: Observation): void;
  results(): readonly DiffResult[];
}

export interface JudgementOptions extends Omit<JudgeContext, "scalers"> {
  readonly declarations: ReadonlyMap<ResourceKey, Declaration>;
  /** What is needed of a result later; what is not is let go at once. */
  readonly keep: (result: DiffResult) => DiffResult;
}

interface Scaled {
  readonly declaration: Declaration;
  readonly observation: Observation;
}

export function createJudgement({ declarations, keep, ...context }: JudgementOptions): Judgement {
  const key = policyKey({ namespace: "", name: "command-line" });
  const desired = new DesiredStore();
  desired.replace(key, { revision: "", declarations: new Map(declarations) });
  const results = new Map<ResourceKey, DiffResult>();
  const scaled: Scaled[] = [];

  return {
    observe(declaration, observation) {
      if (desired.claimsOn(declaration.key).length > 0) scaled.push({ declaration, observation });
      else results.set(declaration.key, keep(judge(declaration, observation, { ...context, scalers: [] })));
    },
    results() {
      let waiting: readonly Scaled[] = scaled.splice(0);
      while (waiting.length > 0) {
        const rest = waiting.filter((one) => !settled(one));
        // Scalers that wait for each other: none of them has a verdict, so none excuses anything.
        if (rest.length === waiting.length) for (const one of rest.slice(0, 1)) settle(one);
        waiting = rest.length === waiting.length ? rest.slice(1) : rest;
      }
      return [...declarations.keys()].flatMap((one) => results.get(one) ?? []);
    },
  };

  /** A scaler may itself be scaled: what it scales waits for its verdict, in whatever order they are declared. */
  function settled(one: Scaled): boolean {
    const isReady = desired.claimsOn(one.declaration.key).every(({ scaler }) => results.has(scaler));
    if (isReady) settle(one);
    return isReady;
  }

  function settle({ declaration, observation }: Scaled): void {
    const scalers = desired
      .claimsOn(declaration.key)
      .filter(({ scaler }) => results.get(scaler)?.verdict.status === "InSync")
      .map(({ claim }) => claim);
    results.set(declaration.key, keep(judge(declaration, observation, { ...context, scalers })));
  }
}
