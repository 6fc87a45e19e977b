/** What a watch tells, and what it needs. */
import type { Backoff } from "../async/backoff.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import type { ApiFailure } from "./api-failure.ts";
import type { Transport } from "./transport.ts";

export type WatchEvent =
  | { readonly type: "Restarted" }
  | { readonly type: "Synced" }
  | { readonly type: "Applied"; readonly object: KubernetesObject }
  | { readonly type: "Deleted"; readonly object: KubernetesObject }
  /** The watch pauses for this reason and goes on by itself. */
  | { readonly type: "Interrupted"; readonly failure: ApiFailure };

export interface WatchOptions {
  readonly transport: Transport;
  /** The collection's path. */
  readonly path: string;
  /** A media type other than JSON's, e.g. for metadata alone. */
  readonly accept?: string;
  readonly onEvent: (event: WatchEvent) => void;
  /** `onEvent` threw, which is our own bug: the watch goes on behind that event, so that the others are not lost. */
  readonly onBug: (error: unknown) => void;
  /** In [0, 1). */
  readonly random?: () => number;
  readonly backoff?: Backoff;
  /** The longest pause between refusals (403, 404): they last as a rule, and asking often would be polling. */
  readonly refusedMaxMs?: number;
  /** How long the server keeps one connection, in seconds; a jitter of up to the same length is added. */
  readonly connectionSeconds?: number;
  /** Silence beyond this ends a connection. Bookmarks come every minute, the first after up to two (1.36.3). */
  readonly idleMs?: number;
  /** The same while the list is streamed: there is always something to send then. */
  readonly listIdleMs?: number;
}
