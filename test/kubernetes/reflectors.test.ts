/** The watches of all kinds together, kept in step with what is declared. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { ApiResource } from "../../src/kubernetes/api-resource.ts";
import type { Discovery } from "../../src/kubernetes/discovery.ts";
import { LiveStore } from "../../src/kubernetes/live-store.ts";
import {
  createReflectors,
  type ReflectorDeps,
  type Reflectors,
  type WatchNews,
} from "../../src/kubernetes/reflectors.ts";
import { apiVersionOf, type GroupVersionKind, type KubernetesObject } from "../../src/resource/resource.ts";
import {
  added,
  bookmark,
  configMap,
  deleted,
  openStream,
  refuse,
  reply,
  type ScriptedServer,
  startScriptedServer,
  streaming,
  until,
} from "../support/scripted-server.ts";

const configMaps = { group: "", version: "v1", kind: "ConfigMap" };
const secrets = { group: "", version: "v1", kind: "Secret" };
const widgets = { group: "example.com", version: "v1", kind: "Widget" };
const pathIn = (namespace: string, plural = "configmaps") => `/api/v1/namespaces/${namespace}/${plural}`;
const ref = (name: string, namespace = "default") => ({ ...configMaps, namespace, name });

describe("the reflectors", () => {
  let server: ScriptedServer;
  let stop: AbortController;
  let store: LiveStore;
  let reflectors: Reflectors;
  let served: Map<string, ApiResource>;
  let keys: string[];
  let news: string[];
  let bugs: unknown[];

  beforeEach(async () => {
    server = await startScriptedServer();
    stop = new AbortController();
    store = new LiveStore(() => true);
    keys = [];
    news = [];
    bugs = [];
    served = new Map();
    serve(configMaps, "configmaps");
    serve(secrets, "secrets");
    start();
  });
  afterEach(async () => {
    stop.abort();
    await reflectors.stopped();
    await server.close();
  });

  function start(deps: Partial<ReflectorDeps> = {}): void {
    reflectors = createReflectors(
      {
        transport: server.transport(),
        discovery: scriptedDiscovery(),
        store,
        redact: (object) => object,
        onChange: (key) => keys.push(key),
        onNews: ({ gvk }, item) => news.push(`${gvk.kind} ${describeNews(item)}`),
        onBug: (error) => bugs.push(error),
        now: Date.now,
        tuning: { backoff: { firstMs: 4, maxMs: 20 }, refusedMaxMs: 20 },
        ...deps,
      },
      stop.signal,
    );
  }

  function serve(gvk: GroupVersionKind, plural: string, verbs: readonly string[] = ["list", "watch"]): void {
    served.set(`${apiVersionOf(gvk)}/${gvk.kind}`, { ...gvk, plural, namespaced: true, verbs });
  }

  function scriptedDiscovery(): Discovery {
    const find = (gvk: GroupVersionKind) => served.get(`${apiVersionOf(gvk)}/${gvk.kind}`);
    return {
      find,
      serviceOf: (gvk) => (find(gvk) === undefined ? "NotServed" : "Served"),
      version: 1,
      refresh: () => Promise.resolve(undefined),
    };
  }

  const describeNews = (item: WatchNews) =>
    item.type === "Interrupted" ? `${item.type} ${item.failure.reason}` : item.type;

  const target = (gvk: GroupVersionKind, ...namespaces: readonly string[]) => ({
    gvk,
    namespaces: new Set(namespaces),
  });

  const numbered = (count: number) => Array.from({ length: count }, (_, index) => `ns-${index}`);

  const list = (...names: readonly string[]) => [
    ...names.map((name) => added(configMap(name, "1"))),
    bookmark("5", { endsList: true }),
  ];

  it("watches each of up to eight namespaces, above that all of them", async () => {
    server.script("/api/v1/configmaps", streaming(...list()));
    for (const namespace of numbered(9)) server.script(pathIn(namespace), streaming(...list()));
    reflectors.ensure([target(configMaps, ...numbered(8))]);
    await until(() => server.requests.length === 8);
    expect(new Set(server.requests.map((request) => request.path))).toEqual(
      new Set(numbered(8).map((ns) => pathIn(ns))),
    );

    reflectors.ensure([target(configMaps, ...numbered(9))]);
    await until(() => reflectors.count === 1);
    expect(server.requests.at(-1)?.path).toBe("/api/v1/configmaps");
    expect(store.read(ref("a", "ns-3")).type).toBe("Absent");
  });

  it("goes on answering from the old watches until the new one is in step", async () => {
    for (const namespace of numbered(8)) {
      server.script(
        pathIn(namespace),
        streaming(added(configMap("a", "1", { namespace })), bookmark("5", { endsList: true })),
      );
    }
    reflectors.ensure([target(configMaps, ...numbered(8))]);
    await until(() => news.length === 8);
    const wide = openStream();
    server.script("/api/v1/configmaps", wide.answer);
    reflectors.ensure([target(configMaps, ...numbered(9))]);
    await wide.opened;
    expect(store.read(ref("a", "ns-2")).type).toBe("Present");
    wide.send(added(configMap("a", "1", { namespace: "ns-2" })), bookmark("6", { endsList: true }));
    await until(() => reflectors.count === 1);
    expect(store.read(ref("a", "ns-2")).type).toBe("Present");
    expect(store.read(ref("a", "ns-3")).type).toBe("Absent");
    expect(news.filter((text) => text === "ConfigMap Stopped")).toHaveLength(8);
  });

  it("goes back to namespaces where watching all of them is not permitted", async () => {
    server.script("/api/v1/configmaps", refuse(403, "Forbidden"));
    for (const namespace of numbered(9)) server.script(pathIn(namespace), streaming(...list()));
    reflectors.ensure([target(configMaps, ...numbered(9))]);
    await until(() => news.filter((text) => text === "ConfigMap Synced").length === 9);
    expect(reflectors.count).toBe(9);
    expect(news).not.toContain("ConfigMap Interrupted Forbidden");
    expect(server.requestsTo("/api/v1/configmaps")).toHaveLength(1);
  });

  it("tries all of them once more after a while, and answers from the namespaces meanwhile", async () => {
    let nowMs = 0;
    start({ now: () => nowMs });
    server.script("/api/v1/configmaps", refuse(403, "Forbidden"), streaming(...list()));
    for (const namespace of numbered(9)) server.script(pathIn(namespace), streaming(...list()));
    const targets = [target(configMaps, ...numbered(9))];
    reflectors.ensure(targets);
    await until(() => news.filter((text) => text === "ConfigMap Synced").length === 9);
    reflectors.ensure(targets);
    expect(server.requestsTo("/api/v1/configmaps")).toHaveLength(1);
    nowMs = 600_000;
    reflectors.ensure(targets);
    expect(store.read(ref("a", "ns-3")).type).toBe("Absent");
    await until(() => reflectors.count === 1);
    expect(server.requestsTo("/api/v1/configmaps")).toHaveLength(2);
  });

  it("says of one kind that it may not be watched, while the others go on", async () => {
    server.script(pathIn("default"), streaming(...list("a")));
    server.script(pathIn("default", "secrets"), refuse(403, "Forbidden"));
    reflectors.ensure([target(configMaps, "default"), target(secrets, "default")]);
    await until(() => news.includes("ConfigMap Synced") && news.includes("Secret Interrupted Forbidden"));
    expect(store.read({ ...secrets, namespace: "default", name: "a" })).toEqual({
      type: "Forbidden",
      message: "scripted: Forbidden",
    });
    expect(store.read(ref("a")).type).toBe("Present");
  });

  it("finds what was deleted while it was disconnected", async () => {
    const first = openStream();
    server.script(pathIn("default"), first.answer, refuse(410, "Expired"), streaming(...list("b")));
    first.send(...list("a", "b"));
    reflectors.ensure([target(configMaps, "default")]);
    await until(() => news.includes("ConfigMap Synced"));
    keys.length = 0;
    first.cut();
    await until(() => news.filter((text) => text === "ConfigMap Synced").length === 2);
    expect(store.read(ref("a")).type).toBe("Absent");
    expect(store.read(ref("b")).type).toBe("Present");
    expect(keys).toContain("/ConfigMap/default/a");
    expect(news).toContain("ConfigMap Resumed");
  });

  it("has stored an object before it passes its key on", async () => {
    const seen: string[] = [];
    start({ onChange: (key) => seen.push(`${key} ${store.read(ref("a")).type}`) });
    const stream = openStream();
    server.script(pathIn("default"), stream.answer);
    reflectors.ensure([target(configMaps, "default")]);
    stream.send(...list("a"), deleted(configMap("a", "6")));
    await until(() => seen.length === 2);
    expect(seen).toEqual(["/ConfigMap/default/a Unsynced", "/ConfigMap/default/a Absent"]);
  });

  it("watches a kind from when it is served, and says so when it is not any more", async () => {
    const path = "/apis/example.com/v1/namespaces/default/widgets";
    const widget = { ...widgets, namespace: "default", name: "w" };
    reflectors.ensure([target(widgets, "default")]);
    expect(news).toEqual(["Widget NotServed"]);
    expect(store.read(widget)).toEqual({ type: "NotServed" });
    expect(server.requests).toHaveLength(0);

    serve(widgets, "widgets");
    const stream = openStream();
    server.script(path, stream.answer, refuse(404, "NotFound"));
    stream.send(
      added({
        apiVersion: "example.com/v1",
        kind: "Widget",
        metadata: { name: "w", namespace: "default", uid: "u", resourceVersion: "1" },
      }),
      bookmark("5", { endsList: true }),
    );
    reflectors.ensure([target(widgets, "default")]);
    await until(() => news.includes("Widget Synced"));
    expect(store.read(widget).type).toBe("Present");

    news.length = 0;
    stream.cut();
    await until(() => news.includes("Widget NotServed"));
    expect(store.read(widget)).toEqual({ type: "NotServed" });
    expect(store.size).toBe(0);
  });

  it("takes a kind that can only be created for one that is not served", () => {
    serve(widgets, "widgets", ["create"]);
    reflectors.ensure([target(widgets, "default")]);
    expect(store.read({ ...widgets, namespace: "default", name: "w" })).toEqual({ type: "NotServed" });
  });

  it("stops watching what nobody declares any more, and forgets it", async () => {
    server.script(pathIn("default"), streaming(...list("a")));
    reflectors.ensure([target(configMaps, "default")]);
    await until(() => news.includes("ConfigMap Synced"));
    reflectors.ensure([]);
    expect(reflectors.count).toBe(0);
    expect(store.size).toBe(0);
    expect(store.read(ref("a"))).toEqual({ type: "Unsynced" });
    await reflectors.stopped();
  });

  it("redacts at the door", async () => {
    start({ redact: (object) => ({ ...object, data: { password: "digest" } }) });
    server.script(
      pathIn("default"),
      streaming(
        added(configMap("a", "1", { data: { password: "hunter2" } })),
        bookmark("5", { endsList: true }),
      ),
    );
    server.script(
      `${pathIn("default")}/a`,
      reply(200, configMap("a", "1", { data: { password: "hunter2" } })),
    );
    reflectors.ensure([target(configMaps, "default")]);
    await until(() => news.includes("ConfigMap Synced"));
    const passwordOf = () => {
      const live = store.read(ref("a"));
      return live.type === "Present" ? live.body["data"] : live.type;
    };
    expect(passwordOf()).toEqual({ password: "digest" });
    store.release(ref("a"), "1");
    expect(passwordOf()).toBe("Dropped");
    await reflectors.load(ref("a"), stop.signal);
    expect(passwordOf()).toEqual({ password: "digest" });
  });

  it("never takes an object that it cannot redact for one that is not there", async () => {
    const redact = (object: KubernetesObject) => {
      if (object.metadata.name === "poison") throw new Error("a bug");
      return object;
    };
    start({ redact });
    server.script(pathIn("default"), streaming(...list("a", "poison", "b")));
    server.script(`${pathIn("default")}/poison`, reply(200, configMap("poison", "1")));
    reflectors.ensure([target(configMaps, "default")]);
    await until(() => news.includes("ConfigMap Synced"));
    expect(store.read(ref("poison")).type).toBe("Dropped");
    expect(store.read(ref("b")).type).toBe("Present");
    expect(bugs).toEqual([new Error("a bug")]);
    await expect(reflectors.load(ref("poison"), stop.signal)).rejects.toThrow("a bug");
  });

  it("survives a receiver of keys that throws", async () => {
    const onChange = (key: string) => {
      keys.push(key);
      if (key.endsWith("/a")) throw new Error("a bug");
    };
    start({ onChange });
    server.script(pathIn("default"), streaming(...list("a", "b")));
    reflectors.ensure([target(configMaps, "default")]);
    await until(() => news.includes("ConfigMap Synced"));
    expect(keys).toEqual(["/ConfigMap/default/a", "/ConfigMap/default/b"]);
    expect(bugs).toHaveLength(1);
  });

  it("reads many bodies again with one list, few with a GET each", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `cm-${index}`);
    server.script(pathIn("default"), streaming(...list(...names)));
    server.script(
      pathIn("other"),
      streaming(added(configMap("x", "1", { namespace: "other" })), bookmark("5", { endsList: true })),
    );
    server.script(`${pathIn("other")}/x`, reply(200, configMap("x", "1", { namespace: "other" })));
    reflectors.ensure([target(configMaps, "default", "other")]);
    await until(() => news.length === 2);
    const refs = [...names.map((name) => ref(name)), ref("x", "other")];
    for (const one of refs) store.release(one, "1");
    const before = server.requests.length;
    server.script(
      pathIn("default"),
      reply(200, {
        apiVersion: "v1",
        kind: "ConfigMapList",
        metadata: { resourceVersion: "9" },
        items: names.map((name) => configMap(name, "1")),
      }),
    );
    await reflectors.loadMany(refs, stop.signal);
    expect(refs.map((one) => store.read(one).type)).toEqual(refs.map(() => "Present"));
    expect(server.requests.length - before).toBe(2);
  });

  it("throws when a body cannot be read, and says no more than why", async () => {
    server.script(pathIn("default"), streaming(...list("a")));
    server.script(`${pathIn("default")}/a`, refuse(500, "InternalError"));
    reflectors.ensure([target(configMaps, "default")]);
    await until(() => news.includes("ConfigMap Synced"));
    store.release(ref("a"), "1");
    await expect(reflectors.load(ref("a"), stop.signal)).rejects.toThrow(
      "reading ConfigMap default/a: scripted: InternalError",
    );
  });
});
