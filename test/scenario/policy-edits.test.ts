/** What an edit of the policy, or its end, makes of drifts that are open. */
import { describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../../src/resource/resource.ts";
import { createWorld } from "../support/world.ts";

function configMap(mode: string, { name = "settings", namespace = "shop" } = {}): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { mode } };
}

const deliverer = { name: "kubectl-client-side-apply" } as const;
const settings = configMap("fast");
const never = { rollback: { mode: "Never" } } as const;

/** A world in which the object is what Git says. Git may leave its namespace to the policy. */
async function delivered(policy: Parameters<typeof createWorld>[0] = {}, stated = settings) {
  const world = createWorld(policy);
  world.commit(stated);
  await world.poll();
  world.write(settings, deliverer);
  await world.settle();
  return world;
}

/** The same, then edited by hand, under a policy that only records. */
async function drifted(stated = settings) {
  const world = await delivered(never, stated);
  world.write(configMap("hacked"));
  await world.settle();
  expect(world.story).toEqual(["Detected Modified settings"]);
  return world;
}

describe("a policy that is edited", () => {
  it("from Never to Always rolls back what it had only recorded, in the same record", async () => {
    const world = await drifted();
    world.setPolicy({ rollback: { mode: "Always", serviceAccountName: "shop-rollback" } });
    await world.settle();
    expect(world.story.slice(1)).toEqual(["Rollback Succeeded settings", "Resolved RolledBack settings"]);
    expect(world.records.size).toBe(1);
  });

  it("from Always to Never goes on recording, and writes no more", async () => {
    const world = await delivered();
    world.setPolicy(never);
    await world.settle();
    world.write(configMap("hacked"));
    await world.settle();
    expect(world.story).toEqual(["Detected Modified settings"]);
    expect(world.writes).toEqual([]);
    expect(world.verdictOf(settings)).toBe("Drifted Modified");
  });

  it("to mean another namespace lets go of what it declared in the old one", async () => {
    const world = await drifted({ ...settings, metadata: { name: "settings" } });
    world.setPolicy({ targetNamespace: "other" });
    await world.settle();
    expect(world.story.slice(1)).toEqual(["Resolved RuleChanged settings"]);
    expect(world.verdictOf(settings)).toBe("none");
    // A policy of the namespace `shop` does not reach `other`: that is said, not done.
    expect(world.verdictOf(configMap("fast", { namespace: "other" }))).toBe("Unknown Forbidden");
    expect(world.writes).toEqual([]);
  });

  it("to follow another path lets go of what only the old one declared", async () => {
    const world = await drifted();
    // The commit stands for what the new path renders to.
    world.commit(configMap("fast", { name: "other" }));
    world.setPolicy({
      source: {
        url: "https://git.example.com/x.git",
        ref: { branch: "main" },
        path: "staging",
        render: "Auto",
        intervalSeconds: 60,
      },
    });
    await world.settle();
    expect(world.story.slice(1)).toEqual(["Resolved RuleChanged settings"]);
    expect(world.verdictOf(settings)).toBe("none");
  });

  it("so that nobody can follow it ends its drifts, and another policy beside it goes on", async () => {
    const world = await drifted();
    world.spoilPolicy("spec.source.interval: too short");
    await world.settle();
    expect(world.story.slice(1)).toEqual(["Resolved RuleChanged settings"]);
    expect(world.verdictOf(settings)).toBe("none");
    world.setPolicy({ rollback: { mode: "Always", serviceAccountName: "shop-rollback" } }, "second");
    await world.settle();
    expect(world.verdictOf(settings, "second")).toBe("Drifted Modified NeverDelivered, held: NeverDelivered");
    world.write(settings, deliverer);
    await world.settle();
    world.write(configMap("hacked again"));
    await world.settle();
    expect(world.story.at(-1)).toBe("Resolved RolledBack settings");
  });

  it("while Git drops the object is not blamed for it", async () => {
    const world = await drifted();
    world.commit(configMap("fast", { name: "other" }));
    await world.poll();
    expect(world.story.slice(1)).toEqual(["Resolved AdoptedInGit settings"]);
  });
});

describe("a rollback", () => {
  it("waits for its record: nothing is undone that nobody would know of after a crash", async () => {
    const world = await delivered();
    world.holdRecords();
    world.write(configMap("hacked"));
    await world.settle();
    expect(world.story).toEqual(["Detected Modified settings"]);
    expect(world.writes).toEqual([]);
    world.takeRecords();
    await world.settle();
    expect(world.story.at(-1)).toBe("Resolved RolledBack settings");
  });

  it("that a former life made and did not live to see is told from the object itself", async () => {
    const world = await delivered();
    world.refuseWrites("Failed");
    world.write(configMap("hacked"));
    await world.settle();
    // As if the write had been made and the process had ended before it heard of it.
    world.write(settings, { name: "holdfast" });
    const again = world.restart();
    await again.settle();
    expect(again.story).toEqual(["Rollback Succeeded settings", "Resolved RolledBack settings"]);
  });
});
