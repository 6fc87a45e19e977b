/** What becomes of hand edits, deliveries and everything between the two. */
import { describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../../src/resource/resource.ts";
import { defaultDetection } from "../support/detection.ts";
import { createWorld } from "../support/world.ts";

function configMap(data: Record<string, string>, name = "settings"): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "shop" }, data };
}

const deliverer = { name: "kubectl-client-side-apply" } as const;
const one = configMap({ mode: "fast", color: "blue" });
const two = configMap({ mode: "slow", color: "blue" });

/** A world in which revision `one` was delivered and judged. */
async function delivered(policy = {}) {
  const world = createWorld(policy);
  world.commit(one);
  await world.poll();
  world.write(one, deliverer);
  await world.settle();
  expect(world.verdictOf(one)).toBe("InSync");
  return world;
}

describe("an edit by hand", () => {
  it("is recorded and rolled back, and the watch, not the write, ends it", async () => {
    const world = await delivered();
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    expect(world.story).toEqual([
      "Detected Modified settings",
      "Rollback Succeeded settings",
      "Resolved RolledBack settings",
    ]);
    expect(world.live(one)?.["data"]).toEqual({ mode: "fast", color: "blue" });
  });

  it("is only recorded where the policy never rolls back", async () => {
    const world = await delivered({ rollback: { mode: "Never" } });
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    expect(world.story).toEqual(["Detected Modified settings"]);
    expect(world.writes).toEqual([]);
  });

  it("that is taken back by hand is resolved, without a write of ours", async () => {
    const world = await delivered({ rollback: { mode: "Never" } });
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    world.write(one);
    await world.settle();
    expect(world.story.at(-1)).toBe("Resolved RevertedByOther settings");
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    world.write(one, deliverer);
    await world.settle();
    expect(world.story.at(-1)).toBe("Resolved RevertedByDeliverer settings");
  });

  it("that Git adopts is resolved as that", async () => {
    const world = await delivered({ rollback: { mode: "Never" } });
    world.write(two);
    await world.settle();
    world.commit(two);
    await world.poll();
    expect(world.story.at(-1)).toBe("Resolved AdoptedInGit settings");
  });

  it("judged again and again is said once", async () => {
    const world = await delivered({ rollback: { mode: "Never" } });
    world.write(configMap({ mode: "hacked", color: "blue" }));
    for (let i = 0; i < 3; i++) await world.poll();
    world.wait(600_000);
    await world.settle();
    expect(world.story).toEqual(["Detected Modified settings"]);
  });

  it("that adds a key which Git does not state is recorded, and the key is taken away", async () => {
    const world = await delivered();
    world.write(configMap({ mode: "fast", color: "blue", extra: "x" }));
    await world.settle();
    expect(world.story).toEqual([
      "Detected Modified settings",
      "Rollback Succeeded settings",
      "Resolved RolledBack settings",
    ]);
    expect(world.live(one)?.["data"]).toEqual({ mode: "fast", color: "blue" });
  });

  it("of a key that Git does not state is not looked at in mode Declared", async () => {
    const world = await delivered({ detection: { ...defaultDetection, mode: "Declared" } });
    world.write(configMap({ mode: "fast", color: "blue", extra: "x" }));
    await world.settle();
    expect(world.story).toEqual([]);
  });

  it("is undone at the judged version only: a write that comes in between is judged first", async () => {
    const world = await delivered();
    world.refuseWrites("Conflict");
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    expect(world.story).toContain("Rollback Conflict settings");
    world.refuseWrites(undefined);
    world.write(configMap({ mode: "hacked", color: "red" }));
    await world.settle();
    expect(world.live(one)?.["data"]).toEqual({ mode: "fast", color: "blue" });
  });
});

