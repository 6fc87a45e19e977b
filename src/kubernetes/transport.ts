/**
 * Raw JSON over one pooled HTTP client.
 *
 * client-node supplies authentication alone: its models drop fields that they do not know, which for a drift detector
 * would be a silent "in sync", and it opens a new TLS connection for each request.
 */
import type { KubeConfig } from "@kubernetes/client-node";
import type { Dispatcher } from "undici";
import type { Json } from "../resource/resource.ts";
import { type ApiFailure, failureOf, unreachable } from "./api-failure.ts";
import { createCredentials } from "./credentials.ts";

export interface TransportOptions {
  readonly kubeConfig: KubeConfig;
  /** `holdfast/<version>`. */
  readonly userAgent: string;
  /** For one request that is no watch, as a whole. */
  readonly timeoutMs?: number;
  /** A larger answer is refused. */
  readonly maxBodyBytes?: number;
}

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Percent-encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Json;
  readonly contentType?: string;
  readonly accept?: string;
  /** The username to act as. The server adds a ServiceAccount's groups by itself. */
  readonly impersonate?: string;
}

/** What the server said: JSON, or a failure that it explained, or that kept it from answering. */
export type ApiResponse =
  | { readonly type: "Ok"; readonly json: Json }
  | { readonly type: "Failed"; readonly failure: ApiFailure };

/** A watch that has begun, as raw chunks of bytes, or why it has not. */
export type StreamResponse =
  | { readonly type: "Ok"; readonly chunks: AsyncIterable<Uint8Array> }
  | { readonly type: "Failed"; readonly failure: ApiFailure };

/** Both throw only when their signal aborts, with its reason. */
export interface Transport {
  request(request: ApiRequest, signal: AbortSignal): Promise<ApiResponse>;
  /** Opens a stream that lasts until its reader stops, the server closes it, or the signal aborts. */
  stream(request: ApiRequest, signal: AbortSignal): Promise<StreamResponse>;
  close(): Promise<void>;
}

const defaultTimeoutMs = 30_000;
/** Far beyond any page of 500 objects; a server that sends more is not one. */
const defaultMaxBodyBytes = 512 * 1024 * 1024;

/** @throws Error if the kubeconfig names no current cluster. */
export function createTransport(options: TransportOptions): Transport {
  const { kubeConfig, userAgent, timeoutMs = defaultTimeoutMs, maxBodyBytes = defaultMaxBodyBytes } = options;
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) {
    throw new Error("the kubeconfig has no current context; set one with kubectl config use-context");
  }
  const server = new URL(cluster.server);
  const root = server.pathname.replace(/\/$/, "");
  const credentials = createCredentials(kubeConfig);

  return { request, stream, close: () => credentials.close() };

  async function request(call: ApiRequest, signal: AbortSignal): Promise<ApiResponse> {
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      return await read(await send(call, { bodyTimeout: timeoutMs }, deadline));
    } catch (error) {
      signal.throwIfAborted();
      return { type: "Failed", failure: failureToAnswer(error) };
    }
  }

  async function stream(call: ApiRequest, signal: AbortSignal): Promise<StreamResponse> {
    try {
      // How long silence may last is the reader's to say.
      const response = await send(call, { bodyTimeout: 0 }, signal);
      if (response.statusCode === 200) return { type: "Ok", chunks: response.body };
      const answer = await read(response);
      return answer.type === "Failed"
        ? answer
        : { type: "Failed", failure: notAnAnswer(response.statusCode) };
    } catch (error) {
      signal.throwIfAborted();
      return { type: "Failed", failure: failureToAnswer(error) };
    }
  }

  async function send(
    call: ApiRequest,
    { bodyTimeout }: { readonly bodyTimeout: number },
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const { headers, dispatcher } = await credentials.current();
    const query = call.query === undefined ? "" : `?${new URLSearchParams(call.query).toString()}`;
    return await dispatcher.request({
      origin: server.origin,
      path: `${root}${call.path}${query}`,
      method: call.method,
      headers: {
        ...headers,
        accept: call.accept ?? "application/json",
        "user-agent": userAgent,
        ...(call.body === undefined ? {} : { "content-type": call.contentType ?? "application/json" }),
        ...(call.impersonate === undefined ? {} : { "impersonate-user": call.impersonate }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      headersTimeout: timeoutMs,
      bodyTimeout,
      signal,
    });
  }

  async function read(response: Dispatcher.ResponseData): Promise<ApiResponse> {
    const text = (await readAll(response.body, maxBodyBytes)).toString();
    const isOk = response.statusCode >= 200 && response.statusCode < 300;
    const json = parse(text);
    if (isOk && json !== undefined) return { type: "Ok", json };
    // A proxy's page in place of a list must never be taken for an empty list.
    if (isOk) return { type: "Failed", failure: notAnAnswer(response.statusCode) };
    const failure = failureOf(response.statusCode, json ?? text, response.headers["retry-after"]);
    return { type: "Failed", failure };
  }
}

async function readAll(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new Error(`the API server's answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Undefined if it is no JSON. The parser's own message would quote what it read, which may be secret. */
function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // JSON.parse answers JSON
  } catch {
    return undefined;
  }
}

function notAnAnswer(code: number): ApiFailure {
  return { reason: "Other", code, message: `HTTP status ${code} with a body that no API server sends` };
}

function failureToAnswer(error: unknown): ApiFailure {
  const cause = error instanceof Error ? error : new Error(String(error));
  const code = "code" in cause && typeof cause.code === "string" ? `${cause.code}: ` : "";
  return unreachable(`${code}${cause.message}`);
}
