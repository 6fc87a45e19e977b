/** config/ on a cluster that has never seen Holdfast: what an administrator installs, and which rights that gives away. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { operatorAccount } from "../../dev/control-plane/operator.ts";
import { type ControlPlane, startControlPlane } from "../../dev/control-plane/start.ts";
import { parseKubernetesYaml } from "../../src/render/kubernetes-yaml.ts";
import type { Json, JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { eventually } from "../support/api-server.ts";
import { rightsOf } from "../support/rights.ts";

jest.setTimeout(120_000);

const config = join(import.meta.dirname, "../../config");
let plane: ControlPlane;
let overlay: string;

beforeAll(async () => {
  // A cluster of its own: what is added here to Holdfast's rights must not reach the other tests.
  plane = await startControlPlane();
  overlay = await mkdtemp(join(tmpdir(), "holdfast-overlay-"));
  const base = relative(overlay, config);
  const kustomization = { resources: [`${base}/default`], components: [`${base}/components/secrets`] };
  await writeFile(join(overlay, "kustomization.yaml"), JSON.stringify(kustomization));
  await plane.kubectl(["apply", "--kustomize", join(config, "default")]);
  await plane.waitForAggregation("holdfast-observe");
});

afterAll(async () => {
  await plane.stop();
  await rm(overlay, { recursive: true, force: true });
});

const rights = () => rightsOf(plane, operatorAccount);
const isRead = (right: string) => /^(get|list|watch) /.test(right);

function objectsOf(yaml: string): readonly KubernetesObject[] {
  const parsed = parseKubernetesYaml(yaml);
  if (parsed.type === "Invalid") throw new Error(parsed.message);
  return parsed.documents.map(({ value }) => value as KubernetesObject); // kustomize prints objects
}

describe("kubectl kustomize", () => {
  it.each([
    ["rbac", "ClusterRole holdfast-observe"],
    ["alerting", "PrometheusRule holdfast"],
    ["default", "Deployment holdfast"],
  ])("renders config/%s", async (folder, part) => {
    const objects = objectsOf(await plane.kubectl(["kustomize", join(config, folder)]));
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toContain(part);
  });

  it("renders an overlay that adds Secrets, and nothing but a ClusterRole is added", async () => {
    const plain = objectsOf(await plane.kubectl(["kustomize", join(config, "default")]));
    const more = objectsOf(await plane.kubectl(["kustomize", overlay]));
    const added = more.filter(
      (object) => !plain.some((one) => JSON.stringify(one) === JSON.stringify(object)),
    );
    expect(added.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      "ClusterRole holdfast-observe-secrets",
    ]);
  });
});

describe("kubectl apply -k config/default", () => {
  it.each([
    ["by kubectl", []],
    ["by the server, as other deliverers do", ["--server-side", "--force-conflicts"]],
    ["by the server once more, without force", ["--server-side"]],
  ])("may be repeated, %s, and takes no right away meanwhile", async (_, flags) => {
    const before = await observeRules();
    await plane.kubectl(["apply", ...flags, "--kustomize", join(config, "default")]);
    expect(await observeRules()).toEqual(before);
  });

  async function observeRules(): Promise<Json | undefined> {
    const path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/holdfast-observe";
    return (await plane.request({ path })).body.rules;
  }
});

describe("the operator's account", () => {
  it("writes nothing but its own resources, Events, and its own Lease", async () => {
    expect((await rights()).filter((right) => !isRead(right))).toEqual([
      "create driftrecords.holdfast.dev",
      "create events.events.k8s.io",
      "create leases.coordination.k8s.io in holdfast-system",
      "delete driftrecords.holdfast.dev",
      "patch driftrecords.holdfast.dev",
      "patch driftrecords/status.holdfast.dev",
      "patch events.events.k8s.io",
      "patch gitrepopolicies/status.holdfast.dev",
      "patch leases[holdfast].coordination.k8s.io in holdfast-system",
      "update leases[holdfast].coordination.k8s.io in holdfast-system",
    ]);
  });

  it("has no right that is not spelt out, and sees no Secret", async () => {
    const all = await rights();
    expect(all.filter((right) => right.includes("*"))).toEqual([]);
    expect(all.filter((right) => /secrets|impersonate|bind |escalate/.test(right))).toEqual([]);
  });

  it("sees every other built-in kind that can be watched", async () => {
    const all = new Set(await rights());
    const unseen = (await builtInResources()).filter((resource) => !all.has(`watch ${resource}`));
    // Events tell of objects and are none that anybody declares.
    expect(unseen).toEqual(["events", "events.events.k8s.io", "secrets"]);
  });

  async function builtInResources(): Promise<readonly string[]> {
    const args = ["api-resources", "--verbs=list,watch", "--output=name"];
    const names = (await plane.kubectl(args)).trim().split("\n");
    return names.filter((name) => !name.endsWith(".holdfast.dev")).toSorted();
  }
});

describe("the Deployment", () => {
  const path = "/apis/apps/v1/namespaces/holdfast-system/deployments/holdfast";

  it("has one instance at a time, probes, and bounds", async () => {
    const { body } = await plane.request({ path });
    expect(fieldAt(body, ["spec", "strategy", "type"])).toBe("Recreate");
    expect(fieldAt(body, ["spec", "replicas"])).toBe(1);
    expect(fieldAt(body, ["spec", "template", "spec", "containers"])).toEqual([
      expect.objectContaining({
        livenessProbe: expect.objectContaining({ httpGet: expect.objectContaining({ path: "/healthz" }) }),
        readinessProbe: expect.objectContaining({ httpGet: expect.objectContaining({ path: "/readyz" }) }),
        resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { memory: "512Mi" } },
      }),
    ]);
  });

  it("stands in a namespace that enforces Pod Security restricted", async () => {
    const { body } = await plane.request({ path: "/api/v1/namespaces/holdfast-system" });
    expect(fieldAt(body, ["metadata", "labels", "pod-security.kubernetes.io/enforce"])).toBe("restricted");
  });

  it("has Pods that pass it", async () => {
    expect(await createPod({})).toMatchObject({ status: 201 });
  });

  it("would have none if they asked for more", async () => {
    const refused = await createPod({ hostNetwork: true });
    expect(refused.body.message).toContain('violates PodSecurity "restricted:latest": host namespaces');
    expect(refused.status).toBe(403);
  });

  async function createPod(more: JsonObject) {
    const { body } = await plane.request({ path });
    const spec = fieldAt(body, ["spec", "template", "spec"]) as JsonObject; // by the kind's schema
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "trial" }, spec: { ...spec, ...more } };
    const pods = "/api/v1/namespaces/holdfast-system/pods?dryRun=All";
    return await plane.request({ path: pods, method: "POST", body: pod });
  }
});

describe("the component for Secrets", () => {
  it("adds that they are read, and nothing else", async () => {
    const before = await rights();
    await plane.kubectl(["apply", "--kustomize", overlay]);
    await eventually("the right to watch Secrets", async () =>
      (await rights()).includes("watch secrets") ? true : undefined,
    );
    const added = (await rights()).filter((right) => !before.includes(right));
    expect(added).toEqual(["get secrets", "list secrets", "watch secrets"]);
  });
});