describe("an object that is deleted", () => {
  it("is reported after the remote head was read, and created anew", async () => {
    const world = await delivered();
    const before = world.headReads();
    world.remove(one);
    await world.settle();
    expect(world.headReads()).toBeGreaterThan(before);
    expect(world.story).toEqual([
      "Detected Missing settings",
      "Rollback Succeeded settings",
      "Resolved RolledBack settings",
    ]);
  });

  it("because Git dropped it is no drift, though the deletion comes before our poll", async () => {
    const world = createWorld();
    const other = configMap({ a: "1" }, "other");
    world.commit(one, other);
    await world.poll();
    world.write(one, deliverer);
    world.write(other, deliverer);
    await world.settle();
    world.commit(other);
    world.remove(one);
    await world.settle();
    expect(world.story).toEqual([]);
    expect(world.writes).toEqual([]);
    expect(world.live(one)).toBeUndefined();
  });

  it("and is on its way out is left alone until it is gone", async () => {
    const world = await delivered();
    world.write({
      ...one,
      metadata: { ...one.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
    });
    await world.settle();
    expect(world.verdictOf(one)).toBe("Drifted Missing Terminating, held: Terminating");
    expect(world.writes).toEqual([]);
    world.remove(one);
    await world.settle();
    expect(world.story.at(-1)).toBe("Resolved RolledBack settings");
  });
});

describe("a delivery", () => {
  it("before our poll is no drift: nothing is recorded and nothing is written", async () => {
    const world = await delivered();
    world.commit(two);
    world.write(two, deliverer);
    await world.settle();
    expect(world.verdictOf(one)).toBe("InSync");
    expect(world.story).toEqual([]);
    expect(world.writes).toEqual([]);
  });

  it("after our poll is awaited as Pending, and nothing is written meanwhile", async () => {
    const world = await delivered();
    world.commit(two);
    await world.poll();
    expect(world.verdictOf(one)).toBe("Pending NotDelivered");
    world.write(two, deliverer);
    await world.settle();
    expect(world.verdictOf(one)).toBe("InSync");
    expect(world.story).toEqual([]);
    expect(world.writes).toEqual([]);
  });

  it("that never came is Pending, and an object that was never seen in sync is held", async () => {
    const world = createWorld();
    world.commit(one);
    await world.poll();
    expect(world.verdictOf(one)).toBe("Pending NeverDelivered");
    world.write(configMap({ mode: "other", color: "blue" }));
    await world.settle();
    expect(world.verdictOf(one)).toBe("Drifted Modified NeverDelivered, held: NeverDelivered");
    expect(world.writes).toEqual([]);
  });

  it("that is pending does not cover an edit by hand: that goes back to what was delivered", async () => {
    const world = await delivered();
    world.commit(configMap({ mode: "slow", color: "green" }));
    await world.poll();
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    expect(world.live(one)?.["data"]).toEqual({ mode: "fast", color: "blue" });
    expect(world.verdictOf(one)).toBe("Pending NotDelivered");
    const [record] = [...world.records.values()];
    expect(record?.deliveredRevision).toContain("main@sha1:");
    expect(record?.revision).not.toBe(record?.deliveredRevision);
  });

  it("seen together with an edit by hand is not undone with it", async () => {
    const world = await delivered();
    world.commit(configMap({ mode: "slow", color: "green" }));
    await world.poll();
    // The watch shows both at once: the new revision, and one field of it changed by hand.
    world.write(configMap({ mode: "hacked", color: "green" }));
    await world.settle();
    expect(world.live(one)?.["data"]).toEqual({ mode: "slow", color: "green" });
  });

  it("whose object looks edited is asked about once, and the name of a deliverer buys no more than that", async () => {
    const world = await delivered();
    const before = world.headReads();
    world.write(configMap({ mode: "hacked", color: "blue" }), deliverer);
    await world.settle();
    expect(world.headReads() - before).toBe(1);
    expect(world.story).toContain("Detected Modified settings");
    expect(world.live(one)?.["data"]).toEqual({ mode: "fast", color: "blue" });
  });
});

describe("a remote that cannot be read", () => {
  it("changes no verdict, and holds the rollback until it can be read again", async () => {
    const world = await delivered();
    world.breakRemote();
    await world.poll();
    expect(world.verdictOf(one)).toBe("InSync");
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    expect(world.verdictOf(one)).toBe("Drifted Modified, held: SourceStale");
    expect(world.writes).toEqual([]);
    world.mendRemote();
    await world.poll();
    world.wait(1_000);
    await world.settle();
    expect(world.live(one)?.["data"]).toEqual({ mode: "fast", color: "blue" });
  });

  it("makes a deletion known all the same, and holds", async () => {
    const world = await delivered();
    world.breakRemote();
    world.remove(one);
    await world.settle();
    expect(world.verdictOf(one)).toBe("Drifted Missing, held: SourceStale");
  });

  it("that renders nothing makes everything Unknown, and writes nothing", async () => {
    const world = await delivered();
    world.commit();
    await world.poll();
    expect(world.verdictOf(one)).toBe("Unknown SourceFailed");
    world.remove(one);
    await world.settle();
    expect(world.writes).toEqual([]);
  });

  it("and then renders again what it did is judged again, though nothing in the cluster has moved", async () => {
    const world = await delivered();
    world.commit();
    await world.poll();
    expect(world.verdictOf(one)).toBe("Unknown SourceFailed");
    world.commit(one);
    await world.poll();
    expect(world.verdictOf(one)).toBe("InSync");
  });
});

describe("two declarations of one object", () => {
  it("by two policies are DeclaredTwice on both, and neither rolls back", async () => {
    const world = await delivered();
    world.setPolicy({}, "second");
    await world.settle();
    expect(world.verdictOf(one)).toBe("Unknown DeclaredTwice");
    expect(world.verdictOf(one, "second")).toBe("Unknown DeclaredTwice");
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    expect(world.writes).toEqual([]);
    world.deletePolicy("second");
    await world.settle();
    expect(world.live(one)?.["data"]).toEqual({ mode: "fast", color: "blue" });
  });

  it("are judged again when one of the two is gone, though the object has not moved", async () => {
    const world = await delivered();
    world.setPolicy({}, "second");
    await world.settle();
    expect(world.verdictOf(one)).toBe("Unknown DeclaredTwice");
    world.deletePolicy("second");
    await world.settle();
    expect(world.verdictOf(one)).toBe("InSync");
  });

  it("by two documents are DeclaredTwice, and the others are judged", async () => {
    const world = createWorld();
    const other = configMap({ a: "1" }, "other");
    world.commit(one, two, other);
    await world.poll();
    world.write(other, deliverer);
    await world.settle();
    expect(world.verdictOf(one)).toBe("Unknown DeclaredTwice");
    expect(world.verdictOf(other)).toBe("InSync");
  });
});

describe("a policy", () => {
  it("in its own namespace does not reach others, nor the cluster", async () => {
    const world = createWorld();
    const foreign = { ...one, metadata: { name: "settings", namespace: "other" } } as KubernetesObject;
    const wide: KubernetesObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "x" } };
    world.commit(foreign, wide);
    await world.poll();
    expect(world.verdictOf(foreign)).toBe("Unknown Forbidden");
    expect(world.verdictOf(wide)).toBe("Unknown Forbidden");
  });

  it("that is suspended records, and holds", async () => {
    const world = await delivered();
    world.setPolicy({ suspend: true });
    await world.settle();
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    expect(world.verdictOf(one)).toBe("Drifted Modified, held: Suspended");
    world.setPolicy({ suspend: false });
    await world.settle();
    expect(world.story.at(-1)).toBe("Resolved RolledBack settings");
  });

  it("that is deleted ends its records", async () => {
    const world = await delivered({ rollback: { mode: "Never" } });
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    world.deletePolicy();
    await world.settle();
    expect(world.story.at(-1)).toBe("Resolved PolicyDeleted settings");
  });

  it("whose account may not write says so, and does not try again at once", async () => {
    const world = await delivered();
    world.refuseWrites("Forbidden");
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    world.wait(1_000);
    await world.settle();
    expect(world.verdictOf(one)).toBe("Drifted Modified, held: Forbidden");
    expect(world.story.filter((line) => line.startsWith("Rollback"))).toEqual([
      "Rollback Forbidden settings",
    ]);
  });

  it("and somebody who insists do not fight without a pause", async () => {
    const world = await delivered();
    for (let i = 0; i < 10; i++) {
      world.write(configMap({ mode: `hacked ${i}`, color: "blue" }));
      await world.settle();
    }
    expect(world.writes.length).toBe(4);
    expect(world.verdictOf(one)).toBe("Drifted Modified, held: Fight");
    world.wait(60_000);
    await world.settle();
    expect(world.writes.length).toBe(5);
  });
});

