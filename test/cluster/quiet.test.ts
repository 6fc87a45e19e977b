/** A cluster in which nobody does anything by hand, beside the real kube-controller-manager: there is nothing to find. */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import {
  formatRef,
  type KubernetesObject,
  type ResourceKey,
  refOf,
  resourceKey,
} from "../../src/resource/resource.ts";
import { useApiServer } from "../support/api-server.ts";
import { deliveryWays } from "../support/delivery.ts";
import { createJudge } from "../support/false-alarms.ts";
import { deliverManifests, type QuietCluster, removeManifests } from "../support/quiet-cluster.ts";
import { readQuietManifests } from "../support/quiet-manifests.ts";
import { isQuiet, type QuietOperator, startQuietOperator } from "../support/quiet-operator.ts";

const api = useApiServer();
const quietSeconds = Number(process.env["QUIET_SECONDS"] ?? 90);
const pollMs = 3_000;
/** For all that is not waiting, on a machine that does something else as well. */
const slackMs = 120_000;
const manifests = readQuietManifests(`q${randomBytes(3).toString("hex")}`);
const desired = new Map(manifests.objects.map((object) => [resourceKey(refOf(object)), object] as const));
const judge = createJudge(api, "Exact", manifests.objects);
let cluster: QuietCluster;
let directory: string;
/** Started before the waiting, so that it watches all of it; its faults belong to its own tests. */
let operator: Promise<QuietOperator> | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-quiet-test-"));
  cluster = await deliverManifests(api, manifests);
  operator = startQuietOperator(api, { manifests, directory });
  operator.catch(() => undefined);
}, slackMs);

afterAll(async () => {
  await operator?.then(
    (one) => one.stop(),
    () => undefined,
  );
  await removeManifests(api, manifests);
  await rm(directory, { recursive: true, force: true });
}, slackMs);

async function started(): Promise<QuietOperator> {
  if (operator === undefined) throw new Error("the manifests were not delivered");
  return operator;
}

describe("a quiet cluster", () => {
  it("was delivered to in every way", () => {
    const used = Map.groupBy(cluster.ways.values(), (way) => way);
    for (const way of deliveryWays) expect(used.get(way)?.length).toBeGreaterThan(30);
  });

  it(
    `shows no drift for ${quietSeconds} seconds, whatever its controllers write`,
    async () => {
      const alarms = new Set<string>();
      const moved = new Set<ResourceKey>();
      const judged = new Map<ResourceKey, string>();
      const deadline = Date.now() + quietSeconds * 1_000;
      const again = cluster.deliverAgain();
      again.catch(() => undefined); // awaited below
      for (;;) {
        const live = await cluster.readLive();
        for (const [key, object] of desired) {
          const found = live.get(key);
          if (found === undefined) alarms.add(`${formatRef(refOf(object))} is missing`);
          else if (judged.get(key) !== found.metadata.resourceVersion) {
            for (const alarm of await judge.alarms(object, found))
              alarms.add(`${alarm}, delivered by ${cluster.ways.get(key)}`);
            judged.set(key, found.metadata.resourceVersion ?? "");
            if (cluster.deliveredVersions.get(key) !== found.metadata.resourceVersion) moved.add(key);
          }
        }
        if (Date.now() > deadline) break;
        await pause(pollMs);
      }
      await again;
      expect([...alarms]).toEqual([]);
      expect(judged.size).toBe(desired.size);
      // Quiet, not dead: a quarter of all objects at least has been written by a controller since.
      expect(moved.size).toBeGreaterThan(desired.size / 4);
    },
    quietSeconds * 1_000 + slackMs,
  );

  it("would have shown a label added by hand, on each of its objects", async () => {
    const unseen: string[] = [];
    for (const object of desired.values()) {
      const edited = await cluster.readLabelled(object, "by-hand");
      const paths = (await judge.changes(object, edited)).map(({ path }) => formatPath(path));
      if (paths.join() !== "metadata.labels.by-hand")
        unseen.push(`${formatRef(refOf(object))}: ${paths.join()}`);
    }
    expect(unseen).toEqual([]);
  });

  it("had controllers that did what they do", async () => {
    const live = [...(await cluster.readLive()).values()];
    const one = (kind: string, name: string): KubernetesObject | undefined =>
      live.find((object) => object.kind === kind && object.metadata.name === name);
    expect(one("Deployment", "catalog")).toMatchObject({ spec: { replicas: 2 } });
    expect(one("PersistentVolumeClaim", "media")).toMatchObject({ status: { phase: "Bound" } });
    expect(one("Secret", "payments-token")).toMatchObject({ data: { token: expect.any(String) } });
    const views = live.filter(({ metadata }) => metadata.name?.endsWith("-monitoring-view") === true);
    expect(views).toMatchObject([{ rules: [{ verbs: expect.any(Array) }, { verbs: expect.any(Array) }] }]);
  });
});

describe("the operator in a quiet cluster", () => {
  it("has every policy Ready and in sync, with every object judged and none doubtful", async () => {
    const { statuses } = await started();
    const found = await statuses();
    expect(found.filter((state) => !isQuiet(state))).toEqual([]);
    const judged = found.reduce((sum, { counts }) => sum + Number(counts["total"]), 0);
    expect(judged).toBe(desired.size);
  });

  it("has recorded nothing, not even in passing", async () => {
    const { records } = await started();
    expect(await records()).toEqual([]);
  });
});
