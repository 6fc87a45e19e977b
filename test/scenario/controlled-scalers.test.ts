/** Replicas that an autoscaler sets which Git does not declare are no drift, where something that it does declare controls it. */
import { describe, expect, it } from "@jest/globals";
import type { JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { createWorld, type World } from "../support/world.ts";

const deliverer = { name: "kubectl-client-side-apply" } as const;
const controller = { name: "app-operator" } as const;

function objectOf(
  apiVersion: string,
  kind: string,
  { spec = {}, ...metadata }: JsonObject & { readonly spec?: JsonObject } = {},
): KubernetesObject {
  return { apiVersion, kind, metadata: { name: "web", namespace: "shop", ...metadata }, spec };
}

const deployment = (spec: JsonObject = {}) =>
  objectOf("apps/v1", "Deployment", { spec: { paused: true, ...spec } });
const app = (size = "small") => objectOf("apps.example.com/v1", "App", { spec: { size } });
const targetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };

/** What `owner` would say of itself in an ownerReference. */
function ownerOf(world: World, owner: KubernetesObject): JsonObject {
  const { apiVersion, kind, metadata } = owner;
  const uid = world.live(owner)?.metadata.uid ?? "";
  return { apiVersion, kind, name: metadata.name ?? "", uid, controller: true };
}

const autoscaler = (owner: JsonObject | undefined, maxReplicas = 5) =>
  objectOf("autoscaling/v2", "HorizontalPodAutoscaler", {
    ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    spec: { scaleTargetRef: targetRef, minReplicas: 2, maxReplicas },
  });

/** An App and its Deployment were delivered; an operator watches over Apps. */
async function delivered(...more: readonly KubernetesObject[]): Promise<World> {
  const world = createWorld({ rollback: { mode: "Never" } });
  const objects = [deployment({ replicas: 2 }), app(), ...more];
  world.commit(...objects);
  await world.poll();
  for (const object of objects) world.write(object, deliverer);
  await world.settle();
  return world;
}

/** The App's operator has made an autoscaler, and that has scaled the Deployment. */
async function scaled(replicas = 4): Promise<World> {
  const world = await delivered();
  world.write(autoscaler(ownerOf(world, app())), controller);
  await scale(world, replicas);
  return world;
}

async function scale(world: World, replicas: number): Promise<void> {
  world.write(deployment({ replicas }), { name: "kube-controller-manager" });
  await world.settle();
}

const inSync = "InSync";
const drifted = "Drifted Modified";

describe("replicas set by an autoscaler that a declared object controls", () => {
  it("are in sync: nothing was ever said, or undone", async () => {
    const world = await delivered();
    world.setPolicy({ rollback: { mode: "Always", serviceAccountName: "shop-rollback" } });
    await world.poll();
    world.write(autoscaler(ownerOf(world, app())), controller);
    await scale(world, 4);
    expect(world.verdictOf(deployment())).toBe(inSync);
    expect(world.story).toEqual([]);
    expect(world.writes).toEqual([]);
  });

  it("are drift outside of its range", async () => {
    expect((await scaled(9)).verdictOf(deployment())).toBe(drifted);
  });

  it("stay in sync over a restart, and are asked about before anything is said", async () => {
    const again = (await scaled()).restart();
    again.write(deployment({ replicas: 3 }), { name: "kube-controller-manager" });
    await again.poll();
    expect(again.verdictOf(deployment())).toBe(inSync);
    expect(again.story).toEqual([]);
  });

  it.each(["before", "after"])(
    "are drift for sure if what controls it drifted %s a restart",
    async (when) => {
      const world = await scaled();
      if (when === "before") world.write(app("large"));
      const again = world.restart();
      if (when === "after") again.write(app("large"));
      await again.poll();
      again.wait(1_000);
      await again.settle();
      expect(again.verdictOf(deployment())).toBe(drifted);
    },
  );

  it("are judged by a range that was widened just before", async () => {
    const world = await scaled();
    world.write(autoscaler(ownerOf(world, app()), 9), controller);
    await scale(world, 8);
    expect(world.verdictOf(deployment())).toBe(inSync);
    expect(world.story).toEqual([]);
  });

  it("become drift when what controls it drifts, and no drift when that is mended", async () => {
    const world = await scaled();
    world.write(app("large"));
    await world.settle();
    expect(world.verdictOf(deployment())).toBe(drifted);
    world.write(app(), deliverer);
    await world.settle();
    expect(world.verdictOf(deployment())).toBe(inSync);
  });

  it("become drift when what controls it is gone, or is another object of that name", async () => {
    const world = await scaled();
    world.remove(app());
    await world.settle();
    expect(world.verdictOf(deployment())).toBe(drifted);
    world.write(app(), deliverer);
    await world.settle();
    expect(world.verdictOf(app())).toBe(inSync);
    expect(world.verdictOf(deployment())).toBe(drifted);
  });

  it("become drift when Git drops what controls it, and no drift when Git has it again", async () => {
    const world = await scaled();
    world.commit(deployment({ replicas: 2 }));
    await world.poll();
    expect(world.verdictOf(deployment())).toBe(drifted);
    world.commit(deployment({ replicas: 2 }), app());
    await world.poll();
    expect(world.verdictOf(deployment())).toBe(inSync);
  });

  it("are drift once the autoscaler is gone, at the next look", async () => {
    const world = await scaled();
    world.remove(autoscaler(undefined));
    world.wait(61_000);
    await scale(world, 5);
    expect(world.verdictOf(deployment())).toBe(drifted);
  });

  it("wait for what controls it, whose watch or first verdict is still to come", async () => {
    const again = (await scaled()).restart();
    again.unsync("App");
    await again.poll();
    again.wait(1_000);
    await again.settle();
    expect(again.story).toEqual([]);
    again.sync("App");
    again.wait(1_000);
    await again.settle();
    expect(again.verdictOf(deployment())).toBe(inSync);
    expect(again.story).toEqual([]);
  });
});

