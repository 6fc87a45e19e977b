import { afterEach, describe, expect, it } from "@jest/globals";
import { type HealthServer, startHealthServer } from "../../src/server/health-server.ts";

let server: HealthServer | undefined;
afterEach(() => server?.close());

async function ask(
  path: string,
  options: { notReady?: string; method?: string; metrics?: () => never } = {},
) {
  server = await startHealthServer({
    host: "127.0.0.1",
    port: 0,
    metrics:
      options.metrics ?? (() => Promise.resolve({ contentType: "text/plain; version=0.0.4", text: "a 1\n" })),
    notReady: () => options.notReady,
  });
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: options.method ?? "GET" });
  return { status: response.status, text: await response.text(), type: response.headers.get("content-type") };
}

describe("the server", () => {
  it("is healthy as long as it answers", async () => {
    expect(await ask("/healthz")).toMatchObject({ status: 200, text: "ok\n" });
  });

  it("says why it is not ready, and when it is", async () => {
    expect(await ask("/readyz", { notReady: "policy a/b has no verdicts yet" })).toMatchObject({
      status: 503,
      text: "policy a/b has no verdicts yet\n",
    });
    await server?.close();
    expect(await ask("/readyz")).toMatchObject({ status: 200 });
  });

  it("serves the metrics in Prometheus' own type", async () => {
    expect(await ask("/metrics")).toMatchObject({
      status: 200,
      text: "a 1\n",
      type: "text/plain; version=0.0.4",
    });
  });

  it("changes nothing and knows nothing else", async () => {
    expect(await ask("/metrics", { method: "POST" })).toMatchObject({ status: 405 });
    await server?.close();
    expect(await ask("/etc/passwd")).toMatchObject({ status: 404 });
  });

  it("survives a scrape that fails, and does not say why to strangers", async () => {
    const metrics = () => {
      throw new Error("secret detail");
    };
    expect(await ask("/metrics", { metrics })).toMatchObject({ status: 500, text: "failed\n" });
  });
});
