/** Requests over connections that are kept: thousands of them, where a new connection each would cost more than the work. */
import { Agent, request } from "node:https";
import { text } from "node:stream/consumers";
import { KubeConfig } from "@kubernetes/client-node";
import type { ApiAnswer, ApiRequest } from "../../../dev/control-plane/api-request.ts";
import type { JsonObject } from "../../../src/resource/resource.ts";

export interface Client {
  /** Any answer is a value. @throws Error when there is none. */
  send(what: ApiRequest): Promise<ApiAnswer>;
  close(): void;
}

export async function createClient(kubeconfig: string, connections: number): Promise<Client> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const server = config.getCurrentCluster()?.server ?? "";
  const credentials = {};
  await config.applyToHTTPSOptions(credentials);
  const agent = new Agent({ ...credentials, keepAlive: true, maxSockets: connections });
  const sendOnce = ({ path, method = "GET", body, contentType = "application/json" }: ApiRequest) =>
    new Promise<ApiAnswer>((resolve, reject) => {
      const headers = { Accept: "application/json", "Content-Type": contentType };
      const sent = request(new URL(path, server), { method, headers, agent }, (response) => {
        const status = response.statusCode ?? 0;
        text(response).then((answer) => resolve({ status, body: parsed(answer) }), reject);
      });
      sent.once("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return {
    // A connection that was kept may be closed just when it is used again; so it is, always, where the API server panics
    // (a CronJob with a success policy for its Jobs and no completions, in 1.36.3), which is a refusal like others.
    send: (what) =>
      sendOnce(what)
        .catch(() => sendOnce(what))
        .catch(hungUp),
    close: () => agent.destroy(),
  };
}

function hungUp(error: unknown): ApiAnswer {
  // Not by instanceof: in a test, Node's own errors are of another realm.
  if (typeof error === "object" && error !== null && "code" in error && error.code === "ECONNRESET") {
    return { status: 500, body: { message: "the API server hung up" } };
  }
  throw error;
}

/** The message of a refusal. */
export function said({ message }: JsonObject): string {
  return typeof message === "string" ? message : "no message";
}

/** The API server's panics and time-outs are plain text. */
function parsed(answer: string): JsonObject {
  try {
    return JSON.parse(answer) as JsonObject;
  } catch {
    return { message: answer };
  }
}