describe("a chain of controllers", () => {
  const scaledObject = (owner: JsonObject) =>
    objectOf("keda.sh/v1alpha1", "ScaledObject", {
      ownerReferences: [owner],
      spec: { scaleTargetRef: { name: "web" }, minReplicaCount: 2, maxReplicaCount: 5 },
    });
  const http = objectOf("http.keda.sh/v1alpha1", "HTTPScaledObject");

  it("counts, as KEDA's from what Git declares over a ScaledObject to an autoscaler", async () => {
    const world = await delivered(http);
    world.write(scaledObject(ownerOf(world, http)), controller);
    const over = ownerOf(world, scaledObject({}));
    world.write(autoscaler(over), controller);
    await scale(world, 4);
    expect(world.verdictOf(deployment())).toBe(inSync);
    world.remove(scaledObject({}));
    world.wait(700_000);
    await scale(world, 5);
    expect(world.verdictOf(deployment())).toBe(drifted);
  });

  it("counts for the ScaledObject itself, where the autoscaler is forged", async () => {
    const world = await delivered(http);
    world.write(scaledObject(ownerOf(world, http)), controller);
    world.write(autoscaler({ ...ownerOf(world, http), uid: "forged" }, 90));
    await scale(world, 5);
    expect(world.verdictOf(deployment())).toBe(inSync);
    await scale(world, 50);
    expect(world.verdictOf(deployment())).toBe(drifted);
  });

  it("ends where an object in it was made by hand", async () => {
    const world = await delivered(http);
    world.write(scaledObject({ ...ownerOf(world, http), controller: false }));
    world.write(autoscaler(ownerOf(world, scaledObject({}))));
    await scale(world, 4);
    expect(world.verdictOf(deployment())).toBe(drifted);
  });

  it("is followed for three steps", async () => {
    const world = await delivered();
    const link = (name: string, owner?: JsonObject) =>
      objectOf("apps.example.com/v1", "Link", {
        name,
        ...(owner === undefined ? {} : { ownerReferences: [owner] }),
      });
    world.write(link("a", ownerOf(world, app())));
    world.write(link("b", ownerOf(world, link("a"))));
    world.write(link("c", ownerOf(world, link("b"))));
    world.write(autoscaler(ownerOf(world, link("b"))));
    await scale(world, 4);
    expect(world.verdictOf(deployment())).toBe(inSync);
    world.write(autoscaler(ownerOf(world, link("c"))));
    world.wait(61_000);
    await scale(world, 5);
    expect(world.verdictOf(deployment())).toBe(drifted);
  });
});

