/** Kubernetes Events: few, and never in the way. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { ApiFailure } from "../../src/kubernetes/api-failure.ts";
import { createEventRecorder, type EventNote, type EventRecorder } from "../../src/kubernetes/events.ts";
import { createWriter } from "../../src/kubernetes/write.ts";
import { refuse, reply, type ScriptedServer, startScriptedServer } from "../support/scripted-server.ts";

const note: EventNote = {
  regarding: {
    group: "holdfast.dev",
    version: "v1alpha1",
    kind: "GitRepoPolicy",
    namespace: "payments",
    name: "payments",
    uid: "u",
  },
  type: "Warning",
  reason: "Drifted",
  action: "Detect",
  note: "Deployment payments/web differs at spec.replicas",
};
const path = "/apis/events.k8s.io/v1/namespaces/payments/events";
const startMs = Date.UTC(2026, 0, 1);

describe("an event recorder", () => {
  let server: ScriptedServer;
  let recorder: EventRecorder;
  let failures: ApiFailure[];
  let nowMs: number;

  beforeEach(async () => {
    server = await startScriptedServer();
    failures = [];
    nowMs = startMs;
    recorder = createEventRecorder(
      {
        writer: createWriter(server.transport()),
        instance: "holdfast-0",
        onFailure: (failure) => failures.push(failure),
        nowMs: () => nowMs,
        random: () => 0.5,
      },
      new AbortController().signal,
    );
    server.script(path, reply(201, {}));
  });
  afterEach(async () => {
    await server.close();
  });

  it("writes what happened, to whom", async () => {
    recorder.record(note);
    await recorder.drained();
    const [request] = server.requests;
    expect(request?.method).toBe("POST");
    expect(JSON.parse(request?.body ?? "")).toMatchObject({
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      eventTime: "2026-01-01T00:00:00.000000Z",
      type: "Warning",
      reason: "Drifted",
      action: "Detect",
      note: note.note,
      reportingController: "holdfast.dev/holdfast",
      reportingInstance: "holdfast-0",
      regarding: {
        apiVersion: "holdfast.dev/v1alpha1",
        kind: "GitRepoPolicy",
        namespace: "payments",
        name: "payments",
      },
    });
  });

  it("makes repetitions one series, written once a minute at most", async () => {
    recorder.record(note);
    await recorder.drained();
    const name = (JSON.parse(server.requests[0]?.body ?? "") as { metadata: { name: string } }).metadata.name;
    server.script(`${path}/${name}`, reply(200, {}));
    for (let repetition = 0; repetition < 90; repetition += 1) {
      nowMs += 1_000;
      recorder.record(note);
    }
    await recorder.drained();
    expect(server.requests.map((request) => request.method)).toEqual(["POST", "PATCH"]);
    expect(JSON.parse(server.requests[1]?.body ?? "")).toEqual({
      series: { count: 61, lastObservedTime: "2026-01-01T00:01:00.000000Z" },
    });
  });

  it("begins a new Event after a while, and for anything else", async () => {
    recorder.record(note);
    nowMs += 400_000;
    recorder.record(note);
    recorder.record({ ...note, reason: "RolledBack" });
    await recorder.drained();
    expect(server.requestsTo(path)).toHaveLength(3);
  });

  it("puts Events of cluster-scoped objects where kubectl looks for them", async () => {
    server.script("/apis/events.k8s.io/v1/namespaces/default/events", reply(201, {}));
    recorder.record({ ...note, regarding: { ...note.regarding, namespace: "", name: "Odd:Name" } });
    await recorder.drained();
    const { metadata } = JSON.parse(server.requests[0]?.body ?? "") as { metadata: { name: string } };
    expect(metadata.name).toMatch(/^odd-name\.[0-9a-f]+$/);
  });

  it("says that an Event was lost, and cuts a flood off", async () => {
    server.script(path, refuse(403, "Forbidden"));
    for (let index = 0; index < 2_000; index += 1) recorder.record({ ...note, note: `note ${index}` });
    await recorder.drained();
    expect(failures[0]?.reason).toBe("Forbidden");
    expect(server.requests).toHaveLength(25);
  });

  it("lets a flood about one object through in drops, and others' Events at once", async () => {
    const other = { ...note, regarding: { ...note.regarding, name: "other" } };
    const tell = (one: EventNote) => {
      for (let index = 0; index < 100; index += 1) recorder.record({ ...one, note: `${nowMs} ${index}` });
    };
    tell(note);
    tell(other);
    await recorder.drained();
    expect(server.requestsTo(path)).toHaveLength(50);
    nowMs += 30_000;
    tell(note);
    await recorder.drained();
    expect(server.requestsTo(path)).toHaveLength(53);
  });
});
