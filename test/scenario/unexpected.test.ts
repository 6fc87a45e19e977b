/** What nobody declared is found, said once, and never touched. */
import { describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../../src/resource/resource.ts";
import { createWorld, type World } from "../support/world.ts";

const object = (apiVersion: string, kind: string, name: string, metadata = {}): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "shop", ...metadata },
});
const settings = object("v1", "ConfigMap", "settings");
const binding = object("rbac.authorization.k8s.io/v1", "RoleBinding", "backdoor");
const deployment = object("apps/v1", "Deployment", "web");
const replicaSet = object("apps/v1", "ReplicaSet", "web-1");
const pod = object("v1", "Pod", "web-1-a");
const database = object("db.example.com/v1", "Database", "main");

const ownedBy = (owned: KubernetesObject, owner: KubernetesObject | undefined): KubernetesObject => {
  const reference = {
    apiVersion: owner?.apiVersion ?? "",
    kind: owner?.kind ?? "",
    name: owner?.metadata.name ?? "",
    uid: owner?.metadata.uid ?? "",
    controller: true,
  };
  return { ...owned, metadata: { ...owned.metadata, ownerReferences: [reference] } };
};

/** A world whose Git declares one ConfigMap, delivered. */
async function delivered(policy: Parameters<typeof createWorld>[0] = {}): Promise<World> {
  const world = createWorld(policy);
  world.commit(settings);
  await world.poll();
  world.write(settings, { name: "kubectl-client-side-apply" });
  await world.settle();
  return world;
}

describe("an object that nobody declares", () => {
  it("is unexpected, is recorded once, and is not written even where rollback is on", async () => {
    const world = await delivered();
    world.write(binding);
    await world.settle();
    world.write({ ...binding, metadata: { ...binding.metadata, labels: { a: "b" } } });
    world.wait(1_000_000);
    await world.settle();
    expect(world.verdictOf(binding)).toBe("Drifted Unexpected");
    expect(world.story).toEqual(["Detected Unexpected backdoor"]);
    expect([...world.records.values()]).toEqual([
      expect.objectContaining({ type: "Unexpected", uid: world.live(binding)?.metadata.uid }),
    ]);
    expect(world.writes).toEqual([]);
  });

  it("is over when it is deleted", async () => {
    const world = await delivered();
    world.write(binding);
    await world.settle();
    world.remove(binding);
    await world.settle();
    expect(world.story).toEqual(["Detected Unexpected backdoor", "Resolved ObjectGone backdoor"]);
    expect(world.verdictOf(binding)).toBe("none");
  });

  it("is over when Git declares it", async () => {
    const world = await delivered();
    world.write(binding);
    await world.settle();
    world.commit(settings, binding);
    await world.poll();
    expect(world.story).toEqual(["Detected Unexpected backdoor", "Resolved AdoptedInGit backdoor"]);
    expect(world.verdictOf(binding)).toBe("InSync");
  });

  it("is over when Git declares it, in whatever other form", async () => {
    const world = await delivered({ rollback: { mode: "Never" } });
    world.write(object("v1", "ConfigMap", "extra"));
    await world.settle();
    world.commit(settings, { ...object("v1", "ConfigMap", "extra"), data: { a: "b" } });
    await world.poll();
    expect(world.story).toEqual([
      "Detected Unexpected extra",
      "Resolved AdoptedInGit extra",
      "Detected Modified extra",
    ]);
  });

  it("is over when the policy ceases to ask for it, and comes back when it asks again", async () => {
    const world = await delivered();
    world.write(binding);
    await world.settle();
    const detection = {
      mode: "Exact",
      unexpected: "Ignore",
      sensitiveKinds: "Watch",
      ignore: [],
      trust: [],
    } as const;
    world.setPolicy({ detection });
    await world.settle();
    expect(world.story.at(-1)).toBe("Resolved RuleChanged backdoor");
    expect(world.verdictOf(binding)).toBe("none");
    world.setPolicy({ detection: { ...detection, unexpected: "Report" } });
    await world.settle();
    expect(world.verdictOf(binding)).toBe("Drifted Unexpected");
  });

  it("is still the same one after a restart, and what ended meanwhile is over", async () => {
    const world = await delivered();
    world.write(binding);
    world.write(deployment);
    await world.settle();
    world.remove(deployment);
    const next = world.restart();
    await next.poll();
    expect(next.verdictOf(binding)).toBe("Drifted Unexpected");
    expect(next.story).toEqual(["Resolved ObjectGone web"]);
    expect(next.records.size).toBe(2);
  });

  it("that a delivery has brought is not said before Git was asked", async () => {
    const world = await delivered();
    world.commit(settings, binding);
    world.write(binding, { name: "kubectl-client-side-apply" });
    await world.settle();
    expect(world.verdictOf(binding)).toBe("InSync");
    expect(world.story).toEqual([]);
  });

  it("in the namespace of two policies is reported by one of them, and by the other when that one is gone", async () => {
    const world = await delivered();
    world.setPolicy({}, "other");
    await world.settle();
    world.write(binding);
    await world.settle();
    const verdicts = () => ["main", "other"].map((name) => world.verdictOf(binding, name));
    expect(verdicts()).toEqual(["Drifted Unexpected", "none"]);
    world.deletePolicy("main");
    await world.settle();
    expect(verdicts()).toEqual(["none", "Drifted Unexpected"]);
  });

  it("of a kind that is neither declared nor sensitive is nobody's business", async () => {
    const world = await delivered();
    world.write(object("v1", "Service", "web"));
    await world.settle();
    expect(world.verdictOf(object("v1", "Service", "web"))).toBe("none");
  });

  it("of a sensitive kind is not looked for where only declared kinds are", async () => {
    const detection = {
      mode: "Exact",
      unexpected: "Report",
      sensitiveKinds: "DeclaredOnly",
      ignore: [],
      trust: [],
    } as const;
    const world = await delivered({ detection });
    world.write(binding);
    world.write(object("v1", "ConfigMap", "extra"));
    await world.settle();
    expect(world.verdictOf(binding)).toBe("none");
    expect(world.verdictOf(object("v1", "ConfigMap", "extra"))).toBe("Drifted Unexpected");
  });

  it("is not judged while another policy, which may declare it, has not been read", async () => {
    const world = await delivered();
    world.breakRemote();
    world.setPolicy({ source: { ...sourceOf(), url: "https://git.example.com/other.git" } }, "other");
    await world.settle();
    world.write(binding);
    await world.settle();
    expect(world.verdictOf(binding)).toBe("Unknown SourceFailed");
    world.mendRemote();
    await world.poll();
    world.wait(1);
    await world.settle();
    expect(world.verdictOf(binding)).toBe("Drifted Unexpected");
  });

  it("is in no namespace but the policy's", async () => {
    const world = await delivered();
    const elsewhere = {
      ...binding,
      metadata: { ...binding.metadata, namespace: "bank" },
    };
    world.write(elsewhere);
    world.write(object("rbac.authorization.k8s.io/v1", "ClusterRole", "power", { namespace: "" }));
    await world.settle();
    expect(world.story).toEqual([]);
  });
});

