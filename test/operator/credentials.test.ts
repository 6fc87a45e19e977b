/** The Secret that a policy names: what Git is given of it, and what is said where it cannot be had. */
import { describe, expect, it } from "@jest/globals";
import type { Policy } from "../../src/api/policy.ts";
import type { WriteResult, Writer } from "../../src/kubernetes/write.ts";
import { readCredentials } from "../../src/operator/credentials.ts";
import type { JsonObject } from "../../src/resource/resource.ts";
import { defaultDetection } from "../support/detection.ts";

const { signal } = new AbortController();
const base64 = (text: string) => Buffer.from(text).toString("base64");

function policy(secretName?: string): Policy {
  return {
    namespace: "shop",
    name: "main",
    uid: "u",
    generation: 1,
    source: {
      url: "https://git.example.com/x.git",
      ref: { branch: "main" },
      path: "",
      render: "Auto",
      intervalSeconds: 60,
      ...(secretName === undefined ? {} : { secretName }),
    },
    targetNamespace: "shop",
    detection: defaultDetection,
    rollback: { mode: "Never" },
    suspend: false,
  };
}

/** Answers every reading with this; nothing else is asked of it. */
function reader(answer: WriteResult): { readonly writer: Writer; readonly asked: string[] } {
  const asked: string[] = [];
  const refuse = () => Promise.reject(new Error("credentials are only ever read"));
  const writer: Writer = {
    create: refuse,
    patch: refuse,
    merge: refuse,
    delete: refuse,
    read: ({ resource, namespace, name }) => {
      asked.push(`${resource.plural} ${namespace}/${name}`);
      return Promise.resolve(answer);
    },
  };
  return { writer, asked };
}

function secret(data: JsonObject | null): WriteResult {
  const metadata = { name: "git-credentials", namespace: "shop" };
  return { type: "Written", object: { apiVersion: "v1", kind: "Secret", metadata, data } };
}

function failure(reason: "NotFound" | "Forbidden" | "Unreachable", message: string): WriteResult {
  return { type: "Failed", failure: { reason, code: 0, message } };
}

describe("credentials", () => {
  it("are none, and no Secret is read, where the policy names none", async () => {
    const { writer, asked } = reader(secret({}));
    expect(await readCredentials(writer, policy(), signal)).toEqual({ type: "Done", value: undefined });
    expect(asked).toEqual([]);
  });

  it("are the Secret's known keys, decoded, from the policy's own namespace", async () => {
    const data = { username: base64("reader"), password: base64("pass:wörd"), unrelated: base64("x") };
    const { writer, asked } = reader(secret(data));
    expect(await readCredentials(writer, policy("git-credentials"), signal)).toEqual({
      type: "Done",
      value: { username: "reader", password: "pass:wörd" },
    });
    expect(asked).toEqual(["secrets shop/git-credentials"]);
  });

  it.each([
    [{ bearerToken: base64("t") }, { bearerToken: "t" }],
    [
      { identity: base64("key"), known_hosts: base64("host") },
      { identity: "key", knownHosts: "host" },
    ],
    // As cert-manager and Argo CD name it.
    [
      { "ca.crt": base64("ca"), bearerToken: base64("t") },
      { caFile: "ca", bearerToken: "t" },
    ],
  ])("of the keys in %j are %j", async (data, value) => {
    const { writer } = reader(secret(data));
    expect(await readCredentials(writer, policy("git-credentials"), signal)).toEqual({ type: "Done", value });
  });
});

describe("a Secret that is of no use", () => {
  const fault = async (answer: WriteResult) => {
    const result = await readCredentials(reader(answer).writer, policy("git-credentials"), signal);
    return result.type === "Failed" ? `${result.fault.reason}: ${result.fault.message}` : "none";
  };
  const where = "Secret shop/git-credentials of spec.source.secretRef";

  it("because it is not there, is named, with the field that names it", async () => {
    const answer = failure("NotFound", 'secrets "git-credentials" not found');
    expect(await fault(answer)).toBe(
      `AuthenticationFailed: ${where} cannot be read: secrets "git-credentials" not found`,
    );
  });

  it("because the operator may not read it, is named, with the right that is missing", async () => {
    const message =
      'secrets "git-credentials" is forbidden: User "system:serviceaccount:holdfast-system:holdfast" cannot get resource "secrets"';
    expect(await fault(failure("Forbidden", message))).toBe(
      `AuthenticationFailed: ${where} cannot be read: ${message}`,
    );
  });

  it("because the API server is away, is no fault of the credentials: it passes", async () => {
    expect(await fault(failure("Unreachable", "connect ECONNREFUSED"))).toMatch(
      /^Unreachable: .*ECONNREFUSED/,
    );
  });

  it.each([
    ["other keys alone", { user: base64("x"), token: base64("secret-value") }],
    ["nothing", {}],
    ["no data at all", null],
  ])("because it has %s, says which keys it might have, and no value", async (_, data) => {
    const said = await fault(secret(data));
    expect(said).toMatch(
      /^AuthenticationFailed: .* has none of the keys username, password, bearerToken, identity, known_hosts, caFile/,
    );
    expect(said).not.toContain("secret-value");
  });
});
