/** The tree of RFC 6962, as far as one needs to know it to append: the roots of its whole subtrees, from left to right. */
import { hash } from "node:crypto";

/** SHA-256, 32 bytes. */
export type Hash = Uint8Array;

export const hashBytes = 32;

/** RFC 6962, 2.1: the root of a tree without leaves. */
const emptyRoot: Hash = hash("sha256", "", "buffer");

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

/** RFC 6962, 2.1: leaves and nodes are hashed with different first bytes, so that none can pass for the other. */
export function leafHash(bytes: Uint8Array): Hash {
  return hash("sha256", Buffer.concat([leafPrefix, bytes]), "buffer");
}

function nodeHash(left: Hash, right: Hash): Hash {
  return hash("sha256", Buffer.concat([nodePrefix, left, right]), "buffer");
}

/** A tree to which leaves are appended; of each, only what later ones need is kept: at most 53 hashes. */
export class MerkleTree {
  #size: number;
  /** The roots of the largest whole subtrees, one for each bit of the size, the largest first. */
  readonly #subtrees: Hash[];

  /** @throws Error if there are not as many subtrees as a tree of that size has. */
  constructor(size = 0, subtrees: readonly Hash[] = []) {
    if (subtrees.length !== bitsOf(size))
      throw new Error(`a tree of ${size} leaves has ${bitsOf(size)} whole subtrees, not ${subtrees.length}`);
    this.#size = size;
    this.#subtrees = [...subtrees];
  }

  get size(): number {
    return this.#size;
  }

  get subtrees(): readonly Hash[] {
    return this.#subtrees;
  }

  append(leaf: Hash): void {
    let node = leaf;
    // As adding one to a binary number carries: two whole subtrees of one size become one.
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      const left = this.#subtrees.pop();
      if (left !== undefined) node = nodeHash(left, node);
    }
    this.#subtrees.push(node);
    this.#size += 1;
  }

  /** RFC 6962, 2.1: the left part of a tree is the largest whole one, so the subtrees join from the right. */
  root(): Hash {
    const last = this.#subtrees.at(-1);
    if (last === undefined) return emptyRoot;
    return this.#subtrees.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
  }
}

function bitsOf(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
