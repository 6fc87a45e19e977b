/** What a new life takes over from the DriftRecords of the one before. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readRecords } from "../../src/operator/restore.ts";
import type { Json, JsonObject } from "../../src/resource/resource.ts";
import { refuse, reply, type ScriptedServer, startScriptedServer } from "../support/scripted-server.ts";

const path = "/apis/holdfast.dev/v1alpha1/driftrecords";
const { signal } = new AbortController();
let server: ScriptedServer;

beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

function record(name: string, status?: JsonObject): Json {
  return {
    metadata: { name, namespace: "shop" },
    spec: {
      policyName: "main",
      object: {
        group: "apps",
        version: "v1",
        kind: "Deployment",
        namespace: "shop",
        name,
        uid: `uid-${name}`,
      },
      type: "Modified",
      revision: "main@sha1:2",
      deliveredRevision: "main@sha1:1",
      firstSeenTime: "2026-01-01T00:00:00Z",
    },
    ...(status === undefined ? {} : { status }),
  };
}

function page(items: readonly Json[], token = ""): Json {
  return { kind: "DriftRecordList", metadata: { continue: token }, items };
}

async function restored(...items: readonly Json[]) {
  server.script(path, reply(200, page(items)));
  return await readRecords(server.transport(), signal);
}

describe("an open record", () => {
  it("becomes the episode that it tells, with its first sight", async () => {
    const { open, resolved } = await restored(record("web", { lastSeenTime: "2026-01-01T00:05:00Z" }));
    expect(resolved).toEqual([]);
    expect(open).toEqual([
      {
        key: "apps/Deployment/shop/web",
        episode: expect.objectContaining({
          recordName: "web",
          policy: "shop/main",
          uid: "uid-web",
          type: "Modified",
          revision: "main@sha1:2",
          deliveredRevision: "main@sha1:1",
          firstSeenAt: new Date("2026-01-01T00:00:00Z"),
          lastSeenAt: new Date("2026-01-01T00:05:00Z"),
        }),
      },
    ]);
    // What was judged is judged anew.
    expect(open[0]?.episode.verdict).toBeUndefined();
    expect(open[0]?.episode.attempt).toBeUndefined();
  });

  it("that never got its status, because the process ended before that, is one all the same", async () => {
    const { open } = await restored(record("web"));
    expect(open[0]?.episode.lastSeenAt).toEqual(new Date("2026-01-01T00:00:00Z"));
  });

  it("keeps the write that was made and not seen to have worked", async () => {
    const rollback = { result: "Written", message: "", time: "2026-01-01T00:06:00Z" };
    const { open } = await restored(record("web", { rollback }));
    expect(open[0]?.episode.attempt).toMatchObject({
      result: "Written",
      atMs: Date.parse("2026-01-01T00:06:00Z"),
    });
  });
});

describe("all records", () => {
  it("are read page by page, resolved ones with their end", async () => {
    const status = { resolution: "RolledBack", resolvedTime: "2026-01-01T00:07:00Z" };
    server.script(path, reply(200, page([record("a")], "next")), reply(200, page([record("b", status)])));
    const { open, resolved } = await readRecords(server.transport(), signal);
    expect(open.map(({ episode }) => episode.recordName)).toEqual(["a"]);
    expect(resolved).toEqual([
      { name: { namespace: "shop", name: "b", policy: "main" }, atMs: Date.parse("2026-01-01T00:07:00Z") },
    ]);
    expect(server.requests.map(({ query }) => query.get("continue"))).toEqual([null, "next"]);
  });

  it("that nobody can make sense of are passed over, and cost no other", async () => {
    const odd: readonly Json[] = [
      null,
      {},
      { metadata: { name: "x" } },
      { metadata: { name: "x", namespace: "y" } },
    ];
    const { open } = await restored(...odd, record("web"));
    expect(open).toHaveLength(1);
  });

  it("that cannot be read are no empty list: a drift would be recorded twice", async () => {
    server.script(path, refuse(403, "Forbidden"));
    await expect(readRecords(server.transport(), signal)).rejects.toThrow(
      "reading DriftRecords: scripted: Forbidden",
    );
  });
});
