/** Entries on their way to the ledger, and while it cannot be written. */
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { EntryDraft } from "../../src/ledger/entry.ts";
import { createLedgerWriter } from "../../src/operator/ledger-writer.ts";
import { draft, signerOf } from "../history/ledger-contract.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A ledger that keeps the ids of what was written, batch by batch. */
function writing() {
  const batches: string[][] = [];
  const story: string[] = [];
  let fault: string | undefined;
  const writer = createLedgerWriter({
    store: {
      append(drafts: readonly EntryDraft[]) {
        if (fault !== undefined) throw new Error(fault);
        if (drafts.length === 0) throw new Error("nothing to append");
        batches.push(drafts.map(({ entry }) => entry.id));
        return { origin: "o", size: batches.flat().length, root: new Uint8Array(32), note: "" };
      },
    },
    signerOf,
    written: ({ size }) => story.push(`written ${size}`),
    failed: (reason) => story.push(`failed: ${reason}`),
    recovered: (lost) => story.push(`recovered, lost ${lost}`),
    gapOf: (lost) => ({ ...draft(0), entry: { ...draft(0).entry, id: `gap of ${lost}` } }),
  });
  const append = (from: number, count: number) => {
    for (let i = from; i < from + count; i++) writer.append(draft(i));
  };
  return {
    writer,
    batches,
    story,
    append,
    breakIt: () => {
      fault = "disk full";
    },
    mendIt: () => {
      fault = undefined;
    },
  };
}

describe("entries", () => {
  it("of one moment are written together, a bounded number at a time", () => {
    const { append, batches } = writing();
    append(0, 30);
    expect(batches).toEqual([]);
    jest.advanceTimersByTime(0);
    expect(batches.map(({ length }) => length)).toEqual([25]);
    jest.advanceTimersByTime(1);
    expect(batches.map(({ length }) => length)).toEqual([25, 5]);
    expect(batches.flat()).toEqual(Array.from({ length: 30 }, (_, i) => `id-${i}`));
  });

  it("are on disk when flush says so, and at the end", () => {
    const { append, batches, writer } = writing();
    append(0, 60);
    expect(writer.flush()).toBe(true);
    expect(batches.flat()).toHaveLength(60);
    append(60, 1);
    writer.close();
    expect(batches.flat()).toHaveLength(61);
  });

  it("that were flushed are not looked for again: the ledger was called unwritable after each rollback", () => {
    const { append, batches, story, writer } = writing();
    append(0, 1);
    writer.flush();
    jest.advanceTimersByTime(10_000);
    expect(batches).toEqual([["id-0"]]);
    expect(story).toEqual(["written 1"]);
    expect(writer.fault()).toBeUndefined();
  });

  it("that are very many are flushed in several goes", () => {
    const { append, batches, writer } = writing();
    append(0, 130);
    expect(writer.flush()).toBe(false);
    expect(batches.flat()).toHaveLength(100);
    expect(writer.flush()).toBe(true);
    expect(batches.flat()).toHaveLength(130);
  });
});

describe("while the ledger cannot be written", () => {
  it("entries wait, in order, and are tried again each second; it is said once", () => {
    const { append, batches, breakIt, mendIt, story, writer } = writing();
    breakIt();
    append(0, 2);
    expect(writer.flush()).toBe(false);
    append(2, 1);
    jest.advanceTimersByTime(5_000);
    expect(writer.fault()).toBe("disk full");
    expect(story).toEqual(["failed: disk full"]);
    mendIt();
    jest.advanceTimersByTime(1_000);
    expect(batches).toEqual([["id-0", "id-1", "id-2"]]);
    expect(story).toEqual(["failed: disk full", "recovered, lost 0", "written 3"]);
    expect(writer.fault()).toBeUndefined();
  });

  it("so many are kept; of the others the ledger says how many there were", () => {
    const { append, batches, breakIt, mendIt, story, writer } = writing();
    breakIt();
    writer.append(draft(0));
    writer.flush();
    append(1, 10_002);
    mendIt();
    writer.close();
    expect(batches[0]?.slice(0, 2)).toEqual(["gap of 3", "id-3"]);
    expect(batches.flat()).toHaveLength(10_001);
    expect(story).toContain("recovered, lost 3");
  });
});
