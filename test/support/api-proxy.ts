/** A proxy before the API server that holds requests, or their answers, back: a slow API server when a test wants one. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, request as forward, type RequestOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { createAuthority } from "../../dev/control-plane/certificates.ts";
import { clusterAt, writeKubeconfig } from "../../dev/control-plane/kubeconfig.ts";

export interface ApiProxy {
  /** The same identity as before, by way of the proxy. */
  readonly kubeconfig: string;
  /** Keeps the next request that fits from the API server, or its answer from the operator. */
  hold(what: "request" | "answer", method: string, path: RegExp): Held;
  close(): void;
}

export interface Held {
  /** Resolves when there is one; of an answer, when the API server has given it. */
  readonly caught: Promise<void>;
  /** Resolves when the operator's end of it is closed: what is released now goes nowhere. */
  readonly abandoned: Promise<void>;
  /** Lets it go on. */
  release(): void;
}

interface Rule extends Held {
  readonly what: "request" | "answer";
  readonly fits: (message: IncomingMessage) => boolean;
  readonly meet: () => void;
  readonly abandon: () => void;
  readonly released: Promise<void>;
  isUsed: boolean;
}

/** `kubeconfig` authenticates by a token; the proxy's own is written into `directory`. */
export async function startApiProxy(kubeconfig: string, directory: string): Promise<ApiProxy> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const origin = config.getCurrentCluster()?.server ?? "";
  const upstream: RequestOptions = {};
  await config.applyToHTTPSOptions(upstream as Parameters<KubeConfig["applyToHTTPSOptions"]>[0]); // sets `ca` alone
  const { ca } = upstream;
  const authority = createAuthority("proxy-test");
  const { key, certificate } = authority.issue({
    commonName: "proxy",
    usage: "Server",
    hosts: ["127.0.0.1"],
  });
  const rules: Rule[] = [];
  const server = createServer({ key, cert: certificate }, (message, response) => {
    pass(message, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  const proxied = join(directory, "proxied.kubeconfig");
  const token = config.getCurrentUser()?.token ?? "";
  await writeKubeconfig(proxied, clusterAt(`https://127.0.0.1:${port}`, authority.certificate), { token });

  return {
    kubeconfig: proxied,
    hold(what, method, path) {
      const caught = Promise.withResolvers<void>();
      const abandoned = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const rule: Rule = {
        what,
        fits: (message) => message.method === method && path.test(message.url ?? ""),
        caught: caught.promise,
        meet: caught.resolve,
        abandoned: abandoned.promise,
        abandon: abandoned.resolve,
        released: released.promise,
        release: released.resolve,
        isUsed: false,
      };
      rules.push(rule);
      return rule;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };

  async function pass(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const rule = rules.find((one) => !one.isUsed && one.fits(message));
    if (rule !== undefined) {
      rule.isUsed = true;
      response.once("close", rule.abandon);
    }
    const hold = async (what: Rule["what"]): Promise<void> => {
      if (rule?.what !== what) return;
      rule.meet();
      await rule.released;
    };
    await hold("request");
    // Who has gone away meanwhile does not want it any more.
    if (response.destroyed || message.socket.destroyed) return;
    const { host: _, ...headers } = message.headers;
    const sent = forward(new URL(message.url ?? "/", origin), { ca, method: message.method, headers });
    response.once("close", () => sent.destroy());
    sent.once("error", () => response.destroy());
    sent.once("response", (answer) => {
      void hold("answer").then(() => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        // A watch says nothing at first: its headers must not wait for its body.
        response.flushHeaders();
        answer.pipe(response);
      });
    });
    message.pipe(sent);
  }
}
