/** Which objects a rule is about: by group and kind, and by globs over names and namespaces. */
import { matchesGlob } from "./glob.ts";
import type { ResourceRef } from "./resource.ts";

/** What is left out says nothing; what is stated must all hold. */
export interface ObjectMatch {
  /** The core group is the empty text. */
  readonly group?: string;
  readonly kinds?: readonly string[];
  /** Globs. */
  readonly names?: readonly string[];
  /** Globs. A rule that names namespaces is about no cluster-scoped object. */
  readonly namespaces?: readonly string[];
}

/** Whether any of them is about the object. */
export function matchesObject(matches: readonly ObjectMatch[], ref: Omit<ResourceRef, "version">): boolean {
  return matches.some((match) => isAbout(match, ref));
}

function isAbout(
  { group, kinds, names, namespaces }: ObjectMatch,
  ref: Omit<ResourceRef, "version">,
): boolean {
  if (group !== undefined && group !== ref.group) return false;
  if (kinds !== undefined && !kinds.includes(ref.kind)) return false;
  if (names !== undefined && !names.some((glob) => matchesGlob(glob, ref.name))) return false;
  if (namespaces === undefined) return true;
  return ref.namespace !== "" && namespaces.some((glob) => matchesGlob(glob, ref.namespace));
}
