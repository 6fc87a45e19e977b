import { describe, expect, it } from "@jest/globals";
import { ulid } from "../../src/operator/ulid.ts";

describe("a ULID", () => {
  it("has the time in front, as the specification's example has it, and is sorted by it", () => {
    const random = new Uint8Array(10);
    expect(ulid(1_469_918_176_385, random)).toBe("01ARYZ6S410000000000000000");
    expect(ulid(1, random) < ulid(2, random)).toBe(true);
  });

  it("has all the random bits behind it", () => {
    expect(ulid(0, new Uint8Array(10).fill(255))).toBe("0000000000ZZZZZZZZZZZZZZZZ");
  });

  it("takes ten random bytes", () => {
    expect(() => ulid(0, new Uint8Array(9))).toThrow("10 random bytes");
  });
});
