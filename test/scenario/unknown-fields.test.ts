/** Fields in Git that the API server does not know: a fault of the source, never drift. */
import { describe, expect, it } from "@jest/globals";
import type { JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { createWorld } from "../support/world.ts";

const deployment = (spec: JsonObject): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop" },
  spec,
});
const misspelt = deployment({ paused: true, replicaz: 3 });
const served = deployment({ paused: true });
const deliverer = { name: "kubectl-client-side-apply" } as const;

describe("a field that the API server does not know", () => {
  it("is said once, and is no drift", async () => {
    const world = createWorld();
    world.commit(misspelt);
    await world.poll();
    world.write(served, deliverer);
    await world.settle();
    world.write(served, deliverer);
    await world.settle();
    expect(world.verdictOf(misspelt)).toBe("InSync");
    expect(world.story).toEqual(["Unknown spec.replicaz web"]);
    expect(world.writes).toEqual([]);
  });

  it("is said before the object was ever delivered: a deliverer that is strict may refuse it", async () => {
    const world = createWorld();
    world.commit(misspelt);
    await world.poll();
    expect(world.verdictOf(misspelt)).toBe("Pending NeverDelivered");
    expect(world.story).toEqual(["Unknown spec.replicaz web"]);
  });

  it("is news again when Git says something else of it", async () => {
    const world = createWorld();
    world.commit(misspelt);
    await world.poll();
    world.commit(deployment({ paused: true, replikas: 3 }));
    await world.poll();
    world.commit(served);
    await world.poll();
    expect(world.story).toEqual(["Unknown spec.replicaz web", "Unknown spec.replikas web"]);
  });
});
