/** Whether it is known what all the policies declare that may speak of a place: before, nothing in it is unexpected. */
import type { LiveState } from "../drift/input.ts";
import type { ResourceRef } from "../resource/resource.ts";
import type { DesiredStore } from "./desired-store.ts";
import { type PolicyKey, splitPolicyKey } from "./policy-key.ts";
import type { PolicyStore } from "./policy-store.ts";
import type { SourceStore } from "./source-store.ts";

export interface DeclarersDeps {
  readonly policies: PolicyStore;
  readonly sources: SourceStore;
  readonly desired: DesiredStore;
  readonly operatorNamespace: string;
}

export type Declarers =
  | { readonly type: "Known" }
  /** A repository is being read. */
  | { readonly type: "Wait" }
  | Extract<LiveState, { readonly type: "Unknown" }>;

export function whoMayDeclare({ namespace }: Pick<ResourceRef, "namespace">, deps: DeclarersDeps): Declarers {
  let open: Declarers = { type: "Known" };
  for (const policy of deps.policies.keys()) {
    const { namespace: own } = splitPolicyKey(policy);
    if (own !== namespace && own !== deps.operatorNamespace) continue;
    const state = stateOf(policy, deps);
    if (state === "Wait") return { type: "Wait" };
    if (state !== undefined) open = { type: "Unknown", reason: "SourceFailed", message: state };
  }
  return open;
}

/** Undefined if what the policy declares is known; else to wait, or why it is not. */
function stateOf(policy: PolicyKey, { policies, sources, desired }: DeclarersDeps): string | undefined {
  const says = `policy ${policy} may declare it`;
  const entry = policies.get(policy);
  if (entry?.type !== "Valid") return `${says}: its spec cannot be followed`;
  const source = sources.get(policy);
  if (source?.refused === true) return `${says}: its newest revision cannot be used`;
  if (desired.get(policy) !== undefined) return undefined;
  return source?.fault === undefined ? "Wait" : `${says}: it has no revision yet`;
}
