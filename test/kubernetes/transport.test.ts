/** Requests and answers, as they are on the wire. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { KubeConfig } from "@kubernetes/client-node";
import { createTransport } from "../../src/kubernetes/transport.ts";
import {
  refuse,
  reply,
  type ScriptedServer,
  silence,
  startScriptedServer,
} from "../support/scripted-server.ts";

/** Everything but the date goes its own way. */
const timers = [
  "hrtime",
  "nextTick",
  "performance",
  "queueMicrotask",
  "setImmediate",
  "clearImmediate",
  "setInterval",
  "clearInterval",
  "setTimeout",
  "clearTimeout",
] as const;

describe("the transport", () => {
  const { signal } = new AbortController();
  let server: ScriptedServer;

  beforeEach(async () => {
    server = await startScriptedServer();
  });
  afterEach(async () => {
    await server.close();
  });

  it("says who it is, and acts as somebody else when told to", async () => {
    server.script("/api", reply(200, {}));
    const transport = server.transport();
    await transport.request({ method: "GET", path: "/api" }, signal);
    await transport.request(
      { method: "GET", path: "/api", impersonate: "system:serviceaccount:a:b" },
      signal,
    );
    const [own, other] = server.requests;
    expect(own?.headers["authorization"]).toBe("Bearer a-token");
    expect(own?.headers["user-agent"]).toBe("holdfast/test");
    expect(own?.headers["impersonate-user"]).toBeUndefined();
    expect(other?.headers["impersonate-user"]).toBe("system:serviceaccount:a:b");
  });

  it("sends JSON as the content type that is asked for, and its query percent-encoded", async () => {
    server.script("/api", reply(201, { made: true }));
    const response = await server.transport().request(
      {
        method: "PATCH",
        path: "/api",
        query: { fieldManager: "hold fast&more" },
        body: [{ op: "remove", path: "/data/ü" }],
        contentType: "application/json-patch+json",
      },
      signal,
    );
    expect(response).toEqual({ type: "Ok", json: { made: true } });
    const [request] = server.requests;
    expect(request?.headers["content-type"]).toBe("application/json-patch+json");
    expect(request?.body).toBe('[{"op":"remove","path":"/data/ü"}]');
    expect(request?.query.get("fieldManager")).toBe("hold fast&more");
  });

  it.each([
    [401, "Unauthorized", "Unauthorized"],
    [403, "Forbidden", "Forbidden"],
    [404, "NotFound", "NotFound"],
    [409, "Conflict", "Conflict"],
    [409, "AlreadyExists", "AlreadyExists"],
    [410, "Gone", "Expired"],
    [422, "Invalid", "Invalid"],
    [429, "TooManyRequests", "TooManyRequests"],
    [500, "InternalError", "Other"],
  ])("reads a Status %i %s as %s", async (code, reason, expected) => {
    server.script("/api", refuse(code, reason));
    const response = await server.transport().request({ method: "GET", path: "/api" }, signal);
    expect(response).toEqual({
      type: "Failed",
      failure: { reason: expected, code, message: `scripted: ${reason}` },
    });
  });

  it("bounds what it takes over from an answer: message, fields, waiting time", async () => {
    const causes = Array.from({ length: 50 }, (_, index) => ({ field: `spec.field${index}` }));
    const body = { message: "x".repeat(100_000), details: { causes, retryAfterSeconds: 1e9 } };
    server.script("/api", reply(422, body));
    const response = await server.transport().request({ method: "GET", path: "/api" }, signal);
    if (response.type === "Ok") throw new Error("expected a failure");
    expect(response.failure.message).toHaveLength(1_024);
    expect(response.failure.fields).toHaveLength(10);
    expect(response.failure.retryAfterMs).toBe(600_000);
  });

  it("refuses an answer that is no JSON, and does not quote it", async () => {
    server.script("/api", reply(200, '{"data":{"password":"hunter2"'));
    const response = await server.transport().request({ method: "GET", path: "/api" }, signal);
    expect(response.type).toBe("Failed");
    expect(JSON.stringify(response)).not.toContain("hunter2");
  });

  it("refuses an answer that is larger than it may be", async () => {
    server.script("/api", reply(200, JSON.stringify("x".repeat(10_000))));
    const response = await server
      .transport({ maxBodyBytes: 1_000 })
      .request({ method: "GET", path: "/api" }, signal);
    expect(response).toMatchObject({ type: "Failed", failure: { reason: "Unreachable" } });
  });

  it("does not wait for ever", async () => {
    server.script("/api", silence);
    const response = await server
      .transport({ timeoutMs: 50 })
      .request({ method: "GET", path: "/api" }, signal);
    expect(response).toMatchObject({ type: "Failed", failure: { reason: "Unreachable", code: 0 } });
  });

  it("throws the signal's reason when it is called off", async () => {
    server.script("/api", silence);
    const stop = new AbortController();
    const request = server.transport().request({ method: "GET", path: "/api" }, stop.signal);
    stop.abort(new Error("called off"));
    await expect(request).rejects.toThrow("called off");
  });

  it("says that nobody answers", async () => {
    const transport = server.transport();
    await server.close();
    const response = await transport.request({ method: "GET", path: "/api" }, signal).catch(() => undefined);
    // A closed client or a refused connection: either way a value or an abort, never a hang.
    expect(response?.type ?? "Failed").toBe("Failed");
    server = await startScriptedServer();
  });

  it("uses its connections again", async () => {
    const transport = server.transport();
    const ports = new Set<string | undefined>();
    server.script("/api", (request, response) => {
      ports.add(String(response.socket?.remotePort));
      reply(200, {})(request, response);
    });
    for (let request = 0; request < 10; request += 1)
      await transport.request({ method: "GET", path: "/api" }, signal);
    // The next request may come before the last connection knows that it is free.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it("reads a token that was rotated in its file", async () => {
    jest.useFakeTimers({ doNotFake: [...timers] });
    const folder = mkdtempSync(join(tmpdir(), "holdfast-token-"));
    const tokenFile = join(folder, "token");
    writeFileSync(tokenFile, "first\n");
    const kubeConfig = new KubeConfig();
    const { server: url = "" } = server.kubeConfig.getCurrentCluster() ?? {};
    kubeConfig.loadFromClusterAndUser(
      { name: "scripted", server: url, skipTLSVerify: true },
      { name: "pod", authProvider: { name: "tokenFile", config: { tokenFile } } },
    );
    server.script("/api", reply(200, {}));
    const transport = createTransport({ kubeConfig, userAgent: "holdfast/test" });
    await transport.request({ method: "GET", path: "/api" }, signal);
    writeFileSync(tokenFile, "second\n");
    // client-node reads the file again once a minute has passed.
    jest.setSystemTime(Date.now() + 120_000);
    await transport.request({ method: "GET", path: "/api" }, signal);
    jest.useRealTimers();
    await transport.close();
    rmSync(folder, { recursive: true });
    expect(server.requests.map((request) => request.headers["authorization"])).toEqual([
      "Bearer first",
      "Bearer second",
    ]);
  });
});
