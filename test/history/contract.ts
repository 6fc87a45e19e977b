/** What every store of delivered marks must do, whatever it is built on. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { DeliveredMark } from "../../src/drift/input.ts";
import type { DeliveredStore } from "../../src/history/delivered-store.ts";
import { resourceKey } from "../../src/resource/resource.ts";
import { cpuMs } from "../support/cpu-time.ts";

export interface StoreUnderTest {
  /** Opens the same store each time, as a restart would. */
  open(): DeliveredStore;
  dispose(): void;
}

export function describeDeliveredStore(name: string, prepare: () => StoreUnderTest): void {
  describe(name, () => {
    let place: StoreUnderTest;
    let store: DeliveredStore;
    beforeEach(() => {
      place = prepare();
      store = place.open();
    });
    afterEach(() => {
      store.close();
      place.dispose();
    });

    const key = (index: number) =>
      resourceKey({ group: "", kind: "ConfigMap", namespace: "shop", name: `c${index}` });
    const mark = (index: number): DeliveredMark => ({
      uid: `uid-${index}`,
      resourceVersion: String(index),
      revision: `main@sha1:${index}`,
      policyGeneration: index,
      completed: index % 2 === 0,
    });

    it("gives back what was put, also after a restart", () => {
      store.put("policy", key(1), mark(1));
      store.put("policy", key(2), mark(2));
      store.close();
      store = place.open();
      expect([...store.load("policy")]).toEqual([
        [key(1), mark(1)],
        [key(2), mark(2)],
      ]);
    });

    it("gives back all that a verdict hung on, and what the server chose", () => {
      const whole: DeliveredMark = {
        ...mark(1),
        dependencies: "Exact\nHorizontalPodAutoscaler shop/web",
        tracked: true,
        allocated: { 'spec.ports[port=80,protocol="TCP"].nodePort': 31000 },
      };
      store.put("policy", key(1), whole);
      store.put("policy", key(2), { ...mark(2), tracked: false });
      store.close();
      store = place.open();
      expect([...store.load("policy").values()]).toEqual([whole, { ...mark(2), tracked: false }]);
    });

    it("gives back what waits to be written", () => {
      store.put("policy", key(1), mark(1));
      expect(store.load("policy").get(key(1))).toEqual(mark(1));
    });

    it("keeps the newest mark of an object", () => {
      store.put("policy", key(1), mark(1));
      store.put("policy", key(1), mark(3));
      expect([...store.load("policy").values()]).toEqual([mark(3)]);
    });

    it("keeps policies apart", () => {
      store.put("one", key(1), mark(1));
      store.put("two", key(1), mark(2));
      expect(store.load("one").get(key(1))).toEqual(mark(1));
      expect(store.load("two").get(key(1))).toEqual(mark(2));
      expect(store.load("three").size).toBe(0);
    });

    it("forgets an object, and a policy with all that waits for it", () => {
      store.put("one", key(1), mark(1));
      store.put("one", key(2), mark(2));
      store.remove("one", key(1));
      expect([...store.load("one").keys()]).toEqual([key(2)]);
      store.put("one", key(3), mark(3));
      store.removePolicy("one");
      expect(store.load("one").size).toBe(0);
    });

    it("takes 10,000 marks without holding the event loop for more than 20 ms", async () => {
      for (let i = 0; i < 10_000; i++) store.put("policy", key(i), mark(i));
      const turns: number[] = [];
      let last = cpuMs();
      const timer = setInterval(() => {
        turns.push(cpuMs() - last);
        last = cpuMs();
      }, 1);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      clearInterval(timer);
      expect(store.load("policy").size).toBe(10_000);
      // Into one of them the garbage of all the tests before may fall.
      const [, second = 0] = turns.toSorted((a, b) => b - a);
      expect(second).toBeLessThan(20);
    });
  });
}
