/** How each policy's repository stands: what was fetched, when the head was read, what went wrong. */
import type { SourceState } from "../drift/input.ts";
import type { FetchedRevision, SourceFault } from "../resource/source.ts";
import type { PolicyKey } from "./policy-key.ts";

/** One policy's source. Written by the source reconciler alone. */
export interface SourceStatus extends SourceState {
  /** The newest revision that was fetched and rendered as a whole. */
  readonly revision?: FetchedRevision;
  readonly fetchedAt?: Date;
  /** Why the head could not be read, or the newest revision not be used. */
  readonly fault?: SourceFault;
  /** True if it is the revision that is at fault: then no object can be judged. */
  readonly refused: boolean;
  readonly policyGeneration: number;
}

export type SourceStore = Map<PolicyKey, SourceStatus>;