describe("an object that Git has ceased to declare", () => {
  it("is not unexpected as long as its deliverer may still take it away", async () => {
    const world = await delivered();
    world.commit(binding);
    await world.poll();
    expect(world.verdictOf(settings)).toBe("none");
    world.wait(601_000);
    await world.settle();
    // Nothing of its kind is declared any more, and the kind is not sensitive.
    expect(world.verdictOf(settings)).toBe("none");
  });

  it("is, when that has taken too long", async () => {
    const world = await delivered();
    world.write(binding, { name: "kubectl-client-side-apply" });
    world.commit(settings, binding);
    await world.poll();
    world.commit(settings);
    await world.poll();
    expect(world.verdictOf(binding)).toBe("none");
    world.wait(601_000);
    await world.settle();
    expect(world.verdictOf(binding)).toBe("Drifted Unexpected");
  });
});

describe("what controllers make", () => {
  it("is the affair of its root, which alone is reported", async () => {
    const world = await delivered();
    world.write(deployment);
    world.write(ownedBy(replicaSet, world.live(deployment)));
    world.write(ownedBy(pod, world.live(replicaSet)));
    await world.settle();
    expect(world.story).toEqual(["Detected Unexpected web"]);
  });

  it("is not reported where the root is declared", async () => {
    const world = await delivered();
    world.commit(settings, deployment);
    await world.poll();
    world.write(deployment, { name: "kubectl-client-side-apply" });
    world.write(ownedBy(replicaSet, world.live(deployment)));
    world.write(ownedBy(pod, world.live(replicaSet)));
    await world.settle();
    expect(world.story).toEqual([]);
  });

  it("may be seen before what made it", async () => {
    const world = await delivered();
    world.write(ownedBy(pod, { ...replicaSet, metadata: { ...replicaSet.metadata, uid: "later" } }));
    await world.settle();
    expect(world.story).toEqual([]);
  });

  it("is not judged before the watch of what made it has caught up", async () => {
    const world = await delivered();
    world.write(deployment);
    world.write(ownedBy(replicaSet, world.live(deployment)));
    world.unsync("ReplicaSet");
    world.write(
      ownedBy(pod, {
        ...replicaSet,
        metadata: { ...replicaSet.metadata, uid: "forged" },
      }),
    );
    world.wait(1_000_000);
    await world.settle();
    expect(world.verdictOf(pod)).toBe("none");
    world.sync("ReplicaSet");
    await world.settle();
    world.wait(61_000);
    await world.settle();
    expect(world.verdictOf(pod)).toBe("Drifted Unexpected");
  });

  it("for a custom resource that is declared is accounted for by that", async () => {
    const world = await delivered();
    world.commit(settings, database);
    await world.poll();
    world.write(database, { name: "kubectl-client-side-apply" });
    world.write(ownedBy(deployment, world.live(database)));
    await world.settle();
    expect(world.story).toEqual([]);
  });

  it("for a custom resource that nobody declares is not", async () => {
    const world = await delivered();
    world.write(database);
    world.write(ownedBy(deployment, world.live(database)));
    await world.settle();
    expect(world.story).toEqual(["Detected Unexpected web"]);
  });

  it("for a resource that Holdfast may not look at is Unknown, and that is no alarm", async () => {
    const world = await delivered();
    world.forbid("Database");
    world.write(database);
    world.write(ownedBy(deployment, world.live(database)));
    await world.settle();
    expect(world.verdictOf(deployment)).toBe("Unknown Forbidden");
    expect(world.story).toEqual([]);
  });

  it("under a name of which Git states the beginning is declared", async () => {
    const world = await delivered();
    const job = {
      ...object("batch/v1", "Job", ""),
      metadata: { generateName: "migrate-", namespace: "shop" },
    };
    world.commit(settings, job);
    await world.poll();
    world.write(object("batch/v1", "Job", "migrate-x7k2p"));
    world.write(object("batch/v1", "Job", "migrate-by-hand"));
    await world.settle();
    expect(world.story).toEqual(["Detected Unexpected migrate-by-hand"]);
  });
});

