/** The pause before another try. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { backoffMs } from "../../src/async/backoff.ts";

describe("backoffMs", () => {
  it("doubles with each failure, and its jitter takes away at most half", () => {
    const backoff = { firstMs: 100, maxMs: 1_000 };
    expect([1, 2, 3, 4, 5].map((failures) => backoffMs(backoff, failures, 0))).toEqual([
      50, 100, 200, 400, 500,
    ]);
    expect(backoffMs(backoff, 1, 0.5)).toBe(75);
  });

  it("stays within its bounds for any number of failures", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failures, random) => {
          const ms = backoffMs({ firstMs: 200, maxMs: 30_000 }, failures, random);
          expect(ms).toBeGreaterThanOrEqual(100);
          expect(ms).toBeLessThanOrEqual(30_000);
        },
      ),
    );
  });
});
