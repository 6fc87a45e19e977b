/** The API server goes away and comes back: nothing is taken for drift that is none, nothing missed, nothing said twice. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { installOperator } from "../../dev/control-plane/operator.ts";
import { type ControlPlane, startControlPlane } from "../../dev/control-plane/start.ts";
import { type Operator, startOperator } from "../../dev/demo/operator.ts";
import { eventually } from "../support/api-server.ts";
import { type ClusterPolicy, createClusterPolicy } from "../support/cluster-policy.ts";

jest.setTimeout(180_000);

const manifest = (name: string) => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}}
data: {mode: fast}
`;
const names = ["before", "during", "untouched"];

let directory: string;
let plane: ControlPlane;
let kubeconfig: string;
let operator: Operator | undefined;
let policy: ClusterPolicy;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-outage-test-"));
  plane = await startControlPlane();
  kubeconfig = await installOperator(plane);
  await plane.waitForAggregation("admin");
  await plane.kubectl(["create", "namespace", "shop"]);
  // How long the API server takes to come back is not ours to say, so the Lease is left out of it at first.
  operator = await startOperator({ kubeconfig, directory, flags: ["--leader-elect=false"] });
  policy = await createClusterPolicy(plane, {
    namespace: "shop",
    directory,
    files: Object.fromEntries(names.map((name) => [`app/${name}.yaml`, manifest(name)])),
  });
  await policy.apply();
  await policy.deliver();
  await policy.condition("InSync", "True");
});

afterAll(async () => {
  await operator?.stop();
  await plane?.stop();
  await rm(directory, { recursive: true, force: true });
});

async function edit(name: string): Promise<void> {
  await policy.edit("patch", "configmap", name, "--patch", '{"data":{"mode":"hacked"}}');
}

async function recordsOf(name: string): Promise<number> {
  return (await policy.records()).filter((one) => fieldAt(one, ["spec", "object", "name"]) === name).length;
}

describe("an API server that is away", () => {
  it("is waited for: what was edited around it is found, once, and nothing else", async () => {
    await edit("before");
    await plane.stopApiServer();
    await eventually("the operator to notice", () =>
      Promise.resolve(operator?.log().includes("watch interrupted") ? true : undefined),
    );
    await plane.startApiServer();
    await edit("during");
    for (const name of ["before", "during"]) await policy.resolved(name);
    await policy.condition("InSync", "True");
    expect([await recordsOf("before"), await recordsOf("during"), await recordsOf("untouched")]).toEqual([
      1, 1, 0,
    ]);
    expect((await fetch(`${operator?.url}/healthz`)).status).toBe(200);
    expect(await operator?.stop()).toBe(0);
  });

  it("for longer than a Lease may go unrenewed ends the operator, with a word why; its next life finds all", async () => {
    operator = await startOperator({ kubeconfig, directory });
    await eventually("the operator to lead", async () =>
      (await fetch(`${operator?.url}/readyz`)).status === 200 ? true : undefined,
    );
    await plane.stopApiServer();
    // It gives up by itself: nobody stops it here. A Deployment would start it again.
    expect(await operator?.ended).toBe(2);
    expect(operator?.log()).toMatch(/"level":"fatal".*the Lease could not be renewed in time/);
    await plane.startApiServer();
    // It could not be given back; waiting until it has run out is what test/kubernetes/lease.test.ts is for.
    await plane.kubectl(["delete", "lease", "holdfast", "-n", "holdfast-system"]);
    await edit("untouched");
    operator = await startOperator({ kubeconfig, directory });
    await policy.resolved("untouched");
    await policy.condition("InSync", "True");
    expect([await recordsOf("before"), await recordsOf("during"), await recordsOf("untouched")]).toEqual([
      1, 1, 1,
    ]);
  });
});
