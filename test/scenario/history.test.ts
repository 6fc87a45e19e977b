/** What is not on record is not done. */
import { describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../../src/resource/resource.ts";
import { createWorld, type World } from "../support/world.ts";

const settings = (mode: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "shop" },
  data: { mode },
});

async function edited(): Promise<World> {
  const world = createWorld();
  world.commit(settings("fast"));
  await world.poll();
  world.write(settings("fast"), { name: "kubectl-client-side-apply" });
  await world.settle();
  world.breakHistory();
  world.write(settings("slow"));
  await world.settle();
  return world;
}

describe("while the history cannot be written", () => {
  it("drift is found as ever, and nothing is undone", async () => {
    const world = await edited();
    expect(world.verdictOf(settings(""))).toBe("Drifted Modified, held: HistoryUnavailable");
    expect(world.story).toEqual(["Detected Modified settings"]);
    expect(world.writes).toEqual([]);
  });

  it("the rollback waits for it", async () => {
    const world = await edited();
    world.mendHistory();
    world.wait(5_000);
    await world.settle();
    expect(world.writes).toHaveLength(1);
    expect(world.verdictOf(settings(""))).toBe("InSync");
  });
});
