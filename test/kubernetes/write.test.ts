/** Writes, as they are on the wire, and what their answers mean. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createWriter, type Writer, type WriteTarget } from "../../src/kubernetes/write.ts";
import {
  configMap,
  refuse,
  reply,
  type ScriptedServer,
  startScriptedServer,
} from "../support/scripted-server.ts";

const target: WriteTarget = {
  resource: {
    group: "rbac.authorization.k8s.io",
    version: "v1",
    kind: "Role",
    plural: "roles",
    namespaced: true,
    verbs: [],
  },
  namespace: "payments",
  name: "MyRole:Admin",
};
const collection = "/apis/rbac.authorization.k8s.io/v1/namespaces/payments/roles";
const path = `${collection}/MyRole%3AAdmin`;

describe("a writer", () => {
  const { signal } = new AbortController();
  let server: ScriptedServer;
  let writer: Writer;

  beforeEach(async () => {
    server = await startScriptedServer();
    writer = createWriter(server.transport());
    server.script(path, reply(200, configMap("a", "7")));
  });
  afterEach(async () => {
    await server.close();
  });

  it("patches as the identity it is told, under its own manager's name, and leaves names as they are", async () => {
    const as = { namespace: "payments", name: "rollback" };
    const result = await writer.patch({ ...target, as }, [{ op: "remove", path: "/rules/1" }], signal);
    expect(result).toEqual({ type: "Written", object: configMap("a", "7") });
    const [request] = server.requests;
    expect(request?.method).toBe("PATCH");
    expect(request?.path).toBe(path);
    expect(request?.headers["impersonate-user"]).toBe("system:serviceaccount:payments:rollback");
    expect(request?.headers["content-type"]).toBe("application/json-patch+json");
    expect(Object.fromEntries(request?.query ?? [])).toEqual({ fieldManager: "holdfast" });
  });

  it("can try without doing", async () => {
    await writer.patch({ ...target, dryRun: true }, [], signal);
    await writer.delete({ ...target, dryRun: true }, signal);
    expect(server.requests.map((request) => request.query.get("dryRun"))).toEqual(["All", "All"]);
  });

  it("creates in the collection", async () => {
    server.script(collection, refuse(409, "AlreadyExists"));
    const body = { apiVersion: "v1", kind: "Role", metadata: { name: "MyRole:Admin" } };
    const result = await writer.create(target, body, signal);
    expect(result).toMatchObject({ type: "Failed", failure: { reason: "AlreadyExists" } });
    expect(server.requests[0]?.method).toBe("POST");
    expect(server.requests[0]?.path).toBe(collection);
  });

  it("deletes only what it was told of", async () => {
    server.script(path, refuse(409, "Conflict"));
    const result = await writer.delete(
      { ...target, preconditions: { uid: "u", resourceVersion: "7" } },
      signal,
    );
    expect(result).toMatchObject({ type: "Failed", failure: { reason: "Conflict" } });
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
      kind: "DeleteOptions",
      apiVersion: "v1",
      propagationPolicy: "Background",
      preconditions: { uid: "u", resourceVersion: "7" },
    });
  });

  it("writes status by its own path", async () => {
    server.script(`${path}/status`, reply(200, configMap("a", "8")));
    await writer.merge({ ...target, subresource: "status" }, { status: {} }, signal);
    expect(server.requests[0]?.path).toBe(`${path}/status`);
    expect(server.requests[0]?.headers["content-type"]).toBe("application/merge-patch+json");
  });

  it("does not pass on the values of a Secret that the server quotes", async () => {
    const secrets = { ...target.resource, group: "", plural: "secrets", kind: "Secret" };
    const body = {
      message: 'Secret "a" is invalid: data[x]: Invalid value: "hunter2"',
      details: { causes: [{ field: "data[x]", message: 'Invalid value: "hunter2"' }] },
    };
    server.script("/api/v1/namespaces/payments/secrets/a", reply(422, body));
    const result = await writer.patch({ ...target, resource: secrets, name: "a" }, [], signal);
    expect(JSON.stringify(result)).not.toContain("hunter2");
    expect(result).toMatchObject({ failure: { message: "the Secret is invalid at data[x]" } });
  });
});
