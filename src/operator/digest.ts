/** Digests: the keyed one that stands for secret values, HMAC-SHA-256, and the plain one for long values. */
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Digest } from "../diff/redact.ts";

const shortestKeyBytes = 32;

/** @throws Error that says how to make a key, if the file cannot be used. */
export function readDigestKey(path: string): Uint8Array {
  const advice = "make one with: head -c 32 /dev/urandom > digest.key";
  let key: Buffer;
  try {
    key = readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`--digest-key-file cannot be read: ${reason}; ${advice}`, { cause: error });
  }
  if (key.byteLength < shortestKeyBytes) {
    throw new Error(
      `--digest-key-file: ${path} has ${key.byteLength} bytes, ${shortestKeyBytes} are needed; ${advice}`,
    );
  }
  return key;
}

export function createDigest(key: Uint8Array): Digest {
  return (bytes) => `hmac-sha256:${createHmac("sha256", key).update(bytes).digest("hex")}`;
}

/** In hexadecimal, over the text's UTF-8. For values that are no secrets, or digests themselves. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
