/** What the API server's answer to the dry-run of a rollback says of a finding. */
import { describe, expect, it } from "@jest/globals";
import type { ConfirmOrder, ConfirmOutcome } from "../../src/controller/confirming.ts";
import { compare } from "../../src/diff/compare.ts";
import { redactObject } from "../../src/diff/redact.ts";
import type { ApiFailure } from "../../src/kubernetes/api-failure.ts";
import type { WriteResult, WriteTarget } from "../../src/kubernetes/write.ts";
import { createConfirm } from "../../src/operator/confirm.ts";
import type { Json, JsonObject, KubernetesObject } from "../../src/resource/resource.ts";
import { refOf } from "../../src/resource/resource.ts";
import { anyNode } from "../../src/schema/schema-node.ts";
import { shippedKind } from "../../src/schema/shipped.ts";

const { signal } = new AbortController();
const digest = (bytes: Uint8Array) => `digest of ${bytes.length} bytes`;
const redact = (object: KubernetesObject) => redactObject(object, digest);

function object(kind: string, fields: JsonObject, resourceVersion?: string): KubernetesObject {
  const version = resourceVersion === undefined ? {} : { uid: "u", resourceVersion };
  const metadata = { name: "settings", namespace: "shop", ...version };
  const apiVersion = kind === "Role" ? "rbac.authorization.k8s.io/v1" : "v1";
  return { apiVersion, kind, metadata, ...fields };
}

function configMap(data: JsonObject, resourceVersion?: string): KubernetesObject {
  return object("ConfigMap", { data }, resourceVersion);
}

const desired = configMap({ mode: "fast" });
const live = configMap({ mode: "hacked", extra: "x" }, "7");

/** The order for everything that differs; what is live is redacted, as it always is. */
function orderOf(what: KubernetesObject, is: KubernetesObject): ConfirmOrder {
  const schema = shippedKind(refOf(what))?.schema ?? anyNode;
  const { changes } = compare({ desired: redact(what), live: redact(is), schema, mode: "Exact" });
  const rules = { ignore: [], trust: [] };
  return {
    resource: refOf(what),
    changes,
    desired: what,
    live: redact(is),
    schema,
    policy: { mode: "Exact", rules },
  };
}

interface Asked {
  readonly target: WriteTarget;
  readonly operations: Json;
}

/** An API server that gives these answers, one after the other, the last one for ever. */
function asking(answers: readonly WriteResult[], now: WriteResult = { type: "Written", object: live }) {
  const asked: Asked[] = [];
  const refused: string[] = [];
  let nowMs = 0;
  const confirm = createConfirm({
    writer: {
      patch(target, operations) {
        const answer = answers[Math.min(asked.length, answers.length - 1)];
        asked.push({ target, operations });
        return answer === undefined
          ? Promise.reject(new Error("asked for nothing"))
          : Promise.resolve(answer);
      },
      read: () => Promise.resolve(now),
    },
    discovery: {
      find: ({ group, version, kind }) => ({
        group,
        version,
        kind,
        plural: `${kind.toLowerCase()}s`,
        namespaced: true,
        verbs: [],
      }),
    },
    now: () => nowMs,
    random: () => 1,
    redact,
    refused: ({ kind }, reason) => refused.push(`${kind} ${reason}`),
  });
  return {
    asked,
    refused,
    confirm: (order = orderOf(desired, live)) => confirm(order, signal),
    wait(ms: number) {
      nowMs += ms;
    },
  };
}

function failed(reason: ApiFailure["reason"], code: number, more: Partial<ApiFailure> = {}): WriteResult {
  return { type: "Failed", failure: { reason, code, message: "the server's words", ...more } };
}

const answered = (...insisted: readonly string[]): ConfirmOutcome => ({
  type: "Answered",
  insisted: new Set(insisted),
});
const written = (body: KubernetesObject): WriteResult => ({ type: "Written", object: body });