describe("a forged owner", () => {
  it.each([
    ["of a kind that makes no such thing", () => ownedBy(binding, settings)],
    ["whose uid is another", () => ownedBy(pod, { ...deployment, kind: "ReplicaSet" })],
  ])("%s excuses nothing", async (_, forge) => {
    const world = await delivered();
    const forged = forge();
    world.write(forged);
    await world.settle();
    world.wait(61_000);
    await world.settle();
    expect(world.verdictOf(forged)).toBe("Drifted Unexpected");
  });

  it("that is the real one, of a kind that makes no such thing, excuses nothing", async () => {
    const world = await delivered();
    world.write(ownedBy(binding, world.live(settings)));
    await world.settle();
    expect(world.verdictOf(binding)).toBe("Drifted Unexpected");
  });
});

describe("what another deliverer delivers", () => {
  const marks = (kind: "kustomize" | "helm", namespace: string) => ({
    labels: {
      [`${kind}.toolkit.fluxcd.io/name`]: "apps",
      [`${kind}.toolkit.fluxcd.io/namespace`]: namespace,
    },
  });
  const deliverer = (kind: string, namespace: string, ids: readonly string[], metadata = {}) => ({
    ...object(
      kind === "HelmRelease" ? "helm.toolkit.fluxcd.io/v2" : "kustomize.toolkit.fluxcd.io/v1",
      kind,
      "apps",
      { ...metadata, namespace },
    ),
    status: { inventory: { entries: ids.map((id) => ({ id, v: "v1" })) } },
  });
  const reconciled = {
    ...binding,
    metadata: { ...binding.metadata, ...marks("kustomize", "flux-system") },
  };
  const listed = "shop_backdoor_rbac.authorization.k8s.io_RoleBinding";

  it("is not reported where its inventory lists it", async () => {
    const world = await delivered();
    world.write(deliverer("Kustomization", "flux-system", [listed]));
    world.write(reconciled);
    await world.settle();
    world.wait(1_000_000);
    await world.settle();
    expect(world.story).toEqual([]);
  });

  it("may be seen before the inventory lists it", async () => {
    const world = await delivered();
    world.write(deliverer("Kustomization", "flux-system", []));
    world.write(reconciled);
    await world.settle();
    world.write(deliverer("Kustomization", "flux-system", [listed]));
    world.wait(61_000);
    await world.settle();
    expect(world.story).toEqual([]);
  });

  it("is reported where the inventory does not list it, until it does", async () => {
    const world = await delivered();
    world.write(deliverer("Kustomization", "flux-system", [listed.replace("RoleBinding", "Role")]));
    world.write(reconciled);
    await world.settle();
    world.wait(61_000);
    await world.settle();
    expect(world.story).toEqual(["Detected Unexpected backdoor"]);
    world.write(deliverer("Kustomization", "flux-system", [listed]));
    world.wait(600_000);
    await world.settle();
    expect(world.story.at(-1)).toBe("Resolved RevertedByOther backdoor");
  });

  it("is reported when it is listed no more, or nobody is there to list it", async () => {
    const world = await delivered();
    world.write(deliverer("Kustomization", "flux-system", [listed]));
    world.write(reconciled);
    await world.settle();
    world.remove(deliverer("Kustomization", "flux-system", []));
    world.wait(600_000);
    await world.settle();
    expect(world.story).toEqual(["Detected Unexpected backdoor"]);
  });

  it("is Unknown where the inventory may not be read", async () => {
    const world = await delivered();
    world.forbid("Kustomization");
    world.write(reconciled);
    await world.settle();
    expect(world.verdictOf(reconciled)).toBe("Unknown Forbidden");
    expect(world.story).toEqual([]);
  });

  it.each(["shop", "shop-staging"])("is reported where a tenant lists it, in %s", async (namespace) => {
    const world = await delivered();
    const forged = { ...binding, metadata: { ...binding.metadata, ...marks("helm", namespace) } };
    world.write(deliverer("HelmRelease", namespace, [listed]));
    world.write(forged);
    await world.settle();
    expect(world.story).toEqual(["Detected Unexpected backdoor"]);
  });

  it("is not reported where a release lists it that Git declares, or that such a deliverer delivers", async () => {
    const chart = { ...binding, metadata: { ...binding.metadata, ...marks("helm", "shop") } };
    const first = await delivered();
    const release = deliverer("HelmRelease", "shop", [listed]);
    const { status: _, ...manifest } = release;
    first.commit(settings, manifest);
    await first.poll();
    first.write(release, { name: "kubectl-client-side-apply" });
    first.write(chart);
    await first.settle();
    expect(first.story).toEqual([]);

    const second = await delivered();
    second.write(deliverer("Kustomization", "flux-system", ["shop_apps_helm.toolkit.fluxcd.io_HelmRelease"]));
    second.write(deliverer("HelmRelease", "shop", [listed], marks("kustomize", "flux-system")));
    second.write(chart);
    await second.settle();
    expect(second.story).toEqual([]);
  });
});

describe("an object that is being deleted", () => {
  const going = {
    ...binding,
    metadata: { ...binding.metadata, deletionTimestamp: "2023-11-14T22:13:20Z" },
  };

  it("is not reported", async () => {
    const world = await delivered();
    world.write(going);
    await world.settle();
    expect(world.story).toEqual([]);
  });

  it("is reported if it does not go: a finalizer hides nothing", async () => {
    const world = await delivered();
    world.write(going);
    await world.settle();
    world.wait(301_000);
    await world.settle();
    expect(world.story).toEqual(["Detected Unexpected backdoor"]);
  });

  it("stays reported until it is gone", async () => {
    const world = await delivered();
    world.write(binding);
    await world.settle();
    world.write(going);
    await world.settle();
    expect(world.verdictOf(binding)).toBe("Drifted Unexpected");
    world.remove(binding);
    await world.settle();
    expect(world.story).toEqual(["Detected Unexpected backdoor", "Resolved ObjectGone backdoor"]);
  });
});

function sourceOf() {
  return { url: "", ref: { branch: "main" }, path: "", render: "Auto", intervalSeconds: 60 } as const;
}
