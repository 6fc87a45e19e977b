/** A watch against everything that an API server and a network can do to it. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { runWatch } from "../../src/kubernetes/watch.ts";
import type { WatchEvent, WatchOptions } from "../../src/kubernetes/watch-event.ts";
import {
  added,
  bookmark,
  configMap,
  deleted,
  errorEvent,
  modified,
  openStream,
  refuse,
  reply,
  type ScriptedServer,
  startScriptedServer,
  streaming,
  until,
} from "../support/scripted-server.ts";

const path = "/api/v1/configmaps";

describe("a watch", () => {
  let server: ScriptedServer;
  let stop: AbortController;
  let events: WatchEvent[];
  let bugs: unknown[];
  let running: Promise<void> | undefined;

  beforeEach(async () => {
    server = await startScriptedServer();
    stop = new AbortController();
    events = [];
    bugs = [];
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await server.close();
  });

  function watch(options: Partial<WatchOptions> = {}): void {
    running = runWatch(
      {
        transport: server.transport(),
        path,
        onEvent: (event) => events.push(event),
        onBug: (error) => bugs.push(error),
        random: () => 0.5,
        backoff: { firstMs: 4, maxMs: 20 },
        refusedMaxMs: 20,
        ...options,
      },
      stop.signal,
    );
  }

  /** In words: `Applied a@1`. */
  function told(): readonly string[] {
    return events.map((event) => {
      if (event.type === "Interrupted") return `Interrupted ${event.failure.reason}`;
      if (event.type === "Restarted" || event.type === "Synced") return event.type;
      return `${event.type} ${event.object.metadata.name}@${event.object.metadata.resourceVersion}`;
    });
  }

  const list = (...names: readonly string[]) => [
    ...names.map((name) => added(configMap(name, "1"))),
    bookmark("5", { endsList: true }),
  ];

  it("tells every object, then that it is in step, then what changes", async () => {
    const stream = openStream();
    server.script(path, stream.answer);
    watch();
    stream.send(...list("a", "b"), modified(configMap("a", "6")), deleted(configMap("b", "7")));
    await until(() => events.length === 6);
    expect(told()).toEqual([
      "Restarted",
      "Applied a@1",
      "Applied b@1",
      "Synced",
      "Applied a@6",
      "Deleted b@7",
    ]);
    const { query } = await stream.opened;
    expect(Object.fromEntries(query)).toEqual({
      watch: "1",
      allowWatchBookmarks: "true",
      sendInitialEvents: "true",
      resourceVersionMatch: "NotOlderThan",
      timeoutSeconds: "450",
    });
  });

  it("goes on behind the last bookmark when the server closes the connection", async () => {
    const stream = openStream();
    server.script(path, stream.answer, streaming(modified(configMap("a", "12"))));
    watch();
    stream.send(...list("a"), bookmark("11"));
    await until(() => told().includes("Synced"));
    // Shorter connections count as failures.
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    stream.close();
    await until(() => told().includes("Applied a@12"));
    expect(server.requests[1]?.query.get("resourceVersion")).toBe("11");
    expect(told()).toEqual(["Restarted", "Applied a@1", "Synced", "Applied a@12"]);
  });

  it("goes on behind the last whole line when the connection is cut inside a line", async () => {
    const stream = openStream();
    server.script(path, stream.answer, streaming(modified(configMap("b", "8"))));
    watch();
    stream.send(...list("a", "b"), modified(configMap("a", "7")));
    stream.sendBytes(Buffer.from('{"type":"MODIFIED","object":{"kind":"Conf'));
    await until(() => told().includes("Applied a@7"));
    stream.cut();
    await until(() => told().includes("Applied b@8"));
    expect(server.requests[1]?.query.get("resourceVersion")).toBe("7");
    expect(told()).toEqual([
      "Restarted",
      "Applied a@1",
      "Applied b@1",
      "Synced",
      "Applied a@7",
      "Interrupted Unreachable",
      "Applied b@8",
    ]);
  });

  it("keeps a half line out even if the connection ends in good order", async () => {
    const stream = openStream();
    server.script(path, stream.answer, streaming());
    watch();
    stream.send(...list("a"));
    stream.sendBytes(Buffer.from(JSON.stringify(modified(configMap("a", "9")))));
    await until(() => told().includes("Synced"));
    stream.close();
    await until(() => server.requests.length === 2);
    expect(server.requests[1]?.query.get("resourceVersion")).toBe("5");
    expect(told()).not.toContain("Applied a@9");
  });

  it("reads everything anew when its version is too old from the start", async () => {
    const stream = openStream();
    server.script(path, stream.answer, streaming(errorEvent(410, "Expired")), streaming(...list("a", "c")));
    watch();
    stream.send(...list("a"));
    await until(() => told().includes("Synced"));
    stream.cut();
    await until(() => told().includes("Applied c@1"));
    await until(() => told().at(-1) === "Synced");
    expect(told().slice(3)).toEqual([
      "Interrupted Unreachable",
      "Interrupted Expired",
      "Restarted",
      "Applied a@1",
      "Applied c@1",
      "Synced",
    ]);
    expect(server.requests[2]?.query.get("sendInitialEvents")).toBe("true");
  });

  it("reads everything anew when its version expires in mid-stream", async () => {
    server.script(path, streaming(...list("a"), errorEvent(410, "Expired")), streaming(...list("b")));
    watch();
    await until(() => told().filter((text) => text === "Synced").length === 2);
    expect(told()).toEqual([
      "Restarted",
      "Applied a@1",
      "Synced",
      "Interrupted Expired",
      "Restarted",
      "Applied b@1",
      "Synced",
    ]);
  });

  it("reads everything anew when the version is refused with 410", async () => {
    const stream = openStream();
    server.script(path, stream.answer, refuse(410, "Gone"), streaming(...list("b")));
    watch();
    stream.send(...list("a"));
    await until(() => told().includes("Synced"));
    stream.cut();
    await until(() => told().includes("Applied b@1"));
    expect(told()).toContain("Interrupted Expired");
  });

  it("waits as long as Retry-After says", async () => {
    server.script(path, refuse(429, "TooManyRequests", { "retry-after": "1" }), streaming(...list("a")));
    const startedAt = performance.now();
    watch();
    await until(() => told().includes("Synced"));
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    expect(told()[0]).toBe("Interrupted TooManyRequests");
  });

  it("survives server errors, with growing pauses", async () => {
    server.script(
      path,
      ...Array.from({ length: 5 }, () => refuse(500, "InternalError")),
      streaming(...list("a")),
    );
    watch({ backoff: { firstMs: 20, maxMs: 1_000 } });
    const startedAt = performance.now();
    await until(() => told().includes("Synced"));
    // 15 + 30 + 60 + 120 + 240 ms, with the jitter in its middle.
    expect(performance.now() - startedAt).toBeGreaterThan(440);
    expect(told().filter((text) => text === "Interrupted Other")).toHaveLength(5);
  });

  it("says that it may not watch, and goes on when it may", async () => {
    server.script(path, refuse(403, "Forbidden"), refuse(403, "Forbidden"), streaming(...list("a")));
    watch();
    await until(() => told().includes("Synced"));
    expect(told().slice(0, 3)).toEqual(["Interrupted Forbidden", "Interrupted Forbidden", "Restarted"]);
  });

  it("is not long in coming back to a server that starts, which answers nobody and then refuses everybody for a moment", async () => {
    const away = Array.from({ length: 6 }, () => refuse(500, "InternalError"));
    server.script(path, ...away, refuse(403, "Forbidden"), streaming(...list("a")));
    watch({ backoff: { firstMs: 4, maxMs: 8 }, refusedMaxMs: 60_000 });
    await until(() => told().includes("Synced"), 2_000);
    expect(told()[6]).toBe("Interrupted Forbidden");
  });

  it("asks a server that goes on refusing less and less often", async () => {
    server.script(path, refuse(403, "Forbidden"));
    watch({ backoff: { firstMs: 10, maxMs: 10 }, refusedMaxMs: 60_000 });
    // 8 + 15 + 30 + 60 + 120 ms are over then, and the next pause is twice as long.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(server.requests.length).toBeLessThanOrEqual(6);
  });

  it("starts from nothing after its kind was gone", async () => {
    const stream = openStream();
    server.script(path, stream.answer, refuse(404, "NotFound"), streaming(...list("b")));
    watch();
    stream.send(...list("a"));
    await until(() => told().includes("Synced"));
    stream.cut();
    await until(() => told().includes("Applied b@1"));
    expect(told()).toContain("Interrupted NotFound");
    expect(server.requests[2]?.query.get("sendInitialEvents")).toBe("true");
  });

  it("leaves a connection on which nothing comes, and goes on from where it was", async () => {
    server.script(path, streaming(...list("a")), streaming(modified(configMap("a", "6"))));
    watch({ idleMs: 60 });
    await until(() => told().includes("Applied a@6"));
    expect(told()).toContain("Interrupted Unreachable");
    expect(server.requests[1]?.query.get("resourceVersion")).toBe("5");
  });

  it("reads everything anew when a resumed watch stays silent from the start", async () => {
    server.script(path, streaming(...list("a")), streaming(), streaming(...list("b")));
    watch({ idleMs: 60 });
    await until(() => told().includes("Applied b@1"));
    expect(server.requests[2]?.query.get("sendInitialEvents")).toBe("true");
  });

  it("does not ask in a tight loop when the server closes every connection at once", async () => {
    const closing = (): ReturnType<typeof openStream>["answer"] => (_request, response) => {
      response.writeHead(200);
      response.end();
    };
    server.script(path, streaming(...list("a"), errorEvent(500, "InternalError")), closing());
    watch({ backoff: { firstMs: 50, maxMs: 50 } });
    await until(() => told().includes("Synced"));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(server.requests.length).toBeLessThan(12);
  });

  it("skips nothing when a character lies on both sides of a cut between chunks", async () => {
    const stream = openStream();
    server.script(path, stream.answer);
    watch();
    stream.send(...list());
    await until(() => told().includes("Synced"));
    const bytes = Buffer.from(
      `${JSON.stringify(added(configMap("a", "6", { data: { text: "é\u2028ü€😀" } })))}\n`,
    );
    for (const byte of bytes) {
      stream.sendBytes(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => told().includes("Applied a@6"));
    const applied = events.find((event) => event.type === "Applied");
    expect(applied?.type === "Applied" && applied.object["data"]).toEqual({ text: "é\u2028ü€😀" });
  });

  it("does not quote a line that it cannot read, since it may be secret", async () => {
    const stream = openStream();
    server.script(path, stream.answer, streaming());
    watch();
    stream.send(...list());
    stream.sendBytes(Buffer.from('{"type":"ADDED","object":{"data":{"password":"hunter2"\n'));
    await until(() => told().includes("Interrupted Unreachable"));
    expect(JSON.stringify(events)).not.toContain("hunter2");
  });

  it("reports a handler that throws, and tells the events behind", async () => {
    server.script(path, streaming(...list("a", "poison", "b")));
    watch({
      onEvent: (event) => {
        if (event.type === "Applied" && event.object.metadata.name === "poison") throw new Error("a bug");
        events.push(event);
      },
    });
    await until(() => told().includes("Synced"));
    expect(told()).toEqual(["Restarted", "Applied a@1", "Applied b@1", "Synced"]);
    expect(bugs).toEqual([new Error("a bug")]);
    expect(server.requests).toHaveLength(1);
  });

  describe("on a server without streaming lists", () => {
    const page = (names: readonly string[], metadata: Readonly<Record<string, string>>) =>
      reply(200, {
        apiVersion: "v1",
        kind: "ConfigMapList",
        metadata,
        // Items of a list say neither kind nor version.
        items: names.map((name) => ({
          metadata: { name, namespace: "default", uid: name, resourceVersion: "1" },
        })),
      });

    it("lists page by page and watches from the list's version", async () => {
      server.script(
        path,
        refuse(422, "Invalid"),
        page(["a"], { resourceVersion: "20", continue: "next" }),
        page(["b"], { resourceVersion: "20" }),
        streaming(modified(configMap("a", "21"))),
      );
      watch();
      await until(() => told().includes("Applied a@21"));
      expect(told()).toEqual(["Restarted", "Applied a@1", "Applied b@1", "Synced", "Applied a@21"]);
      expect(server.requests[2]?.query.get("continue")).toBe("next");
      expect(server.requests[3]?.query.get("resourceVersion")).toBe("20");
      const [first] = events.filter((event) => event.type === "Applied");
      expect(first?.object.kind).toBe("ConfigMap");
      expect(first?.object.apiVersion).toBe("v1");
    });

    it("starts the list over when the next page has expired", async () => {
      server.script(
        path,
        refuse(422, "Invalid"),
        page(["a"], { resourceVersion: "20", continue: "next" }),
        refuse(410, "Expired"),
        page(["b"], { resourceVersion: "30" }),
        streaming(),
      );
      watch();
      await until(() => told().includes("Synced"));
      expect(told()).toEqual([
        "Restarted",
        "Applied a@1",
        "Interrupted Expired",
        "Restarted",
        "Applied b@1",
        "Synced",
      ]);
    });

    it("falls back to pages when the end of the list is never marked", async () => {
      server.script(
        path,
        streaming(added(configMap("a", "1"))),
        page(["a"], { resourceVersion: "20" }),
        streaming(),
      );
      watch({ listIdleMs: 60 });
      await until(() => told().includes("Synced"));
      expect(told()).toEqual(["Restarted", "Applied a@1", "Restarted", "Applied a@1", "Synced"]);
    });

    it("never takes an answer that is no list for an empty one", async () => {
      server.script(
        path,
        refuse(422, "Invalid"),
        reply(200, "<html>Please log in</html>", { "content-type": "text/html" }),
        reply(200, { hello: "world" }),
        page(["a"], { resourceVersion: "20" }),
        streaming(),
      );
      watch();
      await until(() => told().includes("Synced"));
      expect(told()).toEqual([
        "Restarted",
        "Interrupted Other",
        "Restarted",
        "Interrupted Other",
        "Restarted",
        "Applied a@1",
        "Synced",
      ]);
    });
  });
});
