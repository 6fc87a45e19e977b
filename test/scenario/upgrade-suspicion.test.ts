/** How far a suspicion after an upgrade reaches: which objects, which findings, and until when. */
import { describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../../src/resource/resource.ts";
import { createWorld, type World } from "../support/world.ts";

const configMap = (i: number, mode: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: `settings-${i}`, namespace: "shop" },
  data: { mode },
});
const deliverer = { name: "kubectl-client-side-apply" } as const;
const first = configMap(0, "fast");
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

async function delivered(count: number): Promise<World> {
  const world = createWorld({ rollback: { mode: "Never" } });
  world.commit(...numbers(count).map((i) => configMap(i, "fast")));
  await world.poll();
  for (const i of numbers(count)) world.write(configMap(i, "fast"), deliverer);
  await world.settle();
  return world;
}

async function change(world: World, count: number): Promise<void> {
  for (const i of numbers(count)) world.write(configMap(i, "slow"));
  await world.settle();
}

describe("after an upgrade, the same finding", () => {
  it("on 20 objects is drift, and on 21 is doubtful on all of them", async () => {
    const few = await delivered(20);
    few.upgrade();
    await change(few, 20);
    expect(few.verdictOf(first)).toMatch(/^Drifted Modified/);
    const many = await delivered(21);
    many.upgrade();
    await change(many, 21);
    for (const i of numbers(21)) expect(many.verdictOf(configMap(i, ""))).toBe("Unknown Doubtful");
  });

  it("is drift where it was found before", async () => {
    const world = await delivered(21);
    await change(world, 21);
    world.upgrade();
    world.wait(1_000);
    await world.settle();
    expect(world.verdictOf(first)).toMatch(/^Drifted Modified/);
  });

  it("is drift more than a minute later", async () => {
    const world = await delivered(21);
    world.upgrade();
    world.wait(61_000);
    await world.settle();
    await change(world, 21);
    expect(world.verdictOf(first)).toMatch(/^Drifted Modified/);
  });

  it("is undone only when the minute has passed, and on none of the objects if it becomes doubtful", async () => {
    const few = await delivered(20);
    few.setPolicy({ rollback: { mode: "Always", serviceAccountName: "rollback" } });
    few.upgrade();
    await change(few, 20);
    expect(few.verdictOf(first)).toBe("Drifted Modified, held: Upgraded");
    expect(few.writes).toEqual([]);
    few.wait(60_000);
    await few.settle();
    expect(few.writes).toHaveLength(20);
    const many = await delivered(21);
    many.setPolicy({ rollback: { mode: "Always", serviceAccountName: "rollback" } });
    many.upgrade();
    await change(many, 21);
    many.wait(60_000);
    await many.settle();
    expect(many.writes).toEqual([]);
  });

  it("is as doubtful after a restart as it was", async () => {
    const world = await delivered(21);
    world.upgrade();
    await change(world, 21);
    const again = world.restart();
    await again.poll();
    expect(again.verdictOf(first)).toBe("Unknown Doubtful");
  });

  it("is drift once the object or the policy has changed", async () => {
    const world = await delivered(21);
    world.upgrade();
    await change(world, 21);
    world.wait(61_000);
    world.write(configMap(0, "slow"));
    await world.settle();
    expect(world.verdictOf(first)).toMatch(/^Drifted Modified/);
    expect(world.verdictOf(configMap(1, ""))).toBe("Unknown Doubtful");
    world.setPolicy({});
    await world.settle();
    world.wait(0);
    await world.settle();
    expect(world.verdictOf(configMap(1, ""))).toMatch(/^Drifted Modified/);
  });

  it("is drift once there is another revision", async () => {
    const world = await delivered(21);
    world.upgrade();
    await change(world, 21);
    world.wait(61_000);
    world.commit(...numbers(21).map((i) => configMap(i, "fast")));
    await world.poll();
    expect(world.verdictOf(first)).toMatch(/^Drifted Modified/);
  });
});
