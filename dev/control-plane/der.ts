/** Writes DER, the binary form of certificates: just the types that X.509 needs. */

/** One encoded value: tag, length, content. */
export type Der = Buffer;

const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
};
const constructed = { sequence: 0x30, set: 0x31 };

/** Any value by its tag. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Der {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

export const sequence = (...items: readonly Der[]): Der => der(constructed.sequence, ...items);
export const set = (...items: readonly Der[]): Der => der(constructed.set, ...items);
export const yes = (): Der => der(tags.boolean, Buffer.from([0xff]));
export const octetString = (bytes: Uint8Array): Der => der(tags.octetString, bytes);
export const utf8String = (text: string): Der => der(tags.utf8String, Buffer.from(text, "utf8"));

/** `[number] EXPLICIT content`. */
export const explicit = (number: number, content: Der): Der => der(0xa0 + number, content);

/** `bytes` is an unsigned number, its highest byte first. */
export function integer(bytes: Uint8Array): Der {
  const isNegativeLooking = ((bytes[0] ?? 0) & 0x80) !== 0;
  return der(tags.integer, isNegativeLooking ? Buffer.from([0]) : Buffer.alloc(0), bytes);
}

/** `unused` counts the bits at the end that mean nothing. */
export function bitString(bytes: Uint8Array, unused = 0): Der {
  return der(tags.bitString, Buffer.from([unused]), bytes);
}

/** From its dotted form. */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(tags.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** Years from 1950 to 2049 only; that is what UTCTime can hold. */
export function utcTime(at: Date): Der {
  const digits = at.toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`, "ascii"));
}

function base128(part: number): readonly number[] {
  const bytes = [part & 0x7f];
  for (let left = part >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 0x7f) | 0x80);
  return bytes;
}

function lengthOf(count: number): Uint8Array {
  if (count < 0x80) return Buffer.from([count]);
  const bytes: number[] = [];
  for (let left = count; left > 0; left >>>= 8) bytes.unshift(left & 0xff);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}
