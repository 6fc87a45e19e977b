/** What somebody might write onto a live object so that Holdfast does not look: it is found all the same. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { compare } from "../../src/diff/compare.ts";
import { formatPath, parsePath } from "../../src/fieldpath/format-path.ts";
import { createOwnership } from "../../src/fieldpath/managed-fields.ts";
import { type JsonObject, type KubernetesObject, refOf } from "../../src/resource/resource.ts";
import { anyNode } from "../../src/schema/schema-node.ts";
import { shippedKind } from "../../src/schema/shipped.ts";
import { useApiServer } from "../support/api-server.ts";
import { type Attacker, createAttacker } from "../support/attacker.ts";
import { createDelivery, type DeliveryWay, deliveryWays } from "../support/delivery.ts";
import { lastAppliedKey, lastAppliedOf } from "../support/last-applied.ts";

const api = useApiServer();
const delivery = createDelivery(api.request);
let namespace = "";
let count = 0;

beforeAll(async () => {
  namespace = await api.namespace("attacks");
});

/** Where the change is that all attacks want to hide. */
const image = 'spec.template.spec.containers[name="app"].image';
const sidecar = 'spec.template.spec.containers[name="miner"]';
const change = {
  op: "replace",
  path: "/spec/template/spec/containers/0/image",
  value: "evil.example.com/app",
};
const addition = {
  op: "add",
  path: "/spec/template/spec/containers/-",
  value: { name: "miner", image: "evil.example.com/miner", securityContext: { privileged: true } },
};

