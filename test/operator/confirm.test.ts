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
    revision: "main@sha1:0",
    changes,
    stated: what,
    desired: what,
    live: redact(is),
    schema,
    policy: { mode: "Exact", rules },
  };
}

/** What the API server answers to dry-runs of a creation. */
type Creations = (target: WriteTarget, body: KubernetesObject) => WriteResult;

const sayingNothing: Creations = () => failed("Invalid", 422);

interface Asked {
  readonly target: WriteTarget;
  readonly operations: Json;
}

/** An API server that gives these answers, one after the other, the last one for ever. */
function asking(
  answers: readonly WriteResult[],
  now: WriteResult = { type: "Written", object: live },
  creation: Creations = sayingNothing,
) {
  const asked: Asked[] = [];
  const refused: string[] = [];
  let nowMs = 0;
  const confirm = createConfirm({
    writer: {
      create: (target, body) => Promise.resolve(creation(target, body)),
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
    refused: (verb, { kind }, reason) => refused.push(`${verb} ${kind} ${reason}`),
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
const notSettled = (retryMs?: number): ConfirmOutcome => ({
  type: "NotSettled",
  insisted: new Set(),
  ...(retryMs === undefined ? {} : { retryMs }),
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
    expect(await server.confirm(order)).toEqual(notSettled());
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
    expect(await server.confirm()).toEqual(notSettled());
    expect(await server.confirm()).toEqual(notSettled());
    expect(server.asked).toHaveLength(2);
    expect(server.refused).toEqual([]);
  });

  it.each([
    ["for want of a right", failed("Forbidden", 403)],
    ["by an admission policy, which names no field", failed("Invalid", 422)],
  ])("%s settles nothing, and is not asked for again for a while", async (_, refusal) => {
    const server = asking([refusal, written(configMap({ mode: "fast" }, "7"))]);
    expect(await server.confirm()).toEqual(notSettled());
    server.wait(599_999);
    expect(await server.confirm()).toEqual(notSettled());
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
    expect(await server.confirm()).toEqual(notSettled(5_000));
    server.wait(1_000);
    expect(await server.confirm()).toEqual(notSettled(4_000));
    server.wait(4_000);
    expect(await server.confirm()).toEqual(notSettled(10_000));
    expect(server.asked).toHaveLength(2);
    // Said once.
    expect(server.refused).toEqual([`patch ConfigMap ${reason}`]);
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
    expect(await server.confirm()).toEqual(notSettled(5_000));
    expect(server.refused).toHaveLength(2);
  });
});

describe("a dry-run of the creation", () => {
  const injected = configMap({ mode: "fast", extra: "x" }, "7");
  interface Created {
    readonly target: WriteTarget;
    readonly body: KubernetesObject;
  }

  /** An API server whose admission adds these data to what is created, and would undo every rollback. */
  function injecting(data: JsonObject, labels: { [key: string]: string } = {}) {
    const created: Created[] = [];
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels } };
    const server = asking([written(configMap({ mode: "fast" }, "7"))], written(namespace), (target, body) => {
      created.push({ target, body });
      return written({ ...body, data: { ...(body["data"] as JsonObject), ...data } }); // as made above
    });
    return { ...server, created, labels };
  }

  it("is of what Git states, in its namespace, under a free name, as the operator itself", async () => {
    const server = injecting({});
    await server.confirm();
    const metadata = { namespace: "shop", generateName: "settings-" };
    expect(server.created.map(({ body }) => body)).toEqual([{ ...desired, metadata }]);
    expect(server.created[0]?.target).toMatchObject({ dryRun: true, namespace: "shop", name: "" });
    expect(server.created[0]?.target.as).toBeUndefined();
  });

  it("is not tried of what has no free name", async () => {
    const crd = (spec: JsonObject, resourceVersion?: string): KubernetesObject => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: {
        name: "wells.example.com",
        ...(resourceVersion === undefined ? {} : { uid: "u", resourceVersion }),
      },
      spec,
    });
    const scope = (value: string, version?: string) => crd({ scope: value }, version);
    const server = asking([written(scope("Cluster"))], written(live), () => {
      throw new Error("asked for");
    });
    expect(await server.confirm(orderOf(scope("Cluster"), scope("Namespaced", "7")))).toEqual(answered());
  });

  it("explains what is put in there, and then no rollback is tried", async () => {
    const server = injecting({ extra: "x" });
    expect(await server.confirm(orderOf(desired, injected))).toEqual(answered("data.extra"));
    expect(server.asked).toEqual([]);
  });

  it("leaves what a hand did beside it, and that alone is tried", async () => {
    const server = injecting({ extra: "x" });
    expect(await server.confirm(orderOf(desired, configMap({ mode: "slow", extra: "x" }, "7")))).toEqual(
      answered("data.extra"),
    );
    expect(server.asked.map(({ operations }) => operations)).toEqual([
      [
        { op: "replace", path: "/metadata/resourceVersion", value: "7" },
        { op: "replace", path: "/data/mode", value: "fast" },
      ],
    ]);
  });

  it("says what it can where the rollback may not be tried", async () => {
    const server = asking([failed("Forbidden", 403)], written(live), (_, body) =>
      written({ ...body, data: { mode: "fast", extra: "x" } }),
    );
    expect(await server.confirm()).toEqual({ type: "NotSettled", insisted: new Set(["data.extra"]) });
  });

  it("is not asked for again as long as it explains all, for ten minutes", async () => {
    const server = injecting({ extra: "x" });
    const order = orderOf(desired, injected);
    for (const waitMs of [0, 1, 599_998]) {
      server.wait(waitMs);
      await server.confirm(order);
    }
    expect(server.created).toHaveLength(1);
    server.wait(1);
    await server.confirm(order);
    expect(server.created).toHaveLength(2);
  });

  it("is asked for again where it leaves something open: that may have come with a webhook of today", async () => {
    const server = injecting({});
    const order = orderOf(desired, injected);
    await server.confirm(order);
    await server.confirm(order);
    expect(server.created).toHaveLength(2);
  });

  it("is asked for again when the namespace's labels are others, which choose the webhooks", async () => {
    const server = injecting({ extra: "x" });
    const order = orderOf(desired, injected);
    await server.confirm(order);
    server.labels["injection"] = "disabled";
    server.wait(59_999);
    await server.confirm(order);
    expect(server.created).toHaveLength(1);
    server.wait(1);
    await server.confirm(order);
    expect(server.created).toHaveLength(2);
  });

  it("of a Secret compares digests", async () => {
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const secret = (data: JsonObject, version?: string) =>
      object("Secret", { data, type: "Opaque" }, version);
    const made = { token: base64("in-git"), more: base64("injected") };
    const server = asking([], written(live), (_, body) => written({ ...body, data: made }));
    const order = orderOf(secret({ token: base64("in-git") }), secret(made, "7"));
    expect(JSON.stringify([order.changes, order.live])).not.toContain(base64("injected"));
    expect(await server.confirm(order)).toEqual(answered("data.more"));
  });

  it("that is not permitted in one namespace is said once, and leaves the rollback to be tried", async () => {
    let asked = 0;
    const server = asking([written(configMap({ mode: "fast" }, "7"))], written(live), () => {
      asked += 1;
      return failed("Forbidden", 403);
    });
    expect(await server.confirm()).toEqual(answered());
    expect(await server.confirm()).toEqual(answered());
    expect(server.refused).toEqual(["create ConfigMap Forbidden"]);
    expect(asked).toBe(1);
    const elsewhere = { ...desired, metadata: { ...desired.metadata, namespace: "other" } };
    await server.confirm(orderOf(elsewhere, live));
    expect(asked).toBe(2);
  });

  it("that gets no answer now is waited for, and nothing is tried before", async () => {
    const server = asking([written(configMap({ mode: "fast" }, "7"))], written(live), () =>
      failed("Unreachable", 0),
    );
    expect(await server.confirm()).toEqual(notSettled(5_000));
    expect(await server.confirm()).toEqual(notSettled(5_000));
    expect(server.asked).toEqual([]);
  });
});
