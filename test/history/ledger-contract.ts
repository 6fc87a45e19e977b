/** What every store of the ledger must do, whatever it is built on. */
import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { exportLedger } from "../../src/history/export-ledger.ts";
import type { LedgerStore } from "../../src/history/ledger-store.ts";
import type { EntryDraft, EntryType } from "../../src/ledger/entry.ts";
import { seal } from "../../src/ledger/sealing.ts";
import { signersOf } from "../../src/ledger/signed-note.ts";
import { Verifier } from "../../src/ledger/verify.ts";
import { cpuMs } from "../support/cpu-time.ts";

export interface LedgerUnderTest {
  /** Opens the same ledger each time, as a restart would. */
  open(): LedgerStore;
  dispose(): void;
}

export const signerOf = signersOf(generateKeyPairSync("ed25519").privateKey);

const salt = Buffer.alloc(16).toString("base64");

export function draft(i: number, type: EntryType = "DriftDetected"): EntryDraft {
  const live = seal(`value ${i}`, salt);
  return {
    entry: {
      id: `id-${i}`,
      type,
      cluster: "c",
      operator: { version: "1", instance: "a" },
      policy: { namespace: "shop", name: `policy-${i % 2}` },
      object: { group: "", version: "v1", kind: "ConfigMap", namespace: "shop", name: `settings-${i % 3}` },
      drift: {
        type: "Modified",
        record: `r-${i}`,
        revision: "main@sha1:1",
        changesTotal: 1,
        changes: [{ type: "Added", path: "data.mode", live: { sealed: live.sealed } }],
        firstSeenTime: "2026-01-01T00:00:00.000Z",
      },
      origin: { repository: "https://git.example.com/shop.git", path: "app/settings.yaml", line: 3 },
      times: { recorded: new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString() },
    },
    openings: [live],
  };
}

export function verified(store: LedgerStore) {
  const verifier = new Verifier({ key: signerOf(store.origin) });
  const size = store.head()?.size ?? 0;
  for (const line of [...exportLedger(store, size)].flat()) verifier.take(line.slice(0, -1));
  return verifier.end();
}

export function describeLedgerStore(name: string, prepare: () => LedgerUnderTest): void {
  describe(name, () => {
    let place: LedgerUnderTest;
    let store: LedgerStore;
    beforeEach(() => {
      place = prepare();
      store = place.open();
    });
    afterEach(() => {
      store.close();
      place.dispose();
    });
    const append = (...drafts: readonly EntryDraft[]) => store.append(drafts, signerOf);
    const namesOf = (found: readonly { sequence: number }[]) => found.map(({ sequence }) => sequence);

    it("gives entries their places, and signs each new head; a restart goes on", () => {
      expect(store.head()).toBeUndefined();
      append(draft(0), draft(1));
      const { origin } = store;
      store.close();
      store = place.open();
      expect(store.origin).toBe(origin);
      const head = append(draft(2));
      expect(head).toMatchObject({ origin, size: 3 });
      expect(store.head()).toEqual(head);
      expect(verified(store)).toMatchObject({ type: "Verified", size: 3, root: head.root, opened: 3 });
    });

    it("gives every ledger a name of its own", () => {
      const other = prepare();
      const another = other.open();
      expect(another.origin).not.toBe(store.origin);
      another.close();
      other.dispose();
    });

    it("is signed with one key: another one is refused", () => {
      append(draft(0));
      const otherOf = signersOf(generateKeyPairSync("ed25519").privateKey);
      expect(() => store.append([draft(1)], otherOf)).toThrow(
        "the ledger is signed with the key holdfast.dev/",
      );
      expect(store.head()?.size).toBe(1);
    });

    it("takes all entries or none", () => {
      append(draft(0));
      const circle: Record<string, unknown> = {};
      circle["self"] = circle;
      const broken = { ...draft(1), entry: { ...draft(1).entry, origin: circle as never } };
      expect(() => append(draft(1), broken)).toThrow();
      expect(namesOf(store.page(0, 10))).toEqual([0]);
      append(draft(1));
      expect(verified(store)).toMatchObject({ type: "Verified", size: 2 });
    });

    it("goes on behind what another process has appended", () => {
      const other = place.open();
      append(draft(0));
      other.append([draft(1)], signerOf);
      append(draft(2));
      other.close();
      expect(verified(store)).toMatchObject({ type: "Verified", size: 3 });
    });

    it("gives back pages of entries with the values that they seal", () => {
      append(draft(0), draft(1), draft(2));
      const [one, two] = store.page(1, 2);
      expect(namesOf([...store.page(1, 2)])).toEqual([1, 2]);
      expect(one?.openings).toEqual(draft(1).openings);
      expect(JSON.parse(two?.text ?? "")).toMatchObject({ schema: 1, sequence: 2, id: "id-2" });
    });

    it.each([
      ["all", {}, [5, 4, 3, 2, 1, 0]],
      ["a type", { types: ["DriftResolved"] }, [5, 3]],
      ["two types", { types: ["DriftResolved", "RollbackFailed"] }, [5, 4, 3]],
      ["a policy", { policy: "shop/policy-1" }, [5, 3, 1]],
      ["an object", { kind: "ConfigMap", namespace: "shop", name: "settings-2" }, [5, 2]],
      ["a time", { since: "2026-01-01T00:04:00.000Z" }, [5, 4]],
      ["several", { policy: "shop/policy-1", since: "2026-01-01T00:02:00.000Z" }, [5, 3]],
      ["nothing that is there", { name: "x" }, []],
    ])("finds entries by %s, the newest first", (_, filter, expected) => {
      const types: readonly EntryType[] = [
        "DriftDetected",
        "DriftDetected",
        "DriftDetected",
        "DriftResolved",
        "RollbackFailed",
        "DriftResolved",
      ];
      append(...types.map((type, i) => draft(i, type)));
      expect(namesOf(store.find(filter, { limit: 10 }))).toEqual(expected);
      expect(namesOf(store.find(filter, { limit: 1 }))).toEqual(expected.slice(0, 1));
      expect(namesOf(store.find(filter, { before: 4, limit: 10 }))).toEqual(
        expected.filter((one) => one < 4),
      );
    });

    it("gives the newest entry of each policy", () => {
      append(...[0, 1, 2, 3].map((i) => draft(i)), draft(4, "DriftResolved"));
      expect(namesOf(store.newestOfPolicies(["DriftDetected"]))).toEqual([2, 3]);
      expect(namesOf(store.newestOfPolicies(["DriftDetected", "DriftResolved"]))).toEqual([4, 3]);
    });

    it("keeps the newest head, and one for each hundred entries", () => {
      for (let i = 0; i < 22; i++) append(...Array.from({ length: 10 }, (_, j) => draft(10 * i + j)));
      expect(store.heads(0, 220).map(({ size }) => size)).toEqual([90, 190, 220]);
      expect(verified(store)).toMatchObject({ type: "Verified", size: 220 });
    });

    it("takes as many entries as the operator writes at once without holding the event loop", () => {
      const work: number[] = [];
      for (let i = 0; i < 100; i++) {
        const drafts = Array.from({ length: 25 }, (_, j) => draft(i * 25 + j));
        const before = cpuMs();
        append(...drafts);
        work.push(cpuMs() - before);
      }
      expect(verified(store)).toMatchObject({ type: "Verified", size: 2_500 });
      const sorted = work.toSorted((a, b) => a - b);
      expect(sorted[50]).toBeLessThan(20);
    });
  });
}
