/** The verdicts on everything that is declared, in the order in which it is; what scalers did is no drift. */
import { type Controlled, type ControlledDeps, createControlled } from "../controller/controlled.ts";
import { type Declaration, DesiredStore } from "../controller/desired-store.ts";
import { policyKey } from "../controller/policy-key.ts";
import { scaleFinding } from "../drift/controlled.ts";
import type { ScalerClaim } from "../drift/scalers.ts";
import { type ResourceKey, resourceKey } from "../resource/resource.ts";
import type { DiffResult } from "./diff-report.ts";
import { type JudgeContext, judge, type Observation } from "./judge.ts";

export interface Judgement {
  /** What is live of one declaration; of each once, in any order. */
  observe(declaration: Declaration, observation: Observation): void;
  results(live: LiveScalers, signal: AbortSignal): Promise<readonly DiffResult[]>;
}

/** Where scalers that nobody declares are found, and who controls them. */
export type LiveScalers = Omit<ControlledDeps, "now" | "statusOf">;

export interface JudgementOptions extends Omit<JudgeContext, "scalers"> {
  readonly declarations: ReadonlyMap<ResourceKey, Declaration>;
  /** What is needed of a result later; what is not is let go at once. */
  readonly keep: (result: DiffResult) => DiffResult;
}

/** An object of which scalers may explain something. */
interface Scaled {
  readonly declaration: Declaration;
  readonly observation: Observation;
  /** What was known of them when it was last judged. */
  claims: readonly ScalerClaim[];
  /** A scaler that nobody declares. */
  controlled?: ScalerClaim;
}

export function createJudgement({ declarations, keep, ...context }: JudgementOptions): Judgement {
  const key = policyKey({ namespace: "", name: "command-line" });
  const desired = new DesiredStore();
  desired.replace(key, { revision: "", declarations: new Map(declarations) });
  const results = new Map<ResourceKey, DiffResult>();
  /** By where the object was found: its declaration may leave the namespace open. */
  const declaredAs = new Map<ResourceKey, ResourceKey>();
  const scaled: Scaled[] = [];

  return {
    observe(declaration, observation) {
      const one: Scaled = { declaration, observation, claims: [] };
      const { resource, verdict } = settle(one);
      declaredAs.set(resourceKey(resource), declaration.key);
      if (desired.claimsOn(declaration.key).length > 0 || scaleFinding(verdict) !== undefined)
        scaled.push(one);
    },
    async results(live, signal) {
      const controlled = createControlled({
        ...live,
        now: () => 0,
        statusOf: (one) => statusOf(declaredAs.get(one)),
      });
      do settleAll();
      while (await explainMore(controlled, signal));
      return [...declarations.keys()].flatMap((one) => results.get(one) ?? []);
    },
  };

  function settle({ declaration, observation, claims }: Scaled): DiffResult {
    const result = keep(judge(declaration, observation, { ...context, scalers: claims }));
    results.set(declaration.key, result);
    return result;
  }

  /** A scaler may itself be scaled: with each that is found in sync more may be explained. */
  function settleAll(): void {
    let isNews = true;
    while (isNews) {
      isNews = false;
      for (const one of scaled) {
        const claims = claimsOn(one);
        if (claims.length === one.claims.length) continue;
        one.claims = claims;
        settle(one);
        isNews = true;
      }
    }
  }

  function claimsOn({ declaration, controlled }: Scaled): readonly ScalerClaim[] {
    const declared = desired
      .claimsOn(declaration.key)
      .filter(({ scaler }) => statusOf(scaler) === "InSync")
      .map(({ claim }) => claim);
    return controlled === undefined ? declared : [...declared, controlled];
  }

  /** Whether scalers that nobody declares explain anything that nothing explained before. */
  async function explainMore(live: Controlled, signal: AbortSignal): Promise<boolean> {
    let isNews = false;
    for (const one of scaled) {
      if (one.controlled !== undefined) continue;
      const claim = await explain(one, live, signal);
      if (claim === undefined) continue;
      one.controlled = claim;
      isNews = true;
    }
    return isNews;
  }

  async function explain(
    { declaration }: Scaled,
    live: Controlled,
    signal: AbortSignal,
  ): Promise<ScalerClaim | undefined> {
    const result = results.get(declaration.key);
    if (result === undefined) return undefined;
    const question = { target: resourceKey(result.resource), verdict: result.verdict, arrivedAtMs: 0 };
    for (;;) {
      const answer = live.explain(question);
      if (answer.type !== "Read") return answer.type === "Explained" ? answer.claim : undefined;
      await live.read(answer.missing, signal);
    }
  }

  function statusOf(declared: ResourceKey | undefined): DiffResult["verdict"]["status"] | undefined {
    return declared === undefined ? undefined : results.get(declared)?.verdict.status;
  }
}
