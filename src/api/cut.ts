/** Texts and values of a bounded size, counted in bytes of UTF-8. */

/** Text that takes at most so many bytes inside JSON; where something is left out, it ends with an ellipsis. */
export function cut(text: string, bytes: number): string {
  // What JSON escapes is longer there: a shorter head is tried until it fits.
  for (let head = bytes; ; head = Math.floor(head * 0.75)) {
    const short = cutTo(text, { bytes: head, ending: () => "…" });
    if (jsonBytes(short) - 2 <= bytes) return short;
  }
}

/** Text of at most so many bytes; where something is left out, it ends with what `ending` says of the whole. */
export function cutTo(
  text: string,
  { bytes, ending }: { readonly bytes: number; readonly ending: (whole: string) => string },
): string {
  // UTF-8 takes at most three bytes for each unit of a string: most texts need no counting.
  if (text.length * 3 <= bytes || byteLength(text) <= bytes) return text;
  const last = ending(text);
  const head = new Uint8Array(bytes - byteLength(last));
  const { read } = encoder.encodeInto(text, head);
  return text.slice(0, read) + last;
}

/** What a value takes as JSON. */
export function jsonBytes(value: object | string): number {
  return byteLength(JSON.stringify(value));
}

const encoder = new TextEncoder();

function byteLength(text: string): number {
  return encoder.encode(text).byteLength;
}