describe("a restart", () => {
  it("repeats no record, and ends what is over", async () => {
    const world = await delivered({ rollback: { mode: "Never" } });
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    const again = world.restart();
    await again.settle();
    expect(again.story).toEqual([]);
    expect(again.records.size).toBe(1);
    again.write(one);
    await again.settle();
    expect(again.story).toEqual(["Resolved RevertedByOther settings"]);
  });

  it("ends what was taken back meanwhile", async () => {
    const world = await delivered({ rollback: { mode: "Never" } });
    world.write(configMap({ mode: "hacked", color: "blue" }));
    await world.settle();
    world.write(one);
    const again = world.restart();
    await again.settle();
    expect(again.story).toEqual(["Resolved RevertedByOther settings"]);
  });

  it("still knows what was delivered: a revision that came meanwhile is Pending", async () => {
    const world = await delivered();
    world.commit(two);
    const again = world.restart();
    await again.settle();
    expect(again.verdictOf(one)).toBe("Pending NotDelivered");
    expect(again.writes).toEqual([]);
  });

  it("after an edit of the policy takes nothing for granted: what differs is held", async () => {
    const world = await delivered();
    world.setPolicy({ targetNamespace: "shop" });
    world.commit(two);
    const again = world.restart();
    await again.settle();
    expect(again.verdictOf(one)).toBe("Drifted Modified NeverDelivered, held: NeverDelivered");
  });
});
