/** Names that the API server makes up where a manifest states `generateName` alone. */

/** Kubernetes leaves out vowels and what looks alike; source: apimachinery, pkg/util/rand. */
const ending = /^[bcdfghjklmnpqrstvwxz2456789]{5}$/;
/** The longest beginning that the server keeps; source: apiserver, pkg/storage/names. */
const longestBeginning = 58;

/** `stated`: the name under which a manifest without one is kept, its `generateName` up to the first `*`. */
export function isGeneratedName(name: string, stated: string): boolean {
  const star = stated.indexOf("*");
  if (star < 1) return false;
  const beginning = stated.slice(0, Math.min(star, longestBeginning));
  return name.startsWith(beginning) && ending.test(name.slice(beginning.length));
}
