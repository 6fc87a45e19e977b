/** The tree of RFC 6962, with roots that others have computed, and by its definition. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Hash, leafHash, MerkleTree } from "../../src/ledger/merkle-tree.ts";

/** google/certificate-transparency: the leaves of its reference tree in hexadecimal, and the roots over the first of them. */
const reference = [
  ["", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
  ["00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
  ["10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"],
  ["2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"],
  ["3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"],
  ["40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"],
  ["5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"],
  ["606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
] as const;
const hex = (hash: Hash) => Buffer.from(hash).toString("hex");

/** As RFC 6962, 2.1, defines it: by splitting. */
function rootOf(leaves: readonly Hash[]): Hash {
  const [first] = leaves;
  if (first === undefined) return createHash("sha256").digest();
  if (leaves.length === 1) return first;
  const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  const hash = createHash("sha256").update(Uint8Array.of(1));
  return hash
    .update(rootOf(leaves.slice(0, split)))
    .update(rootOf(leaves.slice(split)))
    .digest();
}

describe("the root", () => {
  it("of nothing is the hash of nothing", () => {
    expect(hex(new MerkleTree().root())).toBe(createHash("sha256").digest("hex"));
  });

  it("is the one of the reference tree, after each of its leaves", () => {
    const tree = new MerkleTree();
    for (const [leaf, root] of reference) {
      tree.append(leafHash(Buffer.from(leaf, "hex")));
      expect(hex(tree.root())).toBe(root);
    }
  });

  it("is the one that the definition gives, for any number of leaves, also after a restart in between", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.nat(300), (size, restart) => {
        const leaves = Array.from({ length: size }, (_, i) => leafHash(Buffer.from(String(i))));
        let tree = new MerkleTree();
        for (const [i, leaf] of leaves.entries()) {
          if (i === restart) tree = new MerkleTree(tree.size, tree.subtrees);
          tree.append(leaf);
        }
        expect(tree.size).toBe(size);
        expect(hex(tree.root())).toBe(hex(rootOf(leaves)));
      }),
    );
  });

  it("cannot go on from what is no tree of that size", () => {
    expect(() => new MerkleTree(3, [leafHash(Buffer.from("a"))])).toThrow("has 2 whole subtrees, not 1");
  });
});
