/** A wiped ownership record changes no verdict, and is said. */
import { describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../../src/resource/resource.ts";
import { createWorld } from "../support/world.ts";

const configMap = (mode: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "settings", namespace: "shop" },
  data: { mode },
});
const settings = configMap("fast");
const deliverer = { name: "kubectl-client-side-apply" } as const;

async function delivered() {
  const world = createWorld({ rollback: { mode: "Never" } });
  world.commit(settings);
  await world.poll();
  world.write(settings, deliverer);
  await world.settle();
  return world;
}

describe("a wiped ownership record", () => {
  it("is said once, and changes no verdict", async () => {
    const world = await delivered();
    world.wipe(settings);
    await world.settle();
    world.wipe(settings);
    await world.settle();
    expect(world.verdictOf(settings)).toBe("InSync");
    expect(world.story).toEqual(["Wiped settings"]);
  });

  it("is said beside the drift that it was to hide", async () => {
    const world = await delivered();
    world.wipe(configMap("hacked"));
    await world.settle();
    expect(world.verdictOf(settings)).toBe("Drifted Modified");
    expect(world.story).toEqual(["Wiped settings", "Detected Modified settings"]);
  });

  it("is not said again after a restart", async () => {
    const world = await delivered();
    world.wipe(settings);
    await world.settle();
    const again = world.restart();
    await again.poll();
    expect(again.story).toEqual([]);
  });

  it("is said again when there was a record in between", async () => {
    const world = await delivered();
    world.wipe(settings);
    await world.settle();
    world.write(settings, deliverer);
    await world.settle();
    world.wipe(settings);
    await world.settle();
    expect(world.story).toEqual(["Wiped settings", "Wiped settings"]);
  });

  it("is none on an object that never had a record", async () => {
    const world = createWorld();
    world.commit(settings);
    await world.poll();
    world.wipe(settings);
    await world.settle();
    world.wipe(settings);
    await world.settle();
    expect(world.story).toEqual([]);
  });
});
