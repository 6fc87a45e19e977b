/** Plain requests to the API server: faster than kubectl, and without any client of Holdfast's own in between. */
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { KubeConfig } from "@kubernetes/client-node";
import type { JsonObject } from "../../src/resource/resource.ts";

export interface ApiRequest {
  /** With the query: `/api/v1/namespaces?limit=1`. */
  readonly path: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: unknown;
  /** Default `application/json`; a PATCH states what kind of patch it is. */
  readonly contentType?: string;
}

/** Any answer is a value: 403 and 404 come back with the API server's Status as body; what is no JSON, with none. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

/** Sends as whoever the kubeconfig says. @throws Error when there is no answer. */
export async function requestApi(
  kubeconfig: string,
  { path, method = "GET", body, contentType }: ApiRequest,
): Promise<ApiAnswer> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const server = config.getCurrentCluster()?.server ?? "";
  const options = {
    method,
    headers: { Accept: "application/json", "Content-Type": contentType ?? "application/json" },
  };
  await config.applyToHTTPSOptions(options);
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, server), options, (response) => {
      const isJson = response.headers["content-type"]?.startsWith("application/json") === true;
      text(response).then((answer) => {
        // Where the API server answers in JSON, it answers with an object.
        const answered = isJson ? (JSON.parse(answer) as JsonObject) : {};
        resolve({ status: response.statusCode ?? 0, body: answered });
      }, reject);
    });
    sent.once("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
