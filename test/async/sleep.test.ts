/** Waiting that can be called off. */
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { sleep } from "../../src/async/sleep.ts";

describe("sleep", () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it("ends when its time is over", async () => {
    jest.useFakeTimers();
    let isAwake = false;
    const sleeping = sleep(1_000, new AbortController().signal).then(() => {
      isAwake = true;
    });
    await jest.advanceTimersByTimeAsync(999);
    expect(isAwake).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await sleeping;
    expect(isAwake).toBe(true);
  });

  it("ends at once when it is called off, before or after it began", async () => {
    const stop = new AbortController();
    const sleeping = sleep(1_000_000, stop.signal);
    stop.abort();
    await sleeping;
    await sleep(1_000_000, stop.signal);
  });
});
