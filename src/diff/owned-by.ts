/** Who owns a finding, down to its leaves. */
import type { ManagedFieldsEntry } from "../fieldpath/managed-fields.ts";
import type { ExcuseContext } from "./excuse-rules.ts";
import { leavesOf, type Part } from "./parts.ts";

export interface Owners {
  readonly isTrusted: (entry: ManagedFieldsEntry) => boolean;
  readonly mayBeNobody: boolean;
}

/** Every leaf must be owned by a trusted manager; others may own it beside it, for then they have said the same value. */
export function isOwnedBy(
  part: Part,
  { isTrusted, mayBeNobody }: Owners,
  { ownersOf }: Pick<ExcuseContext, "ownersOf">,
): boolean {
  for (const { path } of leavesOf(part)) {
    const owners = ownersOf(path);
    if (owners.some(isTrusted)) continue;
    if (!mayBeNobody || owners.some(({ manager }) => manager !== mergedEntries)) return false;
  }
  return true;
}

/** The name under which the server merges the oldest entries of more than ten. */
const mergedEntries = "ancient-changes";