describe("an autoscaler that somebody made by hand explains nothing", () => {
  const forgeries: readonly (readonly [string, (world: World) => JsonObject | undefined])[] = [
    ["without an owner", () => undefined],
    ["its owner is not there", (world) => ({ ...ownerOf(world, app()), name: "none" })],
    ["its owner has another uid", (world) => ({ ...ownerOf(world, app()), uid: "forged" })],
    ["its owner has no uid", (world) => ({ ...ownerOf(world, app()), uid: "" })],
    ["its owner does not control it", (world) => ({ ...ownerOf(world, app()), controller: false })],
    ["its owner is not declared", (world) => ownerOf(world, { ...app(), kind: "Other" })],
    [
      "its owner has drifted",
      (world) => ownerOf(world, { ...app(), metadata: { ...app().metadata, name: "odd" } }),
    ],
    ["its owner makes no autoscalers", (world) => ownerOf(world, deployment())],
    ["its owner is a ConfigMap", (world) => ownerOf(world, objectOf("v1", "ConfigMap"))],
    ["it owns itself", (world) => ownerOf(world, autoscaler(undefined))],
  ];

  it.each(forgeries)("%s", async (_, owner) => {
    const odd = objectOf("apps.example.com/v1", "App", { name: "odd" });
    const world = await delivered(odd, objectOf("v1", "ConfigMap"));
    world.write({ ...app(), kind: "Other" });
    world.write({ ...odd, spec: { size: "by hand" } });
    world.write(autoscaler(undefined));
    world.write(autoscaler(owner(world)));
    await world.settle();
    await scale(world, 4);
    expect(world.verdictOf(deployment())).toBe(drifted);
  });

  it("though its owner has an honest autoscaler of a smaller range", async () => {
    const world = await scaled();
    const forged = autoscaler({ ...ownerOf(world, app()), uid: "forged" }, 99);
    world.write({ ...forged, metadata: { ...forged.metadata, name: "a-forged" } });
    await scale(world, 50);
    expect(world.verdictOf(deployment())).toBe(drifted);
  });

  it("nor one that Git declares and a hand has widened, whatever it says of its owner", async () => {
    const world = await delivered(autoscaler(undefined));
    world.write(autoscaler(ownerOf(world, app()), 50));
    await scale(world, 9);
    expect(world.verdictOf(deployment())).toBe(drifted);
  });

  it("nor one of another namespace", async () => {
    const world = await delivered();
    const other = autoscaler(ownerOf(world, app()));
    world.write({ ...other, metadata: { ...other.metadata, namespace: "elsewhere" } });
    await scale(world, 4);
    expect(world.verdictOf(deployment())).toBe(drifted);
  });

  it("nor one that what it scales controls, be it in sync until then", async () => {
    const sized = (replicas: number) => objectOf("apps.example.com/v1", "Sized", { spec: { replicas } });
    const world = await delivered(sized(2));
    const { metadata, ...rest } = autoscaler(ownerOf(world, sized(2)));
    const scaleTargetRef = { apiVersion: "apps.example.com/v1", kind: "Sized", name: "web" };
    world.write({ ...rest, metadata, spec: { scaleTargetRef, maxReplicas: 9 } });
    world.write(sized(4));
    await world.settle();
    expect(world.verdictOf(sized(2))).toBe(drifted);
  });

  it("nor keeps a finding from being said that names an owner whose watch never comes", async () => {
    const again = (await scaled()).restart();
    again.unsync("App");
    await again.poll();
    for (let seconds = 0; seconds <= 60; seconds += 20) {
      again.wait(20_000);
      await again.settle();
    }
    expect(again.verdictOf(deployment())).toBe(drifted);
  });
});

describe("what is asked of the API server", () => {
  it("is nothing while replicas are as Git says, or as a declared autoscaler may set them", async () => {
    const world = await delivered(autoscaler(undefined));
    await scale(world, 4);
    expect(world.verdictOf(deployment())).toBe(inSync);
    world.write({ ...deployment({ replicas: 4 }), status: { readyReplicas: 4 } });
    await world.settle();
    expect(world.scalerReads).toEqual([]);
  });

  it("is one list a minute, whatever becomes of an object whose drift is known", async () => {
    const world = await delivered();
    await scale(world, 4);
    for (let i = 0; i < 5; i++) await scale(world, 4);
    expect(world.scalerReads).toEqual(["shop"]);
    world.wait(61_000);
    await world.settle();
    expect(world.scalerReads).toEqual(["shop", "shop"]);
    expect(world.story).toEqual(["Detected Modified web"]);
  });

  it("and what may not be listed explains nothing", async () => {
    const world = await delivered();
    world.forbid("HorizontalPodAutoscaler");
    world.write(autoscaler(ownerOf(world, app())), controller);
    await scale(world, 4);
    expect(world.verdictOf(deployment())).toBe(drifted);
  });
});
