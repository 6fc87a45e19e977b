/** Replicas that an autoscaler sets are no drift, as long as the autoscaler is itself what Git says. */
import { describe, expect, it } from "@jest/globals";
import type { JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { createWorld } from "../support/world.ts";

const metadata = { name: "web", namespace: "shop" };
const deliverer = { name: "kubectl-client-side-apply" } as const;

const deployment = (spec: JsonObject = {}): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata,
  spec: { paused: true, ...spec },
});
const autoscaler = (maxReplicas: number): KubernetesObject => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata,
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    minReplicas: 2,
    maxReplicas,
  },
});

/** A world in which both were delivered, in either order, and the autoscaler has set the replicas. */
async function scaled(order: "scaler first" | "target first" = "target first") {
  const world = createWorld({ rollback: { mode: "Never" } });
  world.commit(deployment(), autoscaler(5));
  await world.poll();
  const objects = [deployment({ replicas: 4 }), autoscaler(5)];
  for (const object of order === "target first" ? objects : objects.reverse()) world.write(object, deliverer);
  await world.settle();
  return world;
}

describe("replicas that a declared autoscaler may have set", () => {
  it.each(["scaler first", "target first"] as const)(
    "are in sync, whichever is seen first: %s",
    async (order) => {
      const world = await scaled(order);
      expect(world.verdictOf(deployment())).toBe("InSync");
      expect(world.verdictOf(autoscaler(5))).toBe("InSync");
      expect(world.story).toEqual([]);
    },
  );

  it("are drift outside of its range", async () => {
    const world = await scaled();
    world.write(deployment({ replicas: 9 }));
    await world.settle();
    expect(world.verdictOf(deployment())).toBe("Drifted Modified");
  });

  it("are drift as soon as the autoscaler is widened by hand, though nothing touches its target", async () => {
    const world = await scaled();
    world.write(autoscaler(50));
    await world.settle();
    expect(world.verdictOf(autoscaler(5))).toBe("Drifted Modified");
    expect(world.verdictOf(deployment())).toBe("Drifted Modified");
    world.write(autoscaler(5));
    await world.settle();
    expect(world.verdictOf(deployment())).toBe("InSync");
  });

  it("stay in sync while Git says something else of the autoscaler that is not delivered yet", async () => {
    const world = await scaled();
    for (const maxReplicas of [3, 8]) {
      world.commit(deployment(), autoscaler(maxReplicas));
      await world.poll();
      expect(world.verdictOf(autoscaler(5))).toBe("Pending NotDelivered");
      expect(world.verdictOf(deployment())).toBe("InSync");
    }
    expect(world.story).toEqual([]);
    // By what was delivered, and by nothing else.
    world.write(deployment({ replicas: 7 }));
    await world.settle();
    expect(world.verdictOf(deployment())).toBe("Drifted Modified");
    world.write(autoscaler(8), deliverer);
    await world.settle();
    expect(world.verdictOf(deployment())).toBe("InSync");
  });

  it("are drift once a narrower range is delivered", async () => {
    const world = await scaled();
    world.commit(deployment(), autoscaler(3));
    await world.poll();
    world.write(autoscaler(3), deliverer);
    await world.settle();
    expect(world.verdictOf(deployment())).toBe("Drifted Modified");
  });

  it("stay in sync while the autoscaler is directed elsewhere in Git, and not delivered", async () => {
    const world = await scaled();
    const elsewhere = autoscaler(5);
    const spec = {
      ...(elsewhere["spec"] as JsonObject),
      scaleTargetRef: { kind: "Deployment", name: "other" },
    }; // as above
    world.commit(deployment(), { ...elsewhere, spec });
    await world.poll();
    expect(world.verdictOf(deployment())).toBe("InSync");
    expect(world.story).toEqual([]);
  });

  it("are drift when Git drops the autoscaler", async () => {
    const world = await scaled();
    world.commit(deployment());
    await world.poll();
    expect(world.verdictOf(deployment())).toBe("Drifted Modified");
  });

  it("stay in sync over a restart", async () => {
    const again = (await scaled()).restart();
    await again.poll();
    expect(again.verdictOf(deployment())).toBe("InSync");
    expect(again.story).toEqual([]);
  });
});

describe("replicas without a declared autoscaler", () => {
  it("are drift, though somebody makes an autoscaler by hand that names the object", async () => {
    const world = createWorld({ rollback: { mode: "Never" } });
    world.commit(deployment());
    await world.poll();
    world.write(deployment({ replicas: 1 }), deliverer);
    world.write(autoscaler(5));
    world.write(deployment({ replicas: 4 }));
    await world.settle();
    expect(world.verdictOf(deployment())).toMatch(/^Drifted Modified/);
  });
});
