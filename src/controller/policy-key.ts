/** Identifies a GitRepoPolicy: `namespace/name`. */
export type PolicyKey = string & { readonly __brand: "PolicyKey" };

export function policyKey(policy: { readonly namespace: string; readonly name: string }): PolicyKey {
  return `${policy.namespace}/${policy.name}` as PolicyKey;
}

/** The two parts of a policy's key. */
export function splitPolicyKey(key: PolicyKey): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
