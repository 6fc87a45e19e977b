/** Long loops that let others have their turn. */
import { describe, expect, it } from "@jest/globals";
import { createTurns } from "../../src/async/turns.ts";

describe("createTurns", () => {
  it("lets timers run during a long loop", async () => {
    const turn = createTurns(2);
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    const until = performance.now() + 100;
    while (performance.now() < until) await turn();
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  });

  it("costs no turn while the slice is not used up", async () => {
    const turn = createTurns(1_000);
    await turn();
    expect(turn()).toBeUndefined();
  });

  it("gives several long loops one turn after the other", async () => {
    const turns: string[] = [];
    const loop = async (name: string): Promise<void> => {
      const turn = createTurns(2);
      for (let round = 0; round < 3; round += 1) {
        const slice = performance.now() + 3;
        while (performance.now() < slice);
        await turn();
        turns.push(name);
      }
    };
    let immediates = 0;
    const ticker = setInterval(() => {
      immediates += 1;
    }, 1);
    await Promise.all([loop("a"), loop("b"), loop("c")]);
    clearInterval(ticker);
    expect(turns.toSorted()).toEqual(["a", "a", "a", "b", "b", "b", "c", "c", "c"]);
    // Timers came between the loops' turns, not after a turn of all of them.
    expect(immediates).toBeGreaterThan(3);
  });
});