describe("a sidecar and an image that were changed by hand are found", () => {
  it.each([
    "kustomize-controller",
    "helm-controller",
    "argocd-controller",
    "kubectl-client-side-apply",
    "helm",
    "kube-controller-manager",
    "kube-scheduler",
    "cert-manager-cainjector",
    "pilot-discovery",
    "vpa-updater",
    "cluster-autoscaler",
    "holdfast",
  ])("under the name of %s, by an update and by an apply", async (manager) => {
    const { attacker, found } = await delivered("Flux", web());
    await attacker.patch([change, addition], manager);
    expect(await found()).toEqual(expect.arrayContaining([image, sidecar]));
    const other = await delivered("ArgoCD", web());
    await other.attacker.apply(podSpec({ containers: [addition.value] }), manager);
    expect(await other.found()).toContain(sidecar);
  });

  it.each(deliveryWays)("with the record of managers wiped, delivered by %s", async (way) => {
    const { attacker, found } = await delivered(way, web());
    await attacker.patch([change, addition]);
    await attacker.merge({ metadata: { managedFields: [{}] } });
    expect((await attacker.read()).metadata["managedFields"]).toBeUndefined();
    expect(await found()).toEqual(expect.arrayContaining([image, sidecar]));
  });

  it("with an owner that does not exist, or is not the owner", async () => {
    const { attacker, found } = await delivered("Flux", web());
    const owner = await attacker.make(`/api/v1/namespaces/${namespace}/configmaps`, {
      metadata: { generateName: "owner-" },
    });
    const { name = "", uid = "" } = (owner as KubernetesObject).metadata; // the server answers with the object
    const reference = { apiVersion: "v1", kind: "ConfigMap", name, uid, controller: true };
    await attacker.patch([{ op: "add", path: "/metadata/ownerReferences", value: [reference] }, change]);
    expect(await found()).toEqual([`metadata.ownerReferences[uid=${JSON.stringify(uid)}]`, image]);
  });

  it.each<readonly [string, string]>([
    ["argocd.argoproj.io/compare-options", "IgnoreExtraneous"],
    ["argocd.argoproj.io/hook", "PreSync"],
    ["argocd.argoproj.io/sync-options", "Prune=false,Delete=false"],
    ["argocd.argoproj.io/skip-reconcile", "true"],
    ["kustomize.toolkit.fluxcd.io/reconcile", "disabled"],
    ["kustomize.toolkit.fluxcd.io/ssa", "Ignore"],
    ["kustomize.toolkit.fluxcd.io/prune", "disabled"],
    ["fluxcd.io/ignore", "true"],
    ["helm.sh/hook", "pre-install"],
    ["helm.sh/resource-policy", "keep"],
    ["holdfast.dev/ignore", "true"],
    ["holdfast.dev/break-glass", "true"],
    ["holdfast.dev/last-editor", "system:serviceaccount:flux-system:kustomize-controller"],
    ["configmanagement.gke.io/managed", "disabled"],
    ["control-plane.alpha.kubernetes.io/leader", "{}"],
    ["kubectl.kubernetes.io/restartedAt", "never"],
  ])("beside the annotation %s, which is found too", async (name, value) => {
    const { attacker, found } = await delivered("Flux", web());
    await attacker.merge({ metadata: { annotations: { [name]: value } } }, "kustomize-controller");
    await attacker.patch([change]);
    expect(await found()).toEqual([`metadata.annotations[${JSON.stringify(name)}]`, image]);
  });

  it.each<readonly [string, string]>([
    ["app.kubernetes.io/managed-by", "Helm"],
    ["app.kubernetes.io/instance", "another"],
    ["argocd.argoproj.io/instance", "another"],
    ["kustomize.toolkit.fluxcd.io/name", "alone"],
    ["holdfast.dev/managed", "false"],
    ["addonmanager.kubernetes.io/mode", "EnsureExists"],
  ])("beside the label %s, which is found too", async (name, value) => {
    const { attacker, found } = await delivered("ArgoCD", web());
    await attacker.merge({ metadata: { labels: { [name]: value } } }, "argocd-controller");
    await attacker.patch([change]);
    expect(await found()).toEqual([`metadata.labels[${JSON.stringify(name)}]`, image]);
  });

  it("beside the tracking id of another object, which is found too", async () => {
    const { attacker, found } = await delivered("ArgoCD", web());
    const annotations = { "argocd.argoproj.io/tracking-id": `shop:apps/Deployment:${namespace}/other` };
    await attacker.merge({ metadata: { annotations } }, "argocd-controller");
    await attacker.patch([change]);
    expect(await found()).toEqual(['metadata.annotations["argocd.argoproj.io/tracking-id"]', image]);
  });

  it("with the last applied configuration rewritten to say the same, which is found too", async () => {
    const { attacker, found, desired } = await delivered("ApplyClientSide", web());
    await attacker.patch([change]);
    const claimed = { ...desired, ...podSpec({ containers: [{ name: "app", image: change.value }] }) };
    const annotations = { [lastAppliedKey]: lastAppliedOf(claimed) };
    await attacker.merge({ metadata: { annotations } }, "kubectl-client-side-apply");
    expect(await found()).toEqual([`metadata.annotations[${JSON.stringify(lastAppliedKey)}]`, image]);
  });

  it.each<readonly [string, string]>([
    ["is no JSON", "{"],
    [
      "is of another object",
      lastAppliedOf({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "other" } }),
    ],
    ["is nested as deep as fits", "[".repeat(100_000) + "]".repeat(100_000)],
  ])("with a last applied configuration that %s, which is found too", async (_, text) => {
    const { attacker, found } = await delivered("ApplyClientSide", web());
    await attacker.patch([change]);
    await attacker.merge({ metadata: { annotations: { [lastAppliedKey]: text } } });
    expect(await found()).toEqual([`metadata.annotations[${JSON.stringify(lastAppliedKey)}]`, image]);
  });

  it("behind a finalizer, which is found too", async () => {
    const { attacker, found } = await delivered("Flux", web());
    await attacker.patch([
      { op: "add", path: "/metadata/finalizers", value: ["foregroundDeletion", "example.com/keep"] },
      change,
    ]);
    expect(await found()).toEqual([
      'metadata.finalizers[="example.com/keep"]',
      'metadata.finalizers[="foregroundDeletion"]',
      image,
    ]);
    await attacker.patch([{ op: "remove", path: "/metadata/finalizers" }]);
  });

  it("after so many editors that the record of the deliverer is folded away", async () => {
    const { attacker, found } = await delivered("ArgoCD", web());
    for (let i = 0; i < 12; i++) {
      await attacker.merge({ metadata: { annotations: { [`example.com/note-${i}`]: "x" } } }, `editor-${i}`);
    }
    await attacker.patch([addition], "editor-12");
    const managers = JSON.stringify((await attacker.read()).metadata["managedFields"]);
    expect(managers).toContain("ancient-changes");
    expect(managers).not.toContain("argocd-controller");
    const paths = await found();
    expect(paths).toContain(sidecar);
    expect(paths).toHaveLength(13);
  });

  it("between init containers that change places, and containers that only seem to", async () => {
    const { attacker, found } = await delivered(
      "Create",
      web({ initContainers: [named("first"), named("second")] }),
    );
    const at = "/spec/template/spec";
    await attacker.patch([
      { op: "move", from: `${at}/initContainers/1`, path: `${at}/initContainers/0` },
      { ...addition, path: `${at}/containers/0` },
    ]);
    expect(await found()).toEqual([sidecar, "spec.template.spec.initContainers"]);
  });
});

