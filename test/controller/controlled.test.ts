/** What is read to explain replicas, when, and for how long nothing is said for it. */
import { beforeEach, describe, expect, it } from "@jest/globals";
import { type Controlled, createControlled, type ScaleAnswer } from "../../src/controller/controlled.ts";
import { type Declaration, DesiredStore, packBody } from "../../src/controller/desired-store.ts";
import { policyKey } from "../../src/controller/policy-key.ts";
import { type LiveScaler, liveScaler } from "../../src/drift/controlled.ts";
import type { OwnerSight } from "../../src/drift/unexpected.ts";
import type { DriftVerdict } from "../../src/drift/verdict.ts";
import { parsePath } from "../../src/fieldpath/format-path.ts";
import { type KubernetesObject, type ResourceKey, refOf, resourceKey } from "../../src/resource/resource.ts";

const policy = policyKey({ namespace: "shop", name: "main" });
const app: KubernetesObject = {
  apiVersion: "example.com/v1",
  kind: "App",
  metadata: { name: "web", namespace: "shop" },
};
const appKey = resourceKey(refOf(app));
const web = resourceKey({ group: "apps", kind: "Deployment", namespace: "shop", name: "web" });
const other = resourceKey({ group: "apps", kind: "Deployment", namespace: "shop", name: "other" });
const { signal } = new AbortController();

let nowMs: number;
let lists: string[];
let looks: number;
let listed: readonly LiveScaler[] | Error;
let sight: OwnerSight;
let status: DriftVerdict["status"] | undefined;
let desired: DesiredStore;
let controlled: Controlled;

beforeEach(() => {
  nowMs = 1_000_000;
  lists = [];
  looks = 0;
  listed = [hpa()];
  sight = found(true);
  status = "InSync";
  desired = new DesiredStore();
  declare(app);
  controlled = createControlled({
    now: () => nowMs,
    desired,
    owners: {
      look() {
        looks += 1;
        return sight;
      },
      read: () => Promise.reject(new Error("not now")),
    },
    statusOf: () => status,
    readScalers(namespace) {
      lists.push(namespace);
      return listed instanceof Error ? Promise.reject(listed) : Promise.resolve(listed);
    },
  });
});

function declare(...bodies: readonly KubernetesObject[]): void {
  const declarations = bodies.map((body): [ResourceKey, Declaration] => {
    const ref = refOf(body);
    const key = resourceKey(ref);
    const origin = { repository: "", revision: "", path: "", line: 1 };
    return [key, { policy, key, ref, origin, bytes: packBody(body) }];
  });
  desired.replace(policy, { revision: "", declarations: new Map(declarations) });
}

function found(declared: boolean): OwnerSight {
  return { type: "Found", ref: refOf(app), declared, judged: false, owners: [] };
}

function hpa(name = "web", maxReplicas = 5): LiveScaler {
  const owner = { ...app, name: "web", uid: "app", controller: true };
  const scaler = liveScaler({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, namespace: "shop", ownerReferences: [owner] },
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas },
  });
  if (scaler === undefined) throw new Error("no scaler");
  return scaler;
}

function scaledTo(live: number): DriftVerdict {
  const change = { type: "Added" as const, path: parsePath("spec.replicas"), live, managers: [] };
  return { status: "Drifted", type: "Modified", changes: [change], against: "r" };
}

function ask(replicas = 4, said?: DriftVerdict, target = web): ScaleAnswer {
  const verdict = scaledTo(replicas);
  return controlled.explain({
    target,
    verdict,
    arrivedAtMs: nowMs,
    ...(said === undefined ? {} : { said }),
  });
}

/** As the reconcile loop does: what is missing is read, at once, until there is an answer. */
async function answer(replicas = 4, said?: DriftVerdict, target = web): Promise<string> {
  for (;;) {
    const found = ask(replicas, said, target);
    if (found.type !== "Read") return found.type === "Explained" ? found.claim.by : found.type;
    await controlled.read(found.missing, signal);
  }
}

