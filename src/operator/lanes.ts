/** Two lanes to the remotes: those that hang keep one another waiting, and none that answers. */
import PQueue from "p-queue";

export interface Lanes {
  /** Runs `work`, which answers whether its host was reached, as soon as there is room in the host's lane. */
  run(host: string, work: () => Promise<boolean>): Promise<void>;
}

/**
 * A host whose last reading came through is read in the fast lane. One that was never reached, or not the last time, is
 * read in the slow lane until it answers; so a remote that begins to hang takes a place from the others once.
 */
export function createLanes({ concurrency }: { readonly concurrency: number }): Lanes {
  const fast = new PQueue({ concurrency });
  const slow = new PQueue({ concurrency });
  const answering = new Set<string>();
  return {
    async run(host, work) {
      // What waited behind others on the same host changes lanes when one of those was kept waiting.
      const isDone =
        answering.has(host) && (await fast.add(() => answering.has(host) && attempt(host, work)));
      if (!isDone) await slow.add(() => attempt(host, work));
    },
  };

  async function attempt(host: string, work: () => Promise<boolean>): Promise<true> {
    if (await work()) answering.add(host);
    else answering.delete(host);
    return true;
  }
}

/** What the lanes know a repository's host by: user and port included, as the URL has them. */
export function hostOf(url: string): string {
  return /^[a-z]+:\/\/([^/]*)/.exec(url)?.[1] ?? url.slice(0, Math.max(0, url.indexOf(":")));
}
