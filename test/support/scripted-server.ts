/** An HTTP server that answers as the test says: an API server in whatever state is hard to bring about on a real one. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { createTransport, type Transport } from "../../src/kubernetes/transport.ts";
import type { Json } from "../../src/resource/resource.ts";

export interface ScriptedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers one request. */
export type Answer = (request: ScriptedRequest, response: ServerResponse) => void;

/** An answer that stays open, to be written to by the test. */
export interface OpenStream {
  readonly answer: Answer;
  /** Resolves when a request has reached this stream. */
  readonly opened: Promise<ScriptedRequest>;
  /** Sends watch events, one a line. */
  send(...events: readonly Json[]): void;
  sendBytes(bytes: Uint8Array): void;
  /** Ends in good order, as the API server does after `timeoutSeconds`. */
  close(): void;
  /** Breaks the connection. */
  cut(): void;
}

export interface ScriptedServer {
  readonly requests: readonly ScriptedRequest[];
  /** Of this path alone. */
  requestsTo(path: string): readonly ScriptedRequest[];
  /** Gives these answers to the next requests of the path, in order; the last one is given again and again. */
  script(path: string, ...answers: readonly Answer[]): void;
  transport(options?: { readonly timeoutMs?: number; readonly maxBodyBytes?: number }): Transport;
  readonly kubeConfig: KubeConfig;
  close(): Promise<void>;
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const scripts = new Map<string, Answer[]>();
  const transports: Transport[] = [];
  const server = createServer((message, response) => void serve(message, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  const kubeConfig = configFor(`http://127.0.0.1:${port}`);

  return {
    requests,
    requestsTo: (path) => requests.filter((request) => request.path === path),
    script: (path, ...answers) => void scripts.set(path, [...answers]),
    transport(options = {}) {
      const transport = createTransport({ kubeConfig, userAgent: "holdfast/test", ...options });
      transports.push(transport);
      return transport;
    },
    kubeConfig,
    async close() {
      await Promise.all(transports.map((transport) => transport.close()));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of message) body += String(chunk);
    const url = new URL(message.url ?? "/", "http://localhost");
    const { method = "GET", headers } = message;
    // Kept as it was sent: how names are encoded is part of what is tested.
    const [path = ""] = (message.url ?? "").split("?");
    const request = { method, path, query: url.searchParams, headers, body };
    requests.push(request);
    const answers = scripts.get(path) ?? [];
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    (answer ?? notFound)(request, response);
  }
}

/** A kubeconfig with a token, for a server without TLS. */
export function configFor(server: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: "scripted", server, skipTLSVerify: true },
    { name: "tester", token: "a-token" },
  );
  return kubeConfig;
}

export function reply(status: number, body: Json, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

/** A Status, as the API server sends it. */
export function refuse(code: number, reason: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return reply(code, status(code, reason), headers);
}

export function status(code: number, reason: string): Json {
  return {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    code,
    reason,
    message: `scripted: ${reason}`,
  };
}

/** Never answers. */
export const silence: Answer = () => {};

export const notFound: Answer = refuse(404, "NotFound");

export function openStream(): OpenStream {
  const { promise: opened, resolve } = Promise.withResolvers<ScriptedRequest>();
  let response: ServerResponse | undefined;
  const early: Uint8Array[] = [];
  const sendBytes = (bytes: Uint8Array): void => {
    if (response === undefined) early.push(bytes);
    else response.write(bytes);
  };
  return {
    opened,
    answer(request, stream) {
      stream.writeHead(200, { "content-type": "application/json" });
      stream.flushHeaders();
      response = stream;
      for (const bytes of early) stream.write(bytes);
      resolve(request);
    },
    send: (...events) => sendBytes(Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(""))),
    sendBytes,
    close: () => void response?.end(),
    cut: () => void response?.destroy(),
  };
}

/** A stream that says these events at once and stays open. */
export function streaming(...events: readonly Json[]): Answer {
  const stream = openStream();
  stream.send(...events);
  return stream.answer;
}

export function added(object: Json): Json {
  return { type: "ADDED", object };
}

export function modified(object: Json): Json {
  return { type: "MODIFIED", object };
}

export function deleted(object: Json): Json {
  return { type: "DELETED", object };
}

export function bookmark(resourceVersion: string, options: { readonly endsList?: boolean } = {}): Json {
  const annotations = options.endsList === true ? { "k8s.io/initial-events-end": "true" } : {};
  return {
    type: "BOOKMARK",
    object: { apiVersion: "v1", kind: "ConfigMap", metadata: { resourceVersion, annotations } },
  };
}

export function errorEvent(code: number, reason: string): Json {
  return { type: "ERROR", object: status(code, reason) };
}

export function configMap(
  name: string,
  resourceVersion: string,
  options: {
    readonly namespace?: string;
    readonly uid?: string;
    readonly data?: Readonly<Record<string, string>>;
  } = {},
): Json {
  const { namespace = "default", uid = `uid-${name}`, data = {} } = options;
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, uid, resourceVersion }, data };
}

/** Waits until the condition holds, and fails with its text after a while. */
export async function until(condition: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > deadline)
      throw new Error(`did not come true within ${withinMs} ms: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