describe("what leaves no trace in the record of managers is found", () => {
  it("replicas that are not declared, scaled on an object that was applied by the server", async () => {
    const { attacker, found } = await delivered("Flux", web());
    await attacker.scale(3);
    const { apiVersion, metadata } = await attacker.read();
    expect(createOwnership(metadata["managedFields"], apiVersion)(parsePath("spec.replicas"))).toEqual([]);
    expect(await found()).toEqual(["spec.replicas"]);
  });

  it("replicas for which somebody made an autoscaler by hand", async () => {
    const { attacker, found, desired } = await delivered("Flux", web());
    await attacker.make(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`, {
      metadata: { generateName: "excuse-" },
      spec: {
        minReplicas: 1,
        maxReplicas: 9,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: desired.metadata.name ?? "" },
      },
    });
    await attacker.scale(5);
    expect(await found()).toEqual(["spec.replicas"]);
  });

  it("a declared variable and a declared label that were removed", async () => {
    const { attacker, found } = await delivered(
      "Flux",
      web({ labels: { team: "shop" }, env: [{ name: "A", value: "1" }] }),
    );
    await attacker.patch([
      { op: "remove", path: "/metadata/labels/team" },
      { op: "remove", path: "/spec/template/spec/containers/0/env" },
    ]);
    expect(await found()).toEqual(["metadata.labels.team", 'spec.template.spec.containers[name="app"].env']);
  });

  it("an annotation on an object of which the deliverer declares nothing, so that there is no record", async () => {
    const { attacker, found } = await delivered("Flux", serviceAccount(), { isMarked: false });
    expect((await attacker.read()).metadata["managedFields"]).toBeUndefined();
    await attacker.merge({ metadata: { annotations: { "example.com/role": "admin" } } });
    expect((await attacker.read()).metadata["managedFields"]).toBeUndefined();
    expect(await found()).toEqual(['metadata.annotations["example.com/role"]']);
  });

  it("edits after the record was emptied by a replace, as it stays empty", async () => {
    const { attacker, found } = await delivered("ApplyByCi", web());
    await attacker.put(({ metadata }) => ({ metadata: { ...metadata, managedFields: [] } }));
    await attacker.patch([change]);
    expect((await attacker.read()).metadata["managedFields"]).toBeUndefined();
    expect(await found()).toContain(image);
  });

  it("an annotation that was written by way of the status", async () => {
    const { attacker, found } = await delivered("Flux", web());
    await attacker.status({ metadata: { annotations: { "example.com/hidden": "x" } } });
    expect(await found()).toEqual(['metadata.annotations["example.com/hidden"]']);
  });
});

describe("what is hard to see, or to hold, is found", () => {
  it.each<readonly [string, string]>([
    ["a letter that looks like another", "kubectl.kubernetes.io/last-applied-configuratlon"],
    ["a group that looks like another", "argocd.argoprojio/tracking-id"],
    ["a capital letter", "argocd.argoproj.io/Tracking-id"],
  ])("an annotation whose name has %s", async (_, name) => {
    const { attacker, found } = await delivered("ArgoCD", configMap());
    await attacker.merge({ metadata: { annotations: { [name]: "x" } } }, "argocd-controller");
    expect(await found()).toEqual([`metadata.annotations[${JSON.stringify(name)}]`]);
  });

  it("a value whose letters only look the same", async () => {
    const { attacker, found } = await delivered("Create", configMap());
    await attacker.merge({ data: { mode: "striсt" } }); // with a Cyrillic letter
    expect(await found()).toEqual(["data.mode"]);
  });

  it("an annotation as large as the API server allows", async () => {
    const { attacker, found } = await delivered("Flux", configMap());
    await attacker.merge({ metadata: { annotations: { "example.com/huge": "x".repeat(262_000) } } });
    expect(await found()).toEqual(['metadata.annotations["example.com/huge"]']);
  });

  it("one key among megabytes, and megabytes beside one key", async () => {
    const keys = Object.fromEntries(Array.from({ length: 9_000 }, (_, i) => [`key-${i}`, "x".repeat(80)]));
    const { attacker, found } = await delivered("Create", { ...configMap(), data: keys });
    await attacker.merge({ data: { "key-4711": "y" } });
    expect(await found()).toEqual(["data.key-4711"]);
    const other = await delivered("Create", configMap());
    await other.attacker.merge({ data: { huge: "x".repeat(1_000_000) } });
    expect(await other.found()).toEqual(["data.huge"]);
  });
});

/** Delivers it under a name of its own, and hands it to the attacker. */
async function delivered(way: DeliveryWay, body: KubernetesObject, { isMarked = true } = {}) {
  count += 1;
  const name = `web-${count}`;
  const desired: KubernetesObject = { ...body, metadata: { ...body.metadata, name, namespace } };
  const url = await delivery.urlOf(desired);
  const attacker: Attacker = createAttacker(api.request, url);
  if (isMarked) await delivery.deliver(way, [desired]);
  else {
    const path = `${url}?fieldManager=kustomize-controller`;
    await api.request({ method: "PATCH", path, body: desired, contentType: "application/apply-patch+yaml" });
  }
  const found = async () => {
    const schema = shippedKind(refOf(desired))?.schema ?? anyNode;
    const { changes } = compare({ desired, live: await attacker.read(), schema, mode: "Exact" });
    return changes.map(({ path }) => formatPath(path));
  };
  expect(await found()).toEqual([]);
  return { attacker, desired, found };
}

/** Without replicas: the server puts in one, and no Pod of it can be scheduled. */
function web({ labels = {}, env = [], initContainers = [] }: Web = {}): KubernetesObject {
  const containers = [{ ...named("app"), ...(env.length === 0 ? {} : { env }) }];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: Object.keys(labels).length === 0 ? {} : { labels },
    ...podSpec({ containers, ...(initContainers.length === 0 ? {} : { initContainers }) }),
  };
}

interface Web {
  readonly labels?: { readonly [name: string]: string };
  readonly env?: readonly JsonObject[];
  readonly initContainers?: readonly JsonObject[];
}

function podSpec(spec: JsonObject): JsonObject {
  const labels = { app: "web" };
  return { spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } } };
}

function named(name: string): JsonObject {
  return { name, image: `registry.example.com/${name}:1.0` };
}

function configMap(): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: { mode: "strict" } };
}

function serviceAccount(): KubernetesObject {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: {} };
}
