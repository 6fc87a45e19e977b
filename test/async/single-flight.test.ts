/** Work that is shared while it is under way. */
import { describe, expect, it } from "@jest/globals";
import { singleFlight } from "../../src/async/single-flight.ts";

describe("singleFlight", () => {
  it("runs once for all who ask meanwhile, and again for the next", async () => {
    let runs = 0;
    const ask = singleFlight(async () => {
      runs += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return runs;
    });
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    expect(await ask()).toBe(2);
  });

  it("does not keep a failure", async () => {
    let runs = 0;
    const ask = singleFlight(async () => {
      runs += 1;
      if (runs === 1) throw new Error("once");
      return runs;
    });
    await expect(ask()).rejects.toThrow("once");
    expect(await ask()).toBe(2);
  });
});
