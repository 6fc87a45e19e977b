/** What the store says of objects, at every point of a watch's life. */
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { LiveScope } from "../../src/kubernetes/live-scope.ts";
import { allNamespaces, LiveStore } from "../../src/kubernetes/live-store.ts";
import { type KubernetesObject, type ResourceKey, resourceKey } from "../../src/resource/resource.ts";

const gvk = { group: "", version: "v1", kind: "ConfigMap" };
const ref = (name: string, namespace = "default") => ({ ...gvk, namespace, name });

function object(name: string, resourceVersion: string, uid = `uid-${name}`): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default", uid, resourceVersion },
    data: { v: resourceVersion },
  };
}

describe("the live store", () => {
  let wanted: Set<ResourceKey>;
  let store: LiveStore;
  let scope: LiveScope;

  beforeEach(() => {
    wanted = new Set(["a", "b"].map((name) => resourceKey(ref(name))));
    store = new LiveStore((key) => wanted.has(key));
    scope = store.open(gvk, allNamespaces);
  });

  function apply(name: string, resourceVersion: string, atMs: number): void {
    const body = object(name, resourceVersion);
    scope.apply({ object: body, body, atMs });
  }

  it("says nothing before the watch is in step", () => {
    apply("a", "1", 10);
    expect(store.read(ref("a"))).toEqual({ type: "Unsynced" });
    expect(store.read({ ...ref("a"), kind: "Secret" })).toEqual({ type: "Unsynced" });
  });

  it("says what is there and what is not", () => {
    scope.restart();
    apply("a", "1", 10);
    scope.synced(20);
    expect(store.read(ref("a"))).toEqual({ type: "Present", body: object("a", "1"), arrivedAtMs: 10 });
    expect(store.read(ref("b"))).toEqual({ type: "Absent", sinceMs: 20 });
  });

  it("keeps no body of what nobody declares", () => {
    apply("other", "1", 10);
    scope.synced(20);
    expect(store.read(ref("other"))).toEqual({ type: "Dropped", uid: "uid-other", resourceVersion: "1" });
  });

  it("finds by set difference what was deleted while it was not looking", () => {
    scope.restart();
    apply("a", "1", 10);
    apply("b", "1", 10);
    scope.synced(20);
    scope.restart();
    apply("b", "1", 30);
    expect(store.read(ref("a")).type).toBe("Present");
    expect(scope.synced(40)).toEqual([resourceKey(ref("a"))]);
    expect(store.read(ref("a"))).toEqual({ type: "Absent", sinceMs: 40 });
    // What was known already is no news.
    expect(store.read(ref("b"))).toMatchObject({ type: "Present", arrivedAtMs: 10 });
  });

  it("remembers when a declared object was deleted, until it is there again", () => {
    apply("a", "1", 10);
    scope.synced(20);
    scope.delete(object("a", "5"), 50);
    expect(store.read(ref("a"))).toEqual({ type: "Absent", sinceMs: 50 });
    apply("a", "6", 60);
    expect(store.read(ref("a"))).toMatchObject({ type: "Present", arrivedAtMs: 60 });
  });

  it("lets a body go after a verdict, unless the object has moved on since", () => {
    apply("a", "1", 10);
    apply("b", "1", 10);
    scope.synced(20);
    apply("b", "2", 30);
    store.release(ref("a"), "1");
    store.release(ref("b"), "1");
    expect(store.read(ref("a"))).toEqual({ type: "Dropped", uid: "uid-a", resourceVersion: "1" });
    expect(store.read(ref("b")).type).toBe("Present");
  });

  it("takes a body back only in the version that the watch knows", () => {
    apply("a", "1", 10);
    scope.synced(20);
    store.release(ref("a"), "1");
    store.restore(ref("a"), object("a", "2"));
    expect(store.read(ref("a")).type).toBe("Dropped");
    store.restore(ref("a"), object("a", "1"));
    expect(store.read(ref("a"))).toEqual({ type: "Present", body: object("a", "1"), arrivedAtMs: 10 });
  });

  it("does not bring a released body back when a list is read anew", () => {
    apply("a", "1", 10);
    scope.synced(20);
    store.release(ref("a"), "1");
    scope.restart();
    apply("a", "1", 30);
    scope.synced(40);
    expect(store.read(ref("a")).type).toBe("Dropped");
  });

  it("takes an object that was deleted and made anew for another one", () => {
    apply("a", "1", 10);
    scope.synced(20);
    const again = object("a", "1", "another-uid");
    scope.apply({ object: again, body: again, atMs: 30 });
    expect(store.read(ref("a"))).toMatchObject({
      arrivedAtMs: 30,
      body: { metadata: { uid: "another-uid" } },
    });
  });

  it("forgets everything of a kind that may not be watched, or is gone", () => {
    apply("a", "1", 10);
    scope.synced(20);
    scope.clear({ type: "Forbidden", message: "no" });
    expect(store.read(ref("a"))).toEqual({ type: "Forbidden", message: "no" });
    expect(store.size).toBe(0);
    scope.clear({ type: "NotServed" });
    expect(store.read(ref("a"))).toEqual({ type: "NotServed" });
  });

  it("lets go of bodies that nobody declares any more", () => {
    apply("a", "1", 10);
    scope.synced(20);
    wanted.delete(resourceKey(ref("a")));
    store.sweep();
    expect(store.read(ref("a")).type).toBe("Dropped");
  });

  it("asks the watch of the object's own namespace until one over all of them is in step", () => {
    const own = store.open(gvk, "default");
    own.apply({ object: object("a", "1"), body: object("a", "1"), atMs: 10 });
    own.synced(20);
    expect(store.read(ref("a")).type).toBe("Present");
    scope.synced(30);
    expect(store.read(ref("a"))).toEqual({ type: "Absent", sinceMs: 30 });
  });
});
