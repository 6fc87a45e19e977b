/** Many rounds, several at a time; each depends on the seed and on its own number alone. */
import { canBeReplaced, type DeliveryWay, deliveryWays } from "../delivery.ts";
import type { Arena } from "./arena.ts";
import { Chance } from "./chance.ts";
import { type Outcome, playRound } from "./round.ts";
import { makeSubject } from "./subjects.ts";

export interface FuzzOptions {
  readonly rounds: number;
  readonly seed: number;
  /** The number of the first round; to play one again. */
  readonly first?: number;
}

export type Round = Outcome & { readonly round: number };

export interface FuzzResult {
  readonly rounds: readonly Round[];
  /** What chance made and the server did not take. */
  readonly refused: readonly { readonly kind: string; readonly message: string }[];
}

/** The API server and this process share a machine: more at a time would only wait. */
const atATime = 6;

export async function fuzz(arena: Arena, { rounds, seed, first = 0 }: FuzzOptions): Promise<FuzzResult> {
  const played: Round[] = [];
  const refused: { kind: string; message: string }[] = [];
  let next = first;
  await Promise.all(Array.from({ length: atATime }, work));
  return { rounds: played.sort((a, b) => a.round - b.round), refused };

  async function work(): Promise<void> {
    while (next < first + rounds) {
      const round = next;
      next += 1;
      const chance = new Chance(seed * 1_000_003 + round);
      const made = await makeSubject(arena, chance, round);
      if (made.type === "Refused") refused.push(made);
      else {
        const outcome = await playRound(arena, made.subject, {
          chance,
          way: wayFor(made.subject.desired, chance),
        });
        played.push({ ...outcome, round });
      }
    }
  }
}

function wayFor(object: Parameters<typeof canBeReplaced>[0], chance: Chance): DeliveryWay {
  return chance.pick(deliveryWays.filter((way) => way !== "Replace" || canBeReplaced(object)));
}
