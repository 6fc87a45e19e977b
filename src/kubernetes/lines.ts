/** Bytes to lines. */

/** An object is at most a few megabytes (etcd refuses larger ones); a longer line is no event. */
const defaultMaxLineBytes = 64 * 1024 * 1024;
const newline = 0x0a;

/**
 * Yields the lines of a stream, without their newlines. Only `\n` ends a line: JSON strings may hold every other
 * separator. A last line without a newline was cut off, and is left out.
 * @throws Error if a line exceeds `maxLineBytes`.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLineBytes: number = defaultMaxLineBytes,
): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      // Joined as bytes: a character may lie on both sides of the cut.
      yield decode([...parts, chunk.subarray(start, end)]);
      parts = [];
      size = 0;
      start = end + 1;
    }
    if (start === chunk.byteLength) continue;
    parts.push(chunk.subarray(start));
    size += chunk.byteLength - start;
    if (size > maxLineBytes) throw new Error(`a line is longer than ${maxLineBytes} bytes`);
  }
}

function decode(parts: readonly Uint8Array[]): string {
  const [only] = parts;
  if (parts.length > 1 || only === undefined) return Buffer.concat(parts).toString();
  return Buffer.from(only.buffer, only.byteOffset, only.byteLength).toString();
}
