/** Remotes that hang beside remotes that answer. */
import { describe, expect, it } from "@jest/globals";
import { createLanes, hostOf } from "../../src/operator/lanes.ts";

const reached = () => Promise.resolve(true);
const never = () => new Promise<boolean>(() => undefined);

describe("the lanes", () => {
  it("keep no host that answers waiting for those that hang, however many these are", async () => {
    const lanes = createLanes({ concurrency: 2 });
    await lanes.run("good", reached);
    for (let i = 0; i < 5; i++) void lanes.run(`hanging-${i}`, never);
    let count = 0;
    for (let i = 0; i < 3; i++) await lanes.run("good", () => reached().finally(() => count++));
    expect(count).toBe(3);
  });

  it("take a place from the others once for a host that begins to hang, not once for each that waits for it", async () => {
    const lanes = createLanes({ concurrency: 1 });
    await lanes.run("good", reached);
    await lanes.run("other", reached);
    const { promise: hang, resolve: giveUp } = Promise.withResolvers<boolean>();
    const first = lanes.run("other", () => hang);
    for (let i = 0; i < 3; i++) void lanes.run("other", never);
    const good = lanes.run("good", reached);
    giveUp(false);
    await Promise.all([first, good]);
  });

  it("let a host back that answers again", async () => {
    const lanes = createLanes({ concurrency: 1 });
    await lanes.run("good", () => Promise.resolve(false));
    await lanes.run("good", reached);
    void lanes.run("hanging", never);
    await lanes.run("good", reached);
  });

  it("never run more at once than they may", async () => {
    const lanes = createLanes({ concurrency: 2 });
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return true;
    };
    await Promise.all(Array.from({ length: 10 }, () => lanes.run("new", work)));
    expect(most).toBe(2);
    await Promise.all(Array.from({ length: 10 }, () => lanes.run("new", work)));
    expect(most).toBe(2);
  });

  it("pass on what the work throws, and go on", async () => {
    const lanes = createLanes({ concurrency: 1 });
    await expect(lanes.run("odd", () => Promise.reject(new Error("no room on disk")))).rejects.toThrow(
      "no room",
    );
    await lanes.run("good", reached);
  });
});

describe("a repository's host", () => {
  it.each([
    ["https://git.example.com/a.git", "git.example.com"],
    ["https://git.example.com:8443/a.git", "git.example.com:8443"],
    ["ssh://git@git.example.com/a.git", "git@git.example.com"],
    ["git@git.example.com:a.git", "git@git.example.com"],
    ["file:///srv/a.git", ""],
  ])("of %s is %s", (url, host) => {
    expect(hostOf(url)).toBe(host);
  });
});
