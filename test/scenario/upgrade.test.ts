/** The same field of many objects at once, just after an upgrade, may be our own fault: nothing of it is rolled back. */
import { describe, expect, it } from "@jest/globals";
import type { JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { createWorld } from "../support/world.ts";

const many = Array.from({ length: 25 }, (_, i) => i);
const deployment = (i: number, spec: JsonObject = {}): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: `web-${i}`, namespace: "shop" },
  spec: { paused: true, ...spec },
});
const deliverer = { name: "kubectl-client-side-apply" } as const;
const controller = { name: "new-controller" } as const;

async function delivered() {
  const world = createWorld();
  world.commit(...many.map((i) => deployment(i)));
  await world.poll();
  for (const i of many) world.write(deployment(i), deliverer);
  await world.settle();
  return world;
}

describe("a field that a controller sets on many objects", () => {
  it("is doubtful just after an upgrade, and left alone", async () => {
    const world = await delivered();
    world.holdRecords();
    world.upgrade();
    for (const i of many) world.write(deployment(i, { minReadySeconds: 5 }), controller);
    await world.settle();
    world.takeRecords();
    await world.settle();
    expect(many.map((i) => world.verdictOf(deployment(i)))).toEqual(many.map(() => "Unknown Doubtful"));
    expect(world.writes).toEqual([]);
  });

  it("is drift on an object that changes again", async () => {
    const world = await delivered();
    world.holdRecords();
    world.upgrade();
    for (const i of many) world.write(deployment(i, { minReadySeconds: 5 }), controller);
    await world.settle();
    world.wait(120_000);
    world.write(deployment(3, { minReadySeconds: 7 }));
    await world.settle();
    expect(world.verdictOf(deployment(3))).toBe("Drifted Modified");
    expect(world.verdictOf(deployment(4))).toBe("Unknown Doubtful");
  });

  it("is drift where nothing was upgraded", async () => {
    const world = await delivered();
    for (const i of many) world.write(deployment(i, { minReadySeconds: 5 }), controller);
    await world.settle();
    expect(world.writes).toHaveLength(many.length);
  });
});
