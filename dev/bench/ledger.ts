/** `node dev/bench/ledger.ts [ENTRIES]`: what the ledger takes at its size, on this machine's disk. */
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { exportLedger } from "../../src/history/export-ledger.ts";
import { openLedgerStore } from "../../src/history/ledger-store.ts";
import type { EntryDraft } from "../../src/ledger/entry.ts";
import { seal } from "../../src/ledger/sealing.ts";
import { signersOf } from "../../src/ledger/signed-note.ts";
import { Verifier } from "../../src/ledger/verify.ts";

const entries = Number(process.argv[2] ?? 1_000_000);
const batch = 25;
const samples = 1_000;

const signerOf = signersOf(generateKeyPairSync("ed25519").privateKey);
const directory = mkdtempSync(join(tmpdir(), "holdfast-ledger-bench-"));
const path = join(directory, "ledger.sqlite");
const store = openLedgerStore(path);
try {
  const filled = times(entries / batch, (i) =>
    store.append(
      Array.from({ length: batch }, (_, j) => draft(i * batch + j)),
      signerOf,
    ),
  );
  row(`${batch} entries, as the operator writes them`, filled);
  row(
    "one entry",
    times(samples, (i) => store.append([draft(entries + i)], signerOf)),
  );
  row(
    "one entry, waiting for the disk",
    times(samples, (i) => store.append([draft(entries + i)], signerOf, { durable: true })),
  );
  for (const [what, filter] of [
    ["of one object", { kind: "ConfigMap", namespace: "shop", name: "settings-7" }],
    ["of one policy", { policy: "shop/policy-3" }],
    ["of one type", { types: ["DriftResolved"] }],
    ["since a time", { since: new Date(1_767_225_600_000 + (entries - 50) * 1_000).toISOString() }],
  ] as const)
    row(
      `a page of 100 ${what}`,
      times(20, () => store.find(filter, { limit: 100 })),
    );
  const began = performance.now();
  const size = verify();
  const seconds = (performance.now() - began) / 1_000;
  console.log(`verifying ${size} entries: ${seconds.toFixed(1)} s`);
  console.log(`on disk: ${(statSync(path).size / size).toFixed(0)} bytes an entry`);
} finally {
  store.close();
  rmSync(directory, { recursive: true, force: true });
}

function draft(i: number): EntryDraft {
  const openings = [
    seal(`value ${i}`, "AAAAAAAAAAAAAAAAAAAAAA=="),
    seal({ mode: i }, "AQEBAQEBAQEBAQEBAQEBAQ=="),
  ];
  const [desired, live] = openings.map(({ sealed }) => ({ sealed }));
  return {
    entry: {
      id: "01ARYZ6S410000000000000000",
      type: i % 4 === 0 ? "DriftResolved" : "DriftDetected",
      cluster: "7f6b2a52-3f0e-4d43-8f52-3f7c6d8b5a11",
      operator: { version: "0.1.0", instance: "holdfast-6d4f8b7c9-x2x7z" },
      policy: { namespace: "shop", name: `policy-${i % 10}`, uid: "uid", generation: 1 },
      object: {
        group: "",
        version: "v1",
        kind: "ConfigMap",
        namespace: "shop",
        name: `settings-${i % 10_000}`,
        uid: "uid",
        resourceVersion: String(i),
      },
      drift: {
        type: "Modified",
        record: `settings-${i % 10_000}-abcdef`,
        revision: "main@sha1:0123456789012345678901234567890123456789",
        changesTotal: 1,
        changes: [
          {
            type: "Modified",
            path: "data.mode",
            ...(desired === undefined ? {} : { desired }),
            ...(live === undefined ? {} : { live }),
            managers: ["kubectl-edit"],
          },
        ],
        firstSeenTime: "2026-01-01T00:00:00.000Z",
      },
      times: { recorded: new Date(1_767_225_600_000 + i * 1_000).toISOString() },
    },
    openings,
  };
}

/** In ms, each. */
function times(count: number, work: (i: number) => unknown): readonly number[] {
  return Array.from({ length: count }, (_, i) => {
    const began = performance.now();
    work(i);
    return performance.now() - began;
  });
}

function row(what: string, taken: readonly number[]): void {
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2);
  console.log(`${what}: ${at(0.5)} ms (median), ${at(0.99)} ms (p99), ${at(1)} ms (longest)`);
}

function verify(): number {
  const size = store.head()?.size ?? 0;
  const verifier = new Verifier({ key: signerOf(store.origin) });
  for (const lines of exportLedger(store, size)) for (const line of lines) verifier.take(line.slice(0, -1));
  const found = verifier.end();
  if (found.type === "Refused") throw new Error(found.message);
  return found.size;
}
