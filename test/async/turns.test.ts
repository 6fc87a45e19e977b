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

  it("costs no turn while the slice is not used up", () => {
    const turn = createTurns(1_000);
    expect(turn()).toBeUndefined();
  });
});
