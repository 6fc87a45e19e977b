/** The name of a DriftRecord: the same for the same policy, object and first sight, so that a crash repeats none. */
import { createHash } from "node:crypto";
import type { Episode } from "../controller/drift-store.ts";
import { splitPolicyKey } from "../controller/policy-key.ts";
import { resourceKey } from "../resource/resource.ts";

/** Readable at its head, unique at its tail, at most 100 characters. */
export function recordName({
  policy,
  resource,
  firstSeenAt,
}: Pick<Episode, "policy" | "resource" | "firstSeenAt">): string {
  const identity = `${policy}\n${resourceKey(resource)}\n${firstSeenAt.toISOString()}`;
  const hash = createHash("sha256").update(identity).digest("hex").slice(0, 12);
  const head = `${splitPolicyKey(policy).name.slice(0, 30)}-${resource.kind.toLowerCase().slice(0, 20)}-${resource.name.toLowerCase().slice(0, 30)}`;
  return `${head.replaceAll(/[^a-z0-9]+/g, "-").replace(/^-+/, "")}-${hash}`;
}
