/** Ids that sort by the time at which they were made (github.com/ulid/spec). */

/** Crockford's: without letters that look like digits. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const bitsPerLetter = 5n;
const randomBytes = 10;
const letters = 26;

/** 26 letters: 48 bits of time in ms, and 80 random ones. @throws Error unless there are 10 bytes. */
export function ulid(nowMs: number, random: Uint8Array): string {
  if (random.length !== randomBytes) throw new Error(`a ULID takes ${randomBytes} random bytes`);
  let number = BigInt(nowMs);
  for (const byte of random) number = (number << 8n) | BigInt(byte);
  let text = "";
  for (let i = 0; i < letters; i++) {
    text = (alphabet[Number(number & 31n)] ?? "") + text;
    number >>= bitsPerLetter;
  }
  return text;
}
