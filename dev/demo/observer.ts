/** Sees what the cluster shows, and when: the demo's own watches, apart from the operator's. */
import { loadKubeConfig } from "../../src/kubernetes/kube-config.ts";
import { createTransport } from "../../src/kubernetes/transport.ts";
import { runWatch } from "../../src/kubernetes/watch.ts";
import type { KubernetesObject } from "../../src/resource/resource.ts";

/** An object as it came by; undefined body: it is gone. */
export interface Sighting {
  readonly object: KubernetesObject;
  readonly isGone: boolean;
  readonly atMs: number;
}

export interface Observer {
  /**
   * Resolves with the time (ms, `performance.now`) of the first sighting that fits and came after `sinceMs`; sightings
   * that came before this call count. Rejects after `timeoutMs`.
   */
  sees(what: string, fits: (sighting: Sighting) => boolean, sinceMs: number): Promise<number>;
  close(): Promise<void>;
}

const timeoutMs = 20_000;
/** More is never needed: each step looks at what has just come by. */
const remembered = 2_000;

/** Watches the given collections, as `/apis/apps/v1/namespaces/shop/deployments`. */
export function createObserver(kubeconfig: string, paths: readonly string[]): Observer {
  const stop = new AbortController();
  const transport = createTransport({ kubeConfig: loadKubeConfig(kubeconfig), userAgent: "holdfast-demo" });
  const sightings: Sighting[] = [];
  const waiting = new Set<() => void>();
  const watches = paths.map((path) =>
    runWatch(
      {
        transport,
        path,
        onEvent: (event) => {
          if (event.type !== "Applied" && event.type !== "Deleted") return;
          sightings.push({ object: event.object, isGone: event.type === "Deleted", atMs: performance.now() });
          if (sightings.length > remembered) sightings.shift();
          for (const look of waiting) look();
        },
        onBug: (error) => {
          throw error;
        },
      },
      stop.signal,
    ),
  );
  return {
    sees: (what, fits, sinceMs) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = sightings.find((sighting) => sighting.atMs >= sinceMs && fits(sighting));
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found.atMs);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`not seen within ${timeoutMs / 1_000} s: ${what}`));
        }, timeoutMs);
        waiting.add(look);
        look();
      }),
    async close() {
      stop.abort();
      await Promise.all(watches);
      await transport.close();
    },
  };
}