describe("a dry-run", () => {
  it("is exactly the rollback, guarded by the version that was judged, as the operator itself", async () => {
    const server = asking([written(configMap({ mode: "fast" }, "7"))]);
    expect(await server.confirm()).toEqual(answered());
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]?.target).toMatchObject({ dryRun: true, namespace: "shop", name: "settings" });
    expect(server.asked[0]?.target.as).toBeUndefined();
    expect(server.asked[0]?.operations).toEqual([
      { op: "replace", path: "/metadata/resourceVersion", value: "7" },
      { op: "remove", path: "/data/extra" },
      { op: "replace", path: "/data/mode", value: "fast" },
    ]);
  });

  it.each([
    ["that puts the live value back", { mode: "hacked" }, ["data.mode"]],
    ["that puts the addition back", { mode: "fast", extra: "x" }, ["data.extra"]],
    ["that puts another value there", { mode: "slow", extra: "y" }, []],
    ["that adds something else", { mode: "fast", more: "z" }, []],
  ] as const)("shows an admission %s", async (_, data, insisted) => {
    const server = asking([written(configMap(data, "7"))]);
    expect(await server.confirm()).toEqual(answered(...insisted));
  });

  it("of a Secret compares digests, and needs no value", async () => {
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const secret = (token: string, version?: string) =>
      object("Secret", { data: { token: base64(token) }, type: "Opaque" }, version);
    const order = orderOf(secret("in-git"), secret("by-hand", "7"));
    const server = asking([written(secret("by-hand", "7"))]);
    expect(JSON.stringify([order.changes, order.live])).not.toContain(base64("by-hand"));
    expect(await server.confirm(order)).toEqual(answered("data.token"));
  });

  it("is never made of RBAC: the API server refuses who does not hold what is granted", async () => {
    const rule = (verb: string) => ({ rules: [{ apiGroups: [""], resources: ["pods"], verbs: [verb] }] });
    const order = orderOf(object("Role", rule("get")), object("Role", rule("*"), "7"));
    const server = asking([]);
    expect(await server.confirm(order)).toEqual({ type: "NotSettled" });
    expect(server.asked).toEqual([]);
  });
});

describe("a refusal", () => {
  it("of a field that may not be changed says that it would be: the finding is real", async () => {
    const server = asking([failed("Invalid", 422, { fields: ["data"] })]);
    expect(await server.confirm()).toEqual(answered());
  });

  it("of an object that has moved settles nothing, and its next version is asked about", async () => {
    const moved = written(configMap({ mode: "hacked" }, "8"));
    const server = asking([failed("Invalid", 422, { fields: ["data"] }), failed("Conflict", 409)], moved);
    expect(await server.confirm()).toEqual({ type: "NotSettled" });
    expect(await server.confirm()).toEqual({ type: "NotSettled" });
    expect(server.asked).toHaveLength(2);
    expect(server.refused).toEqual([]);
  });

  it.each([
    ["for want of a right", failed("Forbidden", 403)],
    ["by an admission policy, which names no field", failed("Invalid", 422)],
  ])("%s settles nothing, and is not asked for again for a while", async (_, refusal) => {
    const server = asking([refusal, written(configMap({ mode: "fast" }, "7"))]);
    expect(await server.confirm()).toEqual({ type: "NotSettled" });
    server.wait(599_999);
    expect(await server.confirm()).toEqual({ type: "NotSettled" });
    expect(server.asked).toHaveLength(1);
    expect(server.refused).toHaveLength(1);
    server.wait(1);
    expect(await server.confirm()).toEqual(answered());
  });

  it("of one kind says nothing of another", async () => {
    const server = asking([failed("Forbidden", 403), written(object("Service", {}, "7"))]);
    await server.confirm();
    const service = orderOf(object("Service", { spec: {} }), object("Service", { spec: {} }, "7"));
    expect(await server.confirm(service)).toEqual(answered());
  });
});

describe("a failure that passes", () => {
  it.each([
    ["Unreachable", 0],
    ["TooManyRequests", 429],
    ["Other", 500],
  ] as const)("(%s %i) is tried again, later each time", async (reason, code) => {
    const server = asking([failed(reason, code)]);
    expect(await server.confirm()).toEqual({ type: "NotSettled", retryMs: 5_000 });
    server.wait(1_000);
    expect(await server.confirm()).toEqual({ type: "NotSettled", retryMs: 4_000 });
    server.wait(4_000);
    expect(await server.confirm()).toEqual({ type: "NotSettled", retryMs: 10_000 });
    expect(server.asked).toHaveLength(2);
    // Said once.
    expect(server.refused).toEqual([`ConfigMap ${reason}`]);
  });

  it.each([
    ["an answer", written(configMap({ mode: "fast" }, "7"))],
    ["a refusal of the field", failed("Invalid", 422, { fields: ["data"] })],
  ])("is the first of its kind again after %s", async (_, answer) => {
    const down = failed("Unreachable", 0);
    const server = asking([down, answer, down]);
    await server.confirm();
    server.wait(5_000);
    expect(await server.confirm()).toEqual(answered());
    expect(await server.confirm()).toEqual({ type: "NotSettled", retryMs: 5_000 });
    expect(server.refused).toHaveLength(2);
  });
});
