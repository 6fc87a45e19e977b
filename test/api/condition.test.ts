/** Conditions keep the time since when they hold, and every time can be written. */
import { describe, expect, it } from "@jest/globals";
import { type Condition, formatTime, type NewCondition, settleConditions } from "../../src/api/condition.ts";

const earlier = "2026-01-01T00:00:00Z";
const at = { nowMs: Date.parse("2026-01-02T03:04:05.678Z"), generation: 7 };

const ready = (fields: Partial<NewCondition> = {}): NewCondition => ({
  type: "Ready",
  status: "True",
  reason: "Watching",
  message: "3 objects",
  ...fields,
});
const before = (fields: Partial<Condition> = {}): Condition => ({
  ...ready(),
  lastTransitionTime: earlier,
  observedGeneration: 6,
  ...fields,
});

const settled = (condition: NewCondition, ...conditions: readonly Condition[]) =>
  settleConditions([condition], conditions, at)[0];

describe("a condition", () => {
  it("that is new holds since now", () => {
    expect(settled(ready())?.lastTransitionTime).toBe("2026-01-02T03:04:05Z");
  });

  it("whose status is as before holds since then, whatever its reason and message are now", () => {
    const now = settled(ready({ reason: "SourceStale", message: "other" }), before());
    expect(now).toEqual({
      ...ready({ reason: "SourceStale", message: "other" }),
      lastTransitionTime: earlier,
      observedGeneration: 7,
    });
  });

  it("whose status is another holds since now", () => {
    expect(settled(ready(), before({ status: "False" }))?.lastTransitionTime).toBe("2026-01-02T03:04:05Z");
  });

  it("takes its time from the one of its own type", () => {
    const other = before({ type: "InSync", lastTransitionTime: "2020-01-01T00:00:00Z" });
    expect(settled(ready(), other, before())?.lastTransitionTime).toBe(earlier);
  });

  it("that holds no more is gone", () => {
    expect(settleConditions([], [before()], at)).toEqual([]);
  });

  it("says no more than the API server takes", () => {
    expect(settled(ready({ message: "x".repeat(10_000) }))?.message).toHaveLength(4_096);
  });
});

describe("a time", () => {
  it.each([
    ["in whole seconds", Date.parse("2026-01-02T03:04:05.999Z"), "2026-01-02T03:04:05Z"],
    ["of the epoch", 0, "1970-01-01T00:00:00Z"],
    ["of the first year that can be written", Date.parse("0000-01-01T00:00:00Z"), "0000-01-01T00:00:00Z"],
    ["of the last", Date.UTC(9_999, 11, 31, 23, 59, 59), "9999-12-31T23:59:59Z"],
    ["before all that can be written", -1e15, "9999-12-31T23:59:59Z"],
    ["after it", 8.64e15, "9999-12-31T23:59:59Z"],
    ["that is none", Number.NaN, "9999-12-31T23:59:59Z"],
  ])("%s", (_, ms, text) => {
    expect(formatTime(ms)).toBe(text);
  });
});
