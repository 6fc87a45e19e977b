import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { sameQuantity } from "../../src/diff/quantity.ts";
import type { Json } from "../../src/resource/resource.ts";
import { cpuMs } from "../support/cpu-time.ts";

describe("quantities", () => {
  it.each<readonly [Json, Json]>([
    ["1Gi", "1024Mi"],
    ["1Gi", 1073741824],
    ["1", "1000m"],
    ["0.5", "500m"],
    [0.5, "500m"],
    [".5", "500m"],
    ["5.", "5"],
    ["1e3", "1k"],
    ["1E3", "1000"],
    ["1E", "1000P"],
    ["12e-3", "12m"],
    ["+1", "1"],
    ["-1", "-1000m"],
    ["0", "0Gi"],
    ["1.5Gi", "1536Mi"],
    ["0.1Gi", "107374182400m"],
    ["100500u", "100.5m"],
    ["8Ei", "9223372036854775808"],
  ])("%j and %j are one amount", (a, b) => {
    expect(sameQuantity(a, b)).toBe(true);
    expect(sameQuantity(b, a)).toBe(true);
  });

  it.each<readonly [Json, Json]>([
    ["1Gi", "1G"],
    ["1", "1001m"],
    ["1m", "1M"],
    ["1", "-1"],
    ["1k", "1K"],
    ["", "0"],
    ["1 Gi", "1Gi"],
    ["0x10", "16"],
    ["1e99999999", "1e99999998"],
    [true, "1"],
    [null, "0"],
    [[1], "1"],
  ])("%j and %j are not", (a, b) => {
    expect(sameQuantity(a, b)).toBe(false);
    expect(sameQuantity(b, a)).toBe(false);
  });

  it("are rounded up where the server rounds them: to a nano, in lists of resources to a milli", () => {
    expect(sameQuantity("0.0000000001", "1n")).toBe(true);
    expect(sameQuantity("0.0001", "1m")).toBe(true);
    expect(sameQuantity("-0.0001", "-1m")).toBe(true);
    expect(sameQuantity("1m", "0.0001")).toBe(false);
  });

  it("are compared exactly, whatever their size", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (n) => {
        expect(sameQuantity(`${n}`, `${n * 1000n}m`)).toBe(true);
        expect(sameQuantity(`${n}Ki`, `${n * 1024n}`)).toBe(true);
        expect(sameQuantity(`${n}`, `${n + 1n}`)).toBe(false);
      }),
    );
  });

  it("are the same by plain numbers and by exact ones, which a sign asks for", () => {
    const digits = fc.stringMatching(/^\d{0,9}$/);
    const unit = fc.constantFrom(
      "",
      "",
      "n",
      "u",
      "m",
      "k",
      "M",
      "G",
      "T",
      "P",
      "E",
      "Ki",
      "Mi",
      "Gi",
      "Ti",
      "e3",
      "x",
    );
    const amount = fc.oneof(
      fc
        .tuple(
          digits,
          fc.oneof(
            fc.constant(""),
            digits.map((text) => `.${text}`),
          ),
          unit,
        )
        .map((parts) => parts.join("")),
      fc.tuple(fc.nat({ max: 9 }), fc.constantFrom("Ki", "k", "")).map(([n, unit]) => `${n}${unit}`),
      fc
        .tuple(fc.nat({ max: 9 }), fc.constantFrom("000m", "000", ".000k", "024", "024m"))
        .map((parts) => parts.join("")),
      fc.constantFrom("9007199254740992", "9007199254740993", "9007199254740.993k", "9007199254740993m", "."),
    );
    const signed = (text: string) => `+${text}`;
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect([a, b, sameQuantity(a, b)]).toEqual([a, b, a === b || sameQuantity(signed(a), signed(b))]);
      }),
      { numRuns: 5_000 },
    );
  });

  it("take no time, however long the text", () => {
    const start = cpuMs();
    sameQuantity("9".repeat(1_000_000), "8".repeat(1_000_000));
    sameQuantity("1e999999999", "1e-999999999");
    expect(cpuMs() - start).toBeLessThan(50);
  });
});
