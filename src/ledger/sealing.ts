/** Values that the ledger vouches for without holding them: what is erased later breaks no proof. */
import { hash } from "node:crypto";
import type { Json } from "../resource/resource.ts";
import { canonicalJson } from "./canonical-json.ts";

/** Stands in an entry for a value that is kept beside it. */
export interface Sealed {
  /** SHA-256 over the list of salt and value in canonical form, in base64. */
  readonly sealed: string;
}

/** What a seal stands for; kept beside the entries, and erased when its time is over. */
export interface Opening extends Sealed {
  /** 16 random bytes in base64: a short value could be guessed from a bare hash. */
  readonly salt: string;
  readonly value: Json;
}

/** @throws Error for what has no canonical form. */
export function seal(value: Json, salt: string): Opening {
  return { salt, sealed: hash("sha256", canonicalJson([salt, value]), "base64"), value };
}

/** Whether the value is the one that was sealed. */
export function isTrue(opening: Opening): boolean {
  return seal(opening.value, opening.salt).sealed === opening.sealed;
}
