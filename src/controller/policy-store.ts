/** The policies as the API server holds them, parsed once. Written by the policy watch alone. */
import type { Policy } from "../api/policy.ts";
import type { Json } from "../resource/resource.ts";
import type { PolicyKey } from "./policy-key.ts";

/** A policy that can be followed, or why not. `status` is what was last written there, by us. */
export type PolicyEntry = {
  readonly uid: string;
  readonly generation: number;
  readonly status?: Json;
} & (
  | { readonly type: "Valid"; readonly policy: Policy }
  | { readonly type: "Invalid"; readonly message: string }
);

export type PolicyStore = Map<PolicyKey, PolicyEntry>;
