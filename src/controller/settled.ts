/** When an object need not be read again: it was judged in sync, and nothing that this depended on has changed. */
import type { LiveLook } from "../resource/live.ts";
import type { ResourceKey, ResourceRef } from "../resource/resource.ts";
import type { Declaration, DesiredStore } from "./desired-store.ts";
import type { DriftEntry, DriftStore } from "./drift-store.ts";
import type { PolicyKey } from "./policy-key.ts";

/** What would be judged: the live version, under the schema of its kind, and with what else matters. */
export interface Judged {
  readonly resourceVersion: string;
  readonly schema: DriftEntry["schema"];
  /** See `dependencies`. */
  readonly dependencies: string;
}

/**
 * Whether the last judgement still holds for a live object whose body was let go. A verdict of another kind does not
 * settle it: what was `Unknown` for a while (a refused revision, a second policy) has to be looked at again.
 */
export function isSettled(
  { delivered, deliveredBytes, origin }: Declaration,
  last: DriftEntry | undefined,
  { resourceVersion, schema, dependencies }: Judged,
): boolean {
  return (
    last?.verdict.status === "InSync" &&
    last.schema === schema &&
    deliveredBytes === undefined &&
    delivered?.resourceVersion === resourceVersion &&
    delivered.revision === origin.revision &&
    delivered.dependencies === dependencies
  );
}

export interface UnsettledDeps {
  readonly desired: DesiredStore;
  readonly drifts: DriftStore;
  lookLive(ref: ResourceRef): LiveLook;
  schemaOf(ref: ResourceRef): DriftEntry["schema"];
  dependenciesOf(key: ResourceKey): string;
}

/** Of one policy's objects, those whose bodies must be read again before they can be judged. */
export function* unsettled(policy: PolicyKey, deps: UnsettledDeps): Iterable<ResourceRef> {
  for (const [key, declaration] of deps.desired.get(policy)?.declarations ?? []) {
    const { ref } = declaration;
    const live = deps.lookLive(ref);
    if (live.type !== "Dropped") continue;
    const judged = {
      resourceVersion: live.resourceVersion,
      schema: deps.schemaOf(ref),
      dependencies: deps.dependenciesOf(key),
    };
    if (!isSettled(declaration, deps.drifts.get(policy, key), judged)) yield ref;
  }
}
