/** Globs: `*` stands for any text, also for none, and `?` for one character. */

export function hasWildcard(glob: string): boolean {
  return glob.includes("*") || glob.includes("?");
}

/**
 * Whether the whole text fits. A star first stands for nothing and grows only when what follows it does not fit; an
 * earlier star never has to grow again. So the work is bounded by the product of both lengths, whatever they hold.
 */
export function matchesGlob(glob: string, text: string): boolean {
  if (glob === text) return true;
  let [at, inText] = [0, 0];
  let [star, grown] = [-1, 0];
  while (inText < text.length) {
    const wanted = glob[at];
    if (wanted === "*") {
      star = at;
      grown = inText;
      at += 1;
    } else if (wanted !== undefined && (wanted === "?" || wanted === text[inText])) {
      at += 1;
      inText += 1;
    } else if (star >= 0) {
      at = star + 1;
      grown += 1;
      inText = grown;
    } else return false;
  }
  while (glob[at] === "*") at += 1;
  return at === glob.length;
}
