/** What the server chose once is what it was, on the same object: a change of it is seen and put back. */
import { describe, expect, it } from "@jest/globals";
import type { Policy } from "../../src/api/policy.ts";
import type { Json, KubernetesObject } from "../../src/resource/resource.ts";
import { defaultDetection } from "../support/detection.ts";
import { createWorld } from "../support/world.ts";

const service = (...ports: readonly Json[]): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop" },
  spec: { type: "NodePort", ports },
});
const desired = service({ port: 80 });
const served = (nodePort: number) => service({ port: 80, protocol: "TCP", targetPort: 80, nodePort });
const deliverer = { name: "kubectl-client-side-apply" } as const;

async function delivered(policy: Partial<Policy> = {}) {
  const world = createWorld(policy);
  world.commit(desired);
  await world.poll();
  world.write(served(31000), deliverer);
  await world.settle();
  expect(world.verdictOf(desired)).toBe("InSync");
  return world;
}

describe("a node port that Git leaves to the server", () => {
  it("is put back when somebody changes it", async () => {
    const world = await delivered();
    world.write(served(32000));
    await world.settle();
    expect(world.story).toEqual([
      "Detected Modified web",
      "Rollback Succeeded web",
      "Resolved RolledBack web",
    ]);
    expect(world.live(desired)?.["spec"]).toEqual(served(31000)["spec"]);
  });

  it("is put back where a dry-run of that is answered", async () => {
    const world = await delivered();
    world.admit((object) => object);
    world.write(served(32000));
    await world.settle();
    expect(world.dryRuns).toHaveLength(1);
    expect(world.live(desired)?.["spec"]).toEqual(served(31000)["spec"]);
  });

  it("is remembered over a restart", async () => {
    const world = (await delivered()).restart();
    world.write(served(32000));
    await world.poll();
    expect(world.live(desired)?.["spec"]).toEqual(served(31000)["spec"]);
  });

  it("is chosen anew for an object that was made anew", async () => {
    const world = await delivered();
    world.remove(desired);
    world.write(served(32000), deliverer);
    await world.settle();
    expect(world.verdictOf(desired)).toBe("InSync");
    expect(world.writes).toEqual([]);
  });

  it("is given up with the type that needs it", async () => {
    const world = await delivered();
    const inside = { ...desired, spec: { type: "ClusterIP", ports: [{ port: 80 }] } };
    world.commit(inside);
    await world.poll();
    world.write(
      { ...inside, spec: { type: "ClusterIP", ports: [{ port: 80, protocol: "TCP", targetPort: 80 }] } },
      deliverer,
    );
    await world.settle();
    expect(world.verdictOf(inside)).toBe("InSync");
    expect(world.story).toEqual([]);
  });

  it("may be changed where only what Git states is compared", async () => {
    const world = await delivered({ detection: { ...defaultDetection, mode: "Declared" } });
    world.write(served(32000));
    await world.settle();
    expect(world.verdictOf(desired)).toBe("InSync");
  });

  it("is no matter any more once Git states another", async () => {
    const world = await delivered();
    const stated = service({ port: 80, nodePort: 32000 });
    world.commit(stated);
    await world.poll();
    world.write(served(32000), deliverer);
    await world.settle();
    expect(world.verdictOf(stated)).toBe("InSync");
    world.commit(desired);
    await world.poll();
    expect(world.verdictOf(desired)).toBe("InSync");
    expect(world.story).toEqual([]);
  });
});
