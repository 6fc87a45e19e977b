import { describe, expect, it } from "@jest/globals";
import { createOneAtATime } from "../../src/async/one-at-a-time.ts";

describe("work that is done one at a time", () => {
  it("does not overlap under one key, and keeps its order", async () => {
    const run = createOneAtATime();
    const said: string[] = [];
    const work = (name: string) => async () => {
      said.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      said.push(`${name} ends`);
      return name;
    };
    const results = await Promise.all([
      run("a", work("one")),
      run("a", work("two")),
      run("a", work("three")),
    ]);
    expect(results).toEqual(["one", "two", "three"]);
    expect(said).toEqual(["one", "two", "three"].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it("overlaps under different keys", async () => {
    const run = createOneAtATime();
    let release = () => {};
    const blocked = run("a", () => new Promise<void>((resolve) => (release = resolve)));
    expect(await run("b", () => Promise.resolve("done"))).toBe("done");
    release();
    await blocked;
  });

  it("goes on after a failure, which only its own caller sees", async () => {
    const run = createOneAtATime();
    const failed = run("a", () => Promise.reject(new Error("no")));
    const next = run("a", () => Promise.resolve("yes"));
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("yes");
  });
});
