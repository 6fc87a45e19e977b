/** Who we are to the API server, and how we know that it is the API server: what client-node's KubeConfig says. */
import type { ConnectionOptions } from "node:tls";
import type { KubeConfig } from "@kubernetes/client-node";
import { Agent, type Dispatcher, ProxyAgent } from "undici";
import { singleFlight } from "../async/single-flight.ts";

/** What one request needs: headers that prove who we are, and the connections to send it over. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

export interface CredentialSource {
  /** Tokens are rotated, so each request asks anew; the connections stay for as long as the certificates do. */
  current(): Promise<Credentials>;
  close(): Promise<void>;
}

type HttpsOptions = Parameters<KubeConfig["applyToHTTPSOptions"]>[0];
type TlsOptions = Pick<ConnectionOptions, (typeof tlsFields)[number]>;

const tlsFields = ["ca", "cert", "key", "pfx", "passphrase", "rejectUnauthorized", "servername"] as const;

export function createCredentials(kubeConfig: KubeConfig): CredentialSource {
  let pool: { readonly dispatcher: Dispatcher; readonly identity: string } | undefined;
  // KubeConfig reads files and may run a program: many requests at once need that once.
  const current = singleFlight(async () => {
    const options: HttpsOptions = {};
    await kubeConfig.applyToHTTPSOptions(options);
    const tls = tlsOf(options);
    const identity = Object.values(tls).map(String).join("\n");
    if (pool?.identity !== identity) {
      // The old connections end with the requests that still use them.
      void pool?.dispatcher.close();
      pool = { identity, dispatcher: createDispatcher(kubeConfig.getCurrentCluster()?.proxyUrl, tls) };
    }
    return { headers: headersOf(options), dispatcher: pool.dispatcher };
  });
  return {
    current,
    close: async () => {
      await pool?.dispatcher.destroy();
    },
  };
}

function tlsOf(options: HttpsOptions): TlsOptions {
  // The declared type is a union of two libraries' options; both take these fields where they are set.
  const values = options as TlsOptions;
  return Object.fromEntries(
    tlsFields.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]),
  );
}

function headersOf(options: HttpsOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // A token file may end in a newline, which a header must not.
    headers[name.toLowerCase()] = String(value).trim();
  }
  if (typeof options.auth === "string") {
    headers["authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
  }
  return headers;
}

/**
 * HTTP/1.1 on purpose: each watch has a connection of its own, so none can hold up another, and a dead one is seen.
 * Connections are not counted here: every watch needs one, and the queues bound all other requests.
 */
function createDispatcher(proxyUrl: string | undefined, tls: TlsOptions): Dispatcher {
  const options = { allowH2: false, pipelining: 1, keepAliveTimeout: 60_000 };
  // Shorter than the idle limits of load balancers, as client-go has it.
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: 30_000 };
  if (proxyUrl === undefined) return new Agent({ ...options, connect: { ...tls, ...keepAlive } });
  return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: tls, connect: keepAlive });
}
