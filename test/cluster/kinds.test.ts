/** Kinds that the operator cannot see, for now or for ever, beside kinds that it can. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { type Operator, startOperator } from "../../dev/demo/operator.ts";
import { eventually, useApiServer } from "../support/api-server.ts";
import { type ClusterPolicy, createClusterPolicy } from "../support/cluster-policy.ts";

const api = useApiServer();
const group = "kinds.example.com";
const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gauges.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {kind: Gauge, plural: gauges, singular: gauge}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec: {type: object, properties: {limit: {type: integer}, unit: {type: string}}}
`;
const settings = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: fast}
`;
const gauge = `apiVersion: ${group}/v1
kind: Gauge
metadata: {name: pressure}
spec: {limit: 7, unit: bar}
`;
const secret = `apiVersion: v1
kind: Secret
metadata: {name: login}
stringData: {password: example}
`;

let directory: string;
let operator: Operator | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-kinds-test-"));
  operator = await startOperator({ kubeconfig: await api.operator(), directory });
});

afterAll(async () => {
  await operator?.stop();
  await api.tryKubectl(["delete", "crd", `gauges.${group}`, "--ignore-not-found"]);
  await api.tryKubectl(["delete", "clusterrole", "kinds-observe", "kinds-write", "--ignore-not-found"]);
  await rm(directory, { recursive: true, force: true });
});

async function settingsAreGuarded(policy: ClusterPolicy): Promise<void> {
  await policy.edit("patch", "configmap", "settings", "--patch", '{"data":{"mode":"hacked"}}');
  await eventually("the ConfigMap put back", async () =>
    (await policy.kubectl("get", "configmap", "settings", "-o", "jsonpath={.data.mode}")) === "fast"
      ? true
      : undefined,
  );
}

describe("a kind that the API server does not serve", () => {
  it("is Unknown beside others that are judged, is judged when its CRD comes, and Unknown when that goes", async () => {
    // As config/samples/observe-crds.yaml shows it; `admin` is aggregated likewise.
    await api.kubectl(["apply", "-f", "-"], {
      input: `${clusterRole("kinds-observe", "holdfast.dev/aggregate-to-observe", "[get, list, watch]")}---
${clusterRole("kinds-write", "rbac.authorization.k8s.io/aggregate-to-admin", '["*"]')}`,
    });
    const namespace = await api.namespace("kinds");
    const files = { "app/settings.yaml": settings, "app/gauge.yaml": gauge };
    const policy = await createClusterPolicy(api, { namespace, directory, files });
    await policy.kubectl("apply", "-f", join(policy.repository.directory, "app/settings.yaml"));
    await policy.apply();

    await policy.counted("unknown", 1);
    await policy.counted("inSync", 1);
    await policy.condition("Ready", "True");
    const before = await policy.condition("InSync", "Unknown", "NotJudged");
    expect(fieldAt(before, ["message"])).toMatch(/KindNotServed: 1; Gauge.* does not serve Gauge in kinds/);
    await settingsAreGuarded(policy);

    await api.kubectl(["apply", "-f", "-"], { input: crd });
    await api.kubectl(["wait", "crd", `gauges.${group}`, "--for=condition=Established"]);
    await policy.counted("pending", 1);
    await policy.deliver();
    await policy.condition("InSync", "True");
    await policy.kubectl("patch", "gauge", "pressure", "--type=merge", "--patch", '{"spec":{"limit":9}}');
    const record = await policy.resolved("pressure");
    expect(fieldAt(record, ["status"])).toMatchObject({
      resolution: "RolledBack",
      changes: [{ type: "Modified", path: "spec.limit", desired: "7", live: "9" }],
    });
    expect(await policy.kubectl("get", "gauge", "pressure", "-o", "jsonpath={.spec.limit}")).toBe("7");

    await api.kubectl(["delete", "crd", `gauges.${group}`]);
    await policy.counted("unknown", 1);
    await policy.condition("InSync", "Unknown", "NotJudged");
    await settingsAreGuarded(policy);

    // Its objects were deleted with it. That was seen or not, as it happened; it is not said to be over.
    const missing = (await policy.records()).filter((one) => fieldAt(one, ["spec", "type"]) === "Missing");
    for (const one of missing) expect(fieldAt(one, ["status", "resolution"])).toBeUndefined();
  });
});

describe("a kind that the operator may not watch", () => {
  it("is Unknown, and says Forbidden, beside others that are judged", async () => {
    const namespace = await api.namespace("forbidden");
    const files = { "app/settings.yaml": settings, "app/login.yaml": secret };
    const policy = await createClusterPolicy(api, { namespace, directory, files });
    await policy.deliver();
    await policy.apply();
    await policy.counted("unknown", 1);
    await policy.counted("inSync", 1);
    await policy.condition("Ready", "True");
    const inSync = await policy.condition("InSync", "Unknown", "NotJudged");
    expect(fieldAt(inSync, ["message"])).toMatch(
      /Forbidden: 1; Secret .*cannot (list|watch) resource "secrets"/,
    );
    await settingsAreGuarded(policy);
    await policy.edit("delete", "secret", "login");
    await policy.resolved("settings");
    expect((await policy.records()).map((one) => fieldAt(one, ["spec", "object", "kind"]))).toEqual([
      "ConfigMap",
    ]);
  });
});

function clusterRole(name: string, label: string, verbs: string): string {
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ${name}, labels: {${label}: "true"}}
rules: [{apiGroups: [${group}], resources: [gauges], verbs: ${verbs}}]
`;
}