describe("a number of replicas", () => {
  it("is explained by naming the scaler, its range, and what controls it", async () => {
    expect(await answer()).toBe(
      "HorizontalPodAutoscaler.autoscaling shop/web scales it between 1 and 5, controlled by App.example.com shop/web",
    );
  });

  it("is explained from one list for a minute, also to others of the namespace", async () => {
    await answer();
    nowMs += 59_000;
    expect(await answer(5)).toContain("controlled by");
    expect(lists).toEqual(["shop"]);
    nowMs += 1_000;
    await answer(5);
    expect(lists).toEqual(["shop", "shop"]);
  });

  it("is explained to many who ask at once by one list", async () => {
    const questions = Array.from({ length: 20 }, () => answer());
    expect(new Set(await Promise.all(questions)).size).toBe(1);
    expect(lists).toEqual(["shop"]);
  });

  it("is not left unexplained by a list that is older than it", async () => {
    await answer();
    nowMs += 1_000;
    listed = [hpa("web", 9)];
    expect(await answer(8)).toContain("between 1 and 9");
  });

  it("is, where that was said before, until the list is a minute old", async () => {
    expect(await answer(8)).toBe("NotExplained");
    nowMs += 30_000;
    expect(await answer(8, scaledTo(8))).toBe("NotExplained");
    expect(lists).toHaveLength(1);
    expect(await answer(7, scaledTo(8))).toBe("NotExplained");
    expect(lists).toHaveLength(2);
  });

  it("of another object is not explained by it", async () => {
    expect(await answer(4, undefined, other)).toBe("NotExplained");
  });

  it("is laid to sixteen scalers at most, of which declared ones are none", async () => {
    const many = Array.from({ length: 16 }, (_, i) => hpa(`many-${i}`));
    listed = [...many, hpa()];
    sight = { type: "Absent" };
    expect(await answer()).toBe("NotExplained");
    expect(looks).toBe(16);
    declare(app, ...many.map(({ ref }) => bodyOf(ref)));
    sight = found(true);
    expect(await answer()).toContain("HorizontalPodAutoscaler.autoscaling shop/web");
  });
});

describe("what cannot be had", () => {
  it("is asked for again, and keeps a finding from being said for a minute", async () => {
    listed = new Error("too many requests");
    for (let tries = 0; tries < 4; tries++) {
      await expect(answer()).rejects.toThrow("too many requests");
      nowMs += 15_000;
    }
    expect(await answer()).toBe("NotExplained");
    // Whatever else is asked before it is said.
    expect(await answer()).toBe("NotExplained");
  });

  it("is asked for anew after another minute", async () => {
    listed = new Error("too many requests");
    await expect(answer()).rejects.toThrow();
    for (let seconds = 0; seconds < 120; seconds += 20) {
      nowMs += 20_000;
      await answer().catch(() => undefined);
    }
    listed = [hpa()];
    expect(await answer()).toContain("controlled by");
  });

  it("may be an owner, or a verdict", async () => {
    sight = { type: "Unread" };
    await expect(answer()).rejects.toThrow("not now");
    sight = found(true);
    status = undefined;
    expect(await answer()).toBe("Wait");
    for (let seconds = 0; seconds < 60; seconds++) {
      nowMs += 1_000;
      await answer().catch(() => undefined);
    }
    expect(await answer()).toBe("NotExplained");
  });

  it("is not laid to a finding that comes much later", async () => {
    listed = new Error("too many requests");
    await expect(answer()).rejects.toThrow();
    nowMs += 61_000;
    await expect(answer()).rejects.toThrow();
  });
});

describe("the objects that hang on a controller", () => {
  const taken = () => [...controlled.takeTargets(appKey)];

  it("are told once, and again when they were asked about again", async () => {
    expect(taken()).toEqual([]);
    await answer();
    expect(taken()).toEqual([web]);
    expect(taken()).toEqual([]);
    await answer();
    expect(taken()).toEqual([web]);
  });

  it("are told when Git drops it, and when Git takes it up", async () => {
    await answer();
    declare();
    expect(taken()).toEqual([web]);
    sight = found(false);
    await answer();
    expect(taken()).toEqual([]);
    declare(app);
    expect(taken()).toEqual([web]);
  });
});

function bodyOf({ group, version, kind, namespace, name }: LiveScaler["ref"]): KubernetesObject {
  return { apiVersion: `${group}/${version}`, kind, metadata: { namespace, name } };
}
