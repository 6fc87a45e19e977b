/** What controllers leave on whole objects, in the form in which clusters record it. */
import { describe, expect, it } from "@jest/globals";
import { compare } from "../../../src/diff/compare.ts";
import { formatPath } from "../../../src/fieldpath/format-path.ts";
import type { Json, JsonObject, KubernetesObject } from "../../../src/resource/resource.ts";
import { refOf } from "../../../src/resource/resource.ts";
import { shippedKind } from "../../../src/schema/shipped.ts";

describe("AKS, which excludes its own namespaces from every webhook", () => {
  const aks = [
    { key: "kubernetes.azure.com/managedby", operator: "NotIn", values: ["aks"] },
    { key: "control-plane", operator: "NotIn", values: ["true"] },
  ];
  const own = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["kube-system"] };
  const webhooks = (selector?: Json): KubernetesObject => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "checks" },
    webhooks: [
      {
        name: "checks.example.com",
        clientConfig: { url: "https://checks.example.com" },
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
        ...(selector === undefined ? {} : { namespaceSelector: selector }),
      },
    ],
  });
  const enforced = entry("admissionsenforcer", {
    "f:webhooks": { 'k:{"name":"checks.example.com"}': { "f:namespaceSelector": {} } },
  });

  it.each<[string, Json | undefined, Json]>([
    ["no selector", undefined, { matchExpressions: aks }],
    ["an empty selector", {}, { matchExpressions: aks }],
    ["a selector", { matchExpressions: [own] }, { matchExpressions: [own, ...aks] }],
  ])("is excused where Git states %s", (_, stated, live) => {
    expect(judge(webhooks(stated), webhooks(live), enforced)).toEqual({
      changes: [],
      excused: ["aks-webhook-exclusions"],
    });
  });

  it("is drift where somebody else wrote it, or where it says more", () => {
    const path = 'webhooks[name="checks.example.com"].namespaceSelector';
    const byHand = { ...enforced, manager: "kubectl-edit" };
    expect(judge(webhooks(), webhooks({ matchExpressions: aks }), byHand).changes).toEqual([path]);
    expect(judge(webhooks(), webhooks({ matchExpressions: [own] }), enforced).changes).toEqual([path]);
    const gone = judge(webhooks({ matchExpressions: [own] }), webhooks({ matchExpressions: aks }), enforced);
    expect(gone.changes).toEqual([path]);
  });
});

describe("OpenShift, which gives every account a Secret to pull with", () => {
  const account = (fields: JsonObject): KubernetesObject => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "web", namespace: "shop" },
    ...fields,
  });
  const given = entry("openshift.io/image-registry-pull-secrets_service-account-controller", {
    "f:imagePullSecrets": {},
    "f:secrets": { 'k:{"name":"web-dockercfg-x7k2p"}': {} },
  });
  const live = account({
    imagePullSecrets: [{ name: "registry" }, { name: "web-dockercfg-x7k2p" }],
    secrets: [{ name: "web-dockercfg-x7k2p" }],
  });

  it("is excused beside the Secrets that Git states", () => {
    const stated = account({ imagePullSecrets: [{ name: "registry" }] });
    expect(judge(stated, live, given)).toEqual({
      changes: [],
      excused: ["openshift-account-pull-secrets", "openshift-account-secrets"],
    });
  });

  it("hides no Secret that Git does not state", () => {
    expect(judge(account({}), live, given).changes).toEqual(["imagePullSecrets"]);
  });
});

describe("Reloader, which restarts the Pods of a workload", () => {
  const workload = (env?: Json, annotations?: JsonObject): KubernetesObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" }, ...(annotations === undefined ? {} : { annotations }) },
        spec: { containers: [{ name: "web", image: "web:1", ...(env === undefined ? {} : { env }) }] },
      },
    },
  });
  const variable = { name: "STAKATER_WEB_CONFIGMAP", value: "0c0d1e2f" };
  const written = entry("Reloader", {
    "f:spec": {
      "f:template": {
        "f:metadata": { "f:annotations": { ".": {}, "f:reloader.stakater.com/last-reloaded-from": {} } },
        "f:spec": {
          "f:containers": {
            'k:{"name":"web"}': {
              "f:env": {
                ".": {},
                'k:{"name":"STAKATER_WEB_CONFIGMAP"}': { ".": {}, "f:name": {}, "f:value": {} },
              },
            },
          },
        },
      },
    },
  });

  it("is excused for its variable and its annotation", () => {
    const live = workload([variable], { "reloader.stakater.com/last-reloaded-from": "{}" });
    expect(judge(workload(), live, written)).toEqual({
      changes: [],
      excused: ["reloader-annotation", "reloader-variable-configmap"],
    });
    const stated = [{ name: "A", value: "1" }];
    expect(judge(workload(stated), workload([...stated, variable]), written).changes).toEqual([]);
  });

  it("hides no other variable", () => {
    const proxy = { name: "HTTP_PROXY", value: "http://proxy" };
    expect(judge(workload(), workload([variable, proxy]), written).changes).toEqual([
      'spec.template.spec.containers[name="web"].env[name="HTTP_PROXY"]',
    ]);
  });
});

describe("a controller that writes through the status", () => {
  const service = (annotations?: { readonly [name: string]: string }): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "shop", ...(annotations === undefined ? {} : { annotations }) },
    spec: { type: "LoadBalancer", selector: { app: "web" }, ports: [{ port: 80 }] },
  });

  it("is recorded there, and excused all the same", () => {
    const name = "metallb.universe.tf/ip-allocated-from-pool";
    const pool = entry(
      "controller",
      { "f:metadata": { "f:annotations": { ".": {}, [`f:${name}`]: {} } } },
      "status",
    );
    expect(judge(service(), service({ [name]: "default" }), pool)).toEqual({
      changes: [],
      excused: ["metallb-pool-deprecated"],
    });
  });
});

function entry(manager: string, fieldsV1: JsonObject, subresource?: string): JsonObject {
  return {
    manager,
    operation: "Update",
    fieldsType: "FieldsV1",
    fieldsV1,
    ...(subresource && { subresource }),
  };
}

function judge(desired: KubernetesObject, live: KubernetesObject, owner: JsonObject) {
  const schema = shippedKind(refOf(desired))?.schema;
  if (schema === undefined) throw new Error(`no schema for ${desired.kind}`);
  const managedFields = [{ ...owner, apiVersion: live.apiVersion }];
  const recorded = { ...live, metadata: { ...live.metadata, managedFields } };
  const { changes, excused } = compare({ desired, live: recorded, schema, mode: "Exact" });
  return {
    changes: changes.map(({ path }) => formatPath(path)),
    excused: excused.map(({ rule }) => rule).sort(),
  };
}
