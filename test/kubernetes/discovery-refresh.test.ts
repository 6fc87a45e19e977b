/** When discovery is read again, and above all when it is not. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { ApiFailure } from "../../src/kubernetes/api-failure.ts";
import type { Discovery } from "../../src/kubernetes/discovery.ts";
import { createDiscoveryRefresh } from "../../src/kubernetes/discovery-refresh.ts";
import type { Json } from "../../src/resource/resource.ts";
import {
  added,
  bookmark,
  deleted,
  type OpenStream,
  openStream,
  refuse,
  type ScriptedServer,
  startScriptedServer,
  until,
} from "../support/scripted-server.ts";

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

describe("the refresh of discovery", () => {
  let server: ScriptedServer;
  let stop: AbortController;
  let running: Promise<void>;
  let refreshes: number;
  let changes: number;
  let schemaReads: number;
  let schemaFailure: ApiFailure | undefined;
  let isWaiting: boolean;
  let next: "Same" | "Changed" | "Failed";

  beforeEach(async () => {
    server = await startScriptedServer();
    stop = new AbortController();
    refreshes = 0;
    changes = 0;
    schemaReads = 0;
    schemaFailure = undefined;
    isWaiting = false;
    next = "Same";
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await server.close();
  });

  function start() {
    let version = 1;
    const discovery: Discovery = {
      find: () => undefined,
      serviceOf: () => "NotServed",
      get version() {
        return version;
      },
      refresh: () => {
        refreshes += 1;
        if (next === "Changed") version += 1;
        const failure = { reason: "Other", code: 500, message: "scripted" } as const;
        return Promise.resolve(next === "Failed" ? failure : undefined);
      },
    };
    const refresh = createDiscoveryRefresh({
      transport: server.transport(),
      discovery,
      isWaiting: () => isWaiting,
      onChange: () => {
        changes += 1;
      },
      readSchemas: () => {
        schemaReads += 1;
        return Promise.resolve(schemaFailure);
      },
      onFailure: () => {},
      onBug: (error) => {
        throw error;
      },
      random: () => 0.5,
      pauses: { afterChangeMs: [10, 20], whileWaitingMs: 40 },
    });
    running = refresh.run(stop.signal);
    return refresh;
  }

  const definition = (name: string, resourceVersion: string): Json => ({
    apiVersion: "meta.k8s.io/v1",
    kind: "PartialObjectMetadata",
    metadata: { name, uid: name, resourceVersion },
  });

  async function inStep(): Promise<OpenStream> {
    const stream = openStream();
    server.script(definitions, stream.answer);
    start();
    stream.send(added(definition("widgets.example.com", "1")), bookmark("5", { endsList: true }));
    // Two looks after the first sight of all definitions, which may have changed since the start.
    await until(() => refreshes === 2);
    return stream;
  }

  const pause = () => new Promise((resolve) => setTimeout(resolve, 200));

  it("looks twice after a definition came or went, and not at all otherwise", async () => {
    const stream = await inStep();
    await pause();
    expect(refreshes).toBe(2);
    stream.send(added(definition("gadgets.example.com", "6")));
    await until(() => refreshes === 4);
    next = "Changed";
    stream.send(deleted(definition("gadgets.example.com", "7")));
    await until(() => changes === 2);
    await pause();
    expect(refreshes).toBe(6);
    const { headers } = await stream.opened;
    expect(headers.accept).toContain("as=PartialObjectMetadata;");
  });

  it("makes one look of many changes at once", async () => {
    const stream = await inStep();
    stream.send(
      ...Array.from({ length: 50 }, (_, index) => added(definition(`crd-${index}`, String(index + 6)))),
    );
    await pause();
    expect(refreshes).toBe(4);
  });

  it("asks slowly while a declared kind is not served, and stops when it is", async () => {
    server.script(definitions, refuse(403, "Forbidden"));
    isWaiting = true;
    start();
    await until(() => refreshes >= 3);
    isWaiting = false;
    const before = refreshes;
    await pause();
    expect(refreshes - before).toBeLessThanOrEqual(1);
  });

  it("asks nothing when everything is served, even if it may not watch definitions", async () => {
    server.script(definitions, refuse(403, "Forbidden"));
    start();
    await pause();
    expect(refreshes).toBe(0);
  });

  it("reads the schemas with it, which change without a kind coming or going", async () => {
    const stream = await inStep();
    expect(schemaReads).toBe(2);
    stream.send(added(definition("widgets.example.com", "6")));
    await until(() => schemaReads === 4);
    expect(changes).toBe(0);
  });

  it("tells of new kinds once, though their schemas could not be read at first", async () => {
    schemaFailure = { reason: "Other", code: 503, message: "scripted" };
    server.script(definitions, refuse(403, "Forbidden"));
    next = "Changed";
    start().soon();
    await until(() => schemaReads >= 1);
    next = "Same";
    schemaFailure = undefined;
    await until(() => schemaReads >= 2);
    expect(changes).toBe(1);
  });

  it("tries again when discovery could not be read", async () => {
    next = "Failed";
    server.script(definitions, refuse(403, "Forbidden"));
    start().soon();
    await until(() => refreshes >= 2);
    next = "Changed";
    await until(() => changes >= 1);
  });
});
