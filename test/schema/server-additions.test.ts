/** What the server adds by path, and what it does not: the excuse is for its own values alone. */
import { describe, expect, it } from "@jest/globals";
import { compare } from "../../src/diff/compare.ts";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import { type JsonObject, type KubernetesObject, refOf } from "../../src/resource/resource.ts";
import { shippedKind } from "../../src/schema/shipped.ts";

const containers = [{ name: "app", image: "app:1" }];
const volume = (name: string, sources: readonly JsonObject[]) => ({
  name,
  projected: { defaultMode: 420, sources },
});
const tokenSources = [
  { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
  { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
  {
    downwardAPI: {
      items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
    },
  },
];
const mount = (name: string, mountPath = "/var/run/secrets/kubernetes.io/serviceaccount") => ({
  name,
  mountPath,
  readOnly: true,
});

function found(desired: KubernetesObject, live: JsonObject): readonly string[] {
  const schema = shippedKind(refOf(desired))?.schema;
  if (schema === undefined) throw new Error("not shipped");
  const body = { ...desired, ...live } as KubernetesObject; // the kind is as before
  return compare({ desired, live: body, schema, mode: "Exact" }).changes.map(({ path }) => formatPath(path));
}

describe("a Pod", () => {
  const desired = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, spec: { containers } };
  const pod = (volumes: readonly JsonObject[], volumeMounts: readonly JsonObject[]) => ({
    spec: { containers: [{ ...containers[0], volumeMounts }], volumes },
  });
  const added = (live: JsonObject) => found(desired, live).filter((path) => /volume/i.test(path));

  it("may have the volume with its token, where the server mounts it", () => {
    expect(
      added(pod([volume("kube-api-access-abcde", tokenSources)], [mount("kube-api-access-abcde")])),
    ).toEqual([]);
  });

  it.each<readonly [string, JsonObject & { readonly name: string }, JsonObject]>([
    [
      "another volume of that name",
      { name: "kube-api-access-abcde", hostPath: { path: "/" } },
      mount("kube-api-access-abcde"),
    ],
    [
      "one more source in it",
      volume("kube-api-access-abcde", [...tokenSources, { secret: { name: "a" } }]),
      mount("kube-api-access-abcde"),
    ],
    ["a name that is like it", volume("kube-api-access-mine", tokenSources), mount("kube-api-access-mine")],
  ])("may not have %s", (_, other, at) => {
    expect(added(pod([other], [at]))).toContain(`spec.volumes[name="${other.name}"]`);
  });

  it("may not have another volume at the place of its token", () => {
    const live = pod(
      [volume("kube-api-access-abcde", tokenSources)],
      [{ ...mount("kube-api-access-abcde"), name: "other" }],
    );
    expect(added(live)).toEqual([
      'spec.containers[name="app"].volumeMounts[mountPath="/var/run/secrets/kubernetes.io/serviceaccount"]',
    ]);
  });

  it("may have the resources that it was created with, and no others since", () => {
    const live = (generation: number) => ({
      metadata: { name: "a", generation },
      spec: { containers: [{ ...containers[0], resources: { limits: { cpu: "1" } } }] },
    });
    const resources = (generation: number) =>
      found(desired, live(generation)).filter((path) => path.includes("resources"));
    expect(resources(1)).toEqual([]);
    expect(resources(2)).toEqual(['spec.containers[name="app"].resources']);
  });
});

describe("a Job", () => {
  const template = { metadata: { labels: { app: "a" } }, spec: { containers, restartPolicy: "Never" } };
  const desired = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "a" }, spec: { template } };
  const marks = (name: string, uid: string) => ({
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  });
  const live = (labels: JsonObject, own: JsonObject) => ({
    metadata: { name: "a", uid: "u", labels: own },
    spec: { template: { ...template, metadata: { labels: { app: "a", ...labels } } } },
  });
  const labels = (object: JsonObject) => found(desired, object).filter((path) => path.includes("labels"));

  it("may be marked with its own name and uid, and have its template's labels", () => {
    expect(labels(live(marks("a", "u"), { app: "a", ...marks("a", "u") }))).toEqual([]);
  });

  it("may not be marked with another's, nor have labels that its template has not", () => {
    expect(labels(live({ ...marks("a", "u"), "controller-uid": "v" }, { app: "b", more: "c" }))).toEqual([
      "metadata.labels.app",
      "metadata.labels.more",
      "spec.template.metadata.labels.controller-uid",
    ]);
  });
});

describe("a Namespace", () => {
  const desired = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
  const named = (name: string) => ({
    metadata: { name: "shop", labels: { "kubernetes.io/metadata.name": name } },
  });

  it("may be labelled with its name, and no other", () => {
    expect(found(desired, named("shop"))).toEqual([]);
    expect(found(desired, named("bank"))).toEqual(['metadata.labels["kubernetes.io/metadata.name"]']);
  });
});
