/** What is kept of an object that nobody declares. */
import { describe, expect, it } from "@jest/globals";
import { ownersOf } from "../../src/resource/owner.ts";
import type { JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { sightOf } from "../../src/resource/sight.ts";

const object = (metadata: JsonObject, body: JsonObject = {}): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Pod",
  ...body,
  metadata: { name: "a", ...metadata },
});
const reference = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "u1", controller: true };

describe("the owners of an object", () => {
  it("are those that it names", () => {
    expect(ownersOf(object({ ownerReferences: [reference] }))).toEqual([
      { group: "apps", version: "v1", kind: "ReplicaSet", name: "web-1", uid: "u1", controller: true },
    ]);
    expect(ownersOf(object({}))).toEqual([]);
  });

  it("are not those that are no references", () => {
    const { uid: _, ...withoutUid } = reference;
    for (const bad of [withoutUid, { ...reference, uid: "" }, { ...reference, kind: 1 }, "web", null])
      expect(ownersOf(object({ ownerReferences: [bad] }))).toEqual([]);
    expect(ownersOf(object({ ownerReferences: "web" }))).toEqual([]);
  });

  it("are, of a volume with a claim's uid in its name, that claim in its namespace", () => {
    const volume = (name: string) =>
      ownersOf({
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name },
        spec: { claimRef: { namespace: "shop", name: "data", uid: "u7" } },
      });
    expect(volume("pvc-u7")).toEqual([
      expect.objectContaining({ kind: "PersistentVolumeClaim", namespace: "shop", name: "data", uid: "u7" }),
    ]);
    expect(volume("by-hand")).toEqual([]);
  });
});

describe("a sight", () => {
  it("remembers since when the same object is there, and since when it is going", () => {
    const first = sightOf(object({ uid: "a" }), 1);
    const going = sightOf(object({ uid: "a", deletionTimestamp: "t" }), 2, first);
    expect(sightOf(object({ uid: "a", deletionTimestamp: "t" }), 3, going)).toEqual({
      uid: "a",
      owners: [],
      firstSeenAtMs: 1,
      arrivedAtMs: 3,
      terminatingSinceMs: 2,
    });
    expect(sightOf(object({ uid: "b" }), 4, going)).toEqual({
      uid: "b",
      owners: [],
      firstSeenAtMs: 4,
      arrivedAtMs: 4,
    });
  });

  it("keeps the one word of the body that may tell whose it is, and nothing else", () => {
    const secret = { kind: "Secret", type: "helm.sh/release.v1", data: { release: "x" } };
    expect(sightOf(object({ uid: "a" }, secret), 1)).toEqual({
      uid: "a",
      owners: [],
      firstSeenAtMs: 1,
      arrivedAtMs: 1,
      trait: "helm.sh/release.v1",
    });
    const service = (spec: JsonObject) =>
      sightOf(object({}, { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", spec }), 1).trait;
    expect(service({ group: "apps" })).toBe("Local");
    expect(service({ service: { name: "metrics" } })).toBeUndefined();
  });
});
