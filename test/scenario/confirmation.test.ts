/** Findings about which the API server is asked, by a dry-run of their rollback. */
import { describe, expect, it } from "@jest/globals";
import type { JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { createWorld, type World } from "../support/world.ts";

const metadata = { name: "web", namespace: "shop" };
const deliverer = { name: "kubectl-client-side-apply" } as const;
const web = (spec: JsonObject = {}): KubernetesObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata,
  spec: { revisionHistoryLimit: 3, ...spec },
});
const specOf = (object: KubernetesObject | undefined) => (object?.["spec"] ?? {}) as JsonObject; // as built above

/** Admission that sets these fields of every object's spec. */
const setting =
  (fields: JsonObject) =>
  (object: KubernetesObject): KubernetesObject => ({ ...object, spec: { ...specOf(object), ...fields } });
const asItIs = (object: KubernetesObject) => object;

/** A world in which the Deployment was delivered, with what admission made of it. */
async function delivered(policy: Parameters<typeof createWorld>[0] = {}): Promise<World> {
  const world = createWorld(policy);
  world.commit(web());
  await world.poll();
  world.write(web(), deliverer);
  await world.settle();
  expect(world.verdictOf(web())).toBe("InSync");
  return world;
}

const observing = { rollback: { mode: "Never" } } as const;

describe("a drift", () => {
  it("that a rollback would undo stands, and is asked about once", async () => {
    const world = await delivered(observing);
    world.admit(asItIs);
    world.write(web({ minReadySeconds: 5 }));
    await world.settle();
    world.wait(600_000);
    await world.settle();
    expect(world.verdictOf(web())).toBe("Drifted Modified");
    expect(world.dryRuns).toHaveLength(1);
    expect(world.story).toEqual(["Detected Modified web"]);
  });

  it("on which admission insists is said before that is known, and is none from then on", async () => {
    const world = await delivered();
    world.admit(setting({ minReadySeconds: 5 }));
    world.write(web({ minReadySeconds: 5 }));
    await world.settle();
    expect(world.verdictOf(web())).toBe("InSync");
    expect(world.story).toEqual(["Detected Modified web", "Resolved RuleChanged web"]);
    expect(world.writes).toEqual([]);
  });

  it("on which admission insists does not come and go with every new version of the object", async () => {
    const world = await delivered();
    world.admit(setting({ minReadySeconds: 5 }));
    for (let i = 0; i < 3; i++) {
      world.write(web({ minReadySeconds: 5 }));
      await world.settle();
    }
    expect(world.dryRuns).toHaveLength(3);
    expect(world.story).toEqual(["Detected Modified web", "Resolved RuleChanged web"]);
  });

  it("with another value than admission's was made by a hand", async () => {
    const world = await delivered(observing);
    world.admit(setting({ minReadySeconds: 5 }));
    world.write(web({ minReadySeconds: 9 }));
    await world.settle();
    expect(world.verdictOf(web())).toBe("Drifted Modified");
  });

  it("is undone but for what admission insists on", async () => {
    const world = await delivered();
    world.admit(setting({ minReadySeconds: 5 }));
    world.write(web({ minReadySeconds: 5, revisionHistoryLimit: 9 }));
    await world.settle();
    expect(world.writes).toHaveLength(1);
    expect(specOf(world.live(web()))).toEqual({ revisionHistoryLimit: 3, minReadySeconds: 5 });
    expect(world.verdictOf(web())).toBe("InSync");
  });

  it("is undone all the same where dry-runs are not permitted", async () => {
    const world = await delivered();
    world.write(web({ revisionHistoryLimit: 9 }));
    await world.settle();
    expect(world.dryRuns).not.toEqual([]);
    expect(world.writes).toHaveLength(1);
    expect(world.verdictOf(web())).toBe("InSync");
  });

  it("is asked about again when the policy has changed, which may find something else", async () => {
    const world = await delivered(observing);
    world.admit(asItIs);
    world.write(web({ minReadySeconds: 5 }));
    await world.settle();
    expect(world.dryRuns).toHaveLength(1);
    world.setPolicy({ suspend: true });
    await world.poll();
    world.wait(1_000);
    await world.settle();
    expect(world.dryRuns).toHaveLength(2);
  });
});

describe("an object that was never in sync", () => {
  const injected = { sidecar: "injected" };

  /** Delivered as admission makes it at creation, and never again. */
  async function created(fields: JsonObject = {}): Promise<World> {
    const world = createWorld();
    world.commit(web());
    await world.poll();
    world.admit(asItIs);
    world.admitCreation(setting(injected));
    world.write(web({ ...injected, ...fields }), deliverer);
    await world.settle();
    return world;
  }

  it("is in sync with what admission put in when it was created: no drift is said, and none is undone", async () => {
    const world = await created();
    expect(world.verdictOf(web())).toBe("InSync");
    expect(world.story).toEqual([]);
    expect(world.writes).toEqual([]);
  });

  it("stays so with every new version of it, and after a restart", async () => {
    let world = await created();
    for (let i = 0; i < 3; i++) {
      world.write(web(injected));
      await world.settle();
    }
    world = world.restart();
    world.admit(asItIs);
    world.admitCreation(setting(injected));
    await world.poll();
    expect(world.verdictOf(web())).toBe("InSync");
    expect(world.story).toEqual([]);
    expect(world.writes).toEqual([]);
  });

  it("has drifted in what a hand did to it, once it was in sync; that alone is undone", async () => {
    const world = await created();
    world.write(web({ ...injected, minReadySeconds: 5 }));
    await world.settle();
    expect(world.story).toEqual([
      "Detected Modified web",
      "Rollback Succeeded web",
      "Resolved RolledBack web",
    ]);
    expect(specOf(world.live(web()))).toEqual({ revisionHistoryLimit: 3, ...injected });
  });

  it("is drift where it has another value than admission puts in", async () => {
    const world = await created({ sidecar: "by hand" });
    expect(world.verdictOf(web())).toMatch(/^Drifted Modified NeverDelivered/);
  });
});

describe("a doubt", () => {
  /** In sync with what admission sets, before a second life that knows nothing of it. */
  async function doubted(admission: Parameters<World["admit"]>[0]) {
    const world = await delivered(observing);
    world.admit(setting({ minReadySeconds: 5 }));
    world.write(web({ minReadySeconds: 5 }), deliverer);
    await world.settle();
    expect(world.verdictOf(web())).toBe("InSync");
    const again = world.restart();
    again.admit(admission);
    return again;
  }

  it("is settled before anything is said, after a restart too", async () => {
    const world = await doubted(setting({ minReadySeconds: 5 }));
    await world.poll();
    expect(world.verdictOf(web())).toBe("InSync");
    expect(world.story).toEqual([]);
  });

  it("becomes drift if the rollback would undo it", async () => {
    const world = await doubted(asItIs);
    await world.poll();
    expect(world.verdictOf(web())).toBe("Drifted Modified");
    expect(world.story).toEqual(["Detected Modified web"]);
  });

  it("stays one where dry-runs are not permitted", async () => {
    const world = await doubted(asItIs);
    world.forbidDryRuns();
    await world.poll();
    expect(world.verdictOf(web())).toBe("Unknown Doubtful");
    expect(world.writes).toEqual([]);
  });
});
