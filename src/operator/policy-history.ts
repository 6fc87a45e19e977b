/** Policies in the ledger: each change of what one asks for, also one that was made while nobody looked. */
import { type PolicyKey, policyKey } from "../controller/policy-key.ts";
import type { LedgerStore } from "../history/ledger-store.ts";
import type { Entry } from "../ledger/entry.ts";
import type { Json, KubernetesObject } from "../resource/resource.ts";
import type { LedgerEntries } from "./ledger-entries.ts";
import type { LedgerWriter } from "./ledger-writer.ts";

export interface PolicyHistoryDeps {
  readonly store: Pick<LedgerStore, "find" | "newestOfPolicies">;
  readonly writer: Pick<LedgerWriter, "append">;
  readonly entries: Pick<LedgerEntries, "ofPolicy" | "ofPolicyGone">;
}

export interface PolicyHistory {
  /** The policy as it stands in the cluster, however often it is told. */
  seen(object: KubernetesObject): void;
  gone(policy: PolicyKey, uid: string): void;
  /** All that there are were seen: others, of which the ledger knows, went while nobody looked. */
  complete(): void;
}

/** What was last written of a policy. */
interface Known {
  readonly uid: string;
  readonly generation: number;
  /** Undefined where its value was erased. */
  readonly spec: Json | undefined;
}

const policyTypes = ["PolicyChanged", "PolicyDeleted"] as const;

/** What the ledger says of a policy is where the next change begins: so a change while the operator was down is one too. */
export function createPolicyHistory({ store, writer, entries }: PolicyHistoryDeps): PolicyHistory {
  const known = new Map<PolicyKey, Known>();

  return {
    seen(object) {
      const { namespace = "", name = "", uid = "", generation = 0 } = object.metadata;
      const key = policyKey({ namespace, name });
      const before = known.get(key) ?? lastOf(key);
      const isSame = before?.uid === uid && before.generation === generation;
      known.set(key, { uid, generation, spec: object["spec"] });
      if (isSame) return;
      // One that was deleted and made anew is another policy.
      writer.append(entries.ofPolicy(object, before?.uid === uid ? before.spec : undefined));
    },
    gone(policy, uid) {
      known.delete(policy);
      writer.append(entries.ofPolicyGone(policy, uid));
    },
    complete() {
      for (const { text } of store.newestOfPolicies(policyTypes)) {
        const { type, policy } = JSON.parse(text) as Entry; // as `entryText` wrote it
        if (type === "PolicyDeleted" || policy === undefined || known.has(policyKey(policy))) continue;
        writer.append(entries.ofPolicyGone(policyKey(policy), policy.uid ?? ""));
      }
    },
  };

  function lastOf(policy: PolicyKey): Known | undefined {
    const [last] = store.find({ policy, types: policyTypes }, { limit: 1 });
    if (last === undefined) return undefined;
    const entry = JSON.parse(last.text) as Entry; // as `entryText` wrote it
    const { uid = "", generation = 0 } = entry.policy ?? {};
    const sealed = entry.policySpec?.spec.sealed;
    const opening = last.openings.find((one) => one.sealed === sealed);
    return entry.type === "PolicyDeleted" ? undefined : { uid, generation, spec: opening?.value };
  }
}
