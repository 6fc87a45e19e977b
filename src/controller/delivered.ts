/** What was delivered of each object: carried over from one revision to the next, and over restarts. */
import type { DeliveredMark } from "../drift/input.ts";
import type { ResourceKey } from "../resource/resource.ts";
import type { RemoteHead } from "../resource/source.ts";
import type { Declaration, DesiredSet } from "./desired-store.ts";

/** More revisions than this are not rendered to find out what was delivered: such objects wait to be seen in sync. */
const maxOldRevisions = 20;

/** The revision and the policy's generation that a desired set is of. */
export interface SetVersion {
  readonly revision: string;
  readonly policyGeneration: number;
}

/** A mark and what Git said at its revision. */
export interface Delivered {
  readonly mark: DeliveredMark;
  readonly bytes: Uint8Array;
}

/**
 * What was delivered before this process started: the stored marks, with the old revisions rendered once more.
 *
 * An object is left out, hence reported and held (`NeverDelivered`) until it is seen in sync, if its revision cannot be
 * rendered any more, or if the policy was edited since, because then another repository or path may have been meant:
 * a rollback to a guess could undo a delivery.
 */
export async function restoreDelivered(
  declarations: ReadonlyMap<ResourceKey, Declaration>,
  marks: ReadonlyMap<ResourceKey, DeliveredMark>,
  context: {
    readonly version: SetVersion;
    readonly renderOld: (revision: RemoteHead) => Promise<ReadonlyMap<ResourceKey, Declaration> | undefined>;
  },
): Promise<ReadonlyMap<ResourceKey, Delivered>> {
  const { version, renderOld } = context;
  const rendered = new Map<string, ReadonlyMap<ResourceKey, Declaration> | undefined>([
    [version.revision, declarations],
  ]);
  const delivered = new Map<ResourceKey, Delivered>();
  for (const [key, mark] of marks) {
    if (!declarations.has(key) || mark.policyGeneration !== version.policyGeneration) continue;
    if (!rendered.has(mark.revision) && rendered.size <= maxOldRevisions) {
      const head = parseRevision(mark.revision);
      rendered.set(mark.revision, head === undefined ? undefined : await renderOld(head));
    }
    const bytes = rendered.get(mark.revision)?.get(key)?.bytes;
    if (bytes !== undefined) delivered.set(key, { mark, bytes });
  }
  return delivered;
}

/** What the set in force says was delivered of an object. */
export function deliveredOf(set: DesiredSet | undefined, key: ResourceKey): Delivered | undefined {
  const declaration = set?.declarations.get(key);
  if (declaration?.delivered === undefined) return undefined;
  return { mark: declaration.delivered, bytes: declaration.deliveredBytes ?? declaration.bytes };
}

/** Gives a declaration of a new set what was delivered of its object. What says the same is delivered at the new revision too. */
export function withDelivered(
  declaration: Declaration,
  delivered: Delivered,
  version: SetVersion,
): Declaration {
  const { mark, bytes } = delivered;
  if (Buffer.compare(bytes, declaration.bytes) !== 0)
    return { ...declaration, delivered: mark, deliveredBytes: bytes };
  const isCurrent = mark.revision === version.revision && mark.policyGeneration === version.policyGeneration;
  return { ...declaration, delivered: isCurrent ? mark : { ...mark, ...version } };
}

/** `main@sha1:<commit>` or `sha1:<commit>`. */
function parseRevision(revision: string): RemoteHead | undefined {
  const commit = /(?:^|@)sha1:([0-9a-f]{40})$/.exec(revision)?.[1];
  return commit === undefined ? undefined : { commit, revision };
}
