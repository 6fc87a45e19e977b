/**
 * The comparison against thousands of random objects and edits on the real API server: nothing is found that nobody did,
 * all is found that somebody did, and the rollback undoes exactly that. `make fuzz` plays more rounds of it.
 */
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { useApiServer } from "../support/api-server.ts";
import { type Arena, openArena } from "../support/fuzz/arena.ts";
import { type Client, createClient } from "../support/fuzz/client.ts";
import type { Failure, Fault } from "../support/fuzz/failure.ts";
import { type FuzzResult, fuzz, type Round } from "../support/fuzz/fuzz.ts";
import { goldenCase } from "../support/fuzz/golden-case.ts";
import { scoresPage } from "../support/fuzz/scores.ts";
import { classOf, shrunk } from "../support/fuzz/shrink.ts";

const api = useApiServer();

/** Of `make test`: always the same ones, so that it fails only where something changed. */
const usualRounds = 400;
const usualSeed = 1;
/** On a loaded machine a round takes a tenth of a second. */
const roundMs = 250;
const mostShown = 10;

const rounds = numberFrom("ROUNDS", usualRounds);
const seed = numberFrom("SEED", usualSeed);
const first = numberFrom("FIRST", 0);

let client: Client;
let arena: Arena;
let result: FuzzResult;

beforeAll(
  async () => {
    client = await createClient(api.kubeconfig("admin"), 16);
    arena = await openArena(client, `fuzz-${randomBytes(3).toString("hex")}`, "Exact");
    result = await fuzz(arena, { rounds, seed, first });
    if (process.env["SCORES"] !== undefined) {
      writeFileSync(
        join(import.meta.dirname, "../../docs/detection-scores.md"),
        scoresPage({ ...result, seed }),
      );
    }
  },
  120_000 + rounds * roundMs,
);

afterAll(async () => {
  await arena.close();
  client.close();
});

describe(`${rounds} random objects (SEED=${seed} FIRST=${first})`, () => {
  it("are accepted by the API server, most of them, with what chance put into them", () => {
    expect(result.refused.length).toBeLessThan(rounds / 5);
    expect(result.rounds.filter(({ result }) => result === "NotDelivered").length).toBeLessThan(rounds / 20);
    expect(result.rounds.filter(({ result }) => result === "NotEdited").length).toBeLessThan(rounds / 20);
  });

  it.each<[string, Fault]>([
    ["are in sync as they were delivered", "FalseAlarm"],
    ["are drifted, at the very place, once they are edited by hand", "Missed"],
    ["can be rolled back as far as the API server allows it", "RollbackRefused"],
    ["are as they were before the edit once they are rolled back", "RollbackNotExact"],
  ])("%s", async (_, fault) => {
    const failed = result.rounds.filter(({ failures }) =>
      failures.some((failure) => failure.fault === fault),
    );
    expect(await shown(failed, fault)).toEqual([]);
  });
});

/** One failure of each class, made small, with what is needed to play its round again. */
async function shown(failed: readonly Round[], fault: Fault): Promise<readonly string[]> {
  const classes = new Map<string, { readonly round: Round; readonly failure: Failure }>();
  for (const round of failed) {
    for (const failure of round.failures) {
      if (failure.fault === fault && !classes.has(classOf(failure)))
        classes.set(classOf(failure), { round, failure });
    }
  }
  const texts: string[] = [];
  for (const [name, { round, failure }] of [...classes].slice(0, mostShown)) {
    const small = await shrunk(arena, { ...round, failure });
    const editor = round.method === undefined ? "" : `, edited with ${round.method} as ${round.manager}`;
    const command = `make fuzz SEED=${seed} FIRST=${round.round} ROUNDS=1`;
    texts.push(`${name} (${command}; delivered by ${round.way}${editor})\n${goldenCase(small)}`);
  }
  return texts;
}

function numberFrom(name: string, otherwise: number): number {
  const text = process.env[name];
  return text === undefined || text === "" ? otherwise : Number(text);
}
