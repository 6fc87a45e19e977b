/** HTTP for probes and Prometheus: reads, changes nothing. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HealthServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Why it is not ready; undefined if it is. */
  notReady(): string | undefined;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000, maxHeaderSize: 8_192 },
    (request, response) => {
      if (request.method !== "GET" && request.method !== "HEAD") return answer(response, 405, "only GET\n");
      answerPath(new URL(request.url ?? "/", "http://localhost").pathname, options, response).catch(() =>
        answer(response, 500, "failed\n"),
      );
    },
  );
  server.maxConnections = 64;
  await listen(server, options);
  return {
    // A listening TCP server has an address with a port.
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answerPath(
  path: string,
  options: HealthServerOptions,
  response: ServerResponse,
): Promise<void> {
  switch (path) {
    case "/healthz":
      return answer(response, 200, "ok\n");
    case "/readyz": {
      const reason = options.notReady();
      return reason === undefined ? answer(response, 200, "ok\n") : answer(response, 503, `${reason}\n`);
    }
    case "/metrics": {
      const { contentType, text } = await options.metrics();
      return answer(response, 200, text, contentType);
    }
    default:
      return answer(response, 404, "try /metrics, /healthz or /readyz\n");
  }
}

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  contentType = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, { "content-type": contentType, "x-content-type-options": "nosniff" });
  response.end(text);
}

function listen(server: Server, { host, port }: HealthServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
}
