import { expect, it } from "@jest/globals";
import { readServerVersion } from "../../src/kubernetes/server-version.ts";
import type { ApiRequest, ApiResponse } from "../../src/kubernetes/transport.ts";

const { signal } = new AbortController();

async function read(response: ApiResponse) {
  const asked: ApiRequest[] = [];
  const request = (call: ApiRequest) => {
    asked.push(call);
    return Promise.resolve(response);
  };
  const version = await readServerVersion({ request }, signal);
  expect(asked).toEqual([{ method: "GET", path: "/version" }]);
  return version;
}

it("the release of the API server is what it says of itself", async () => {
  expect(await read({ type: "Ok", json: { major: "1", minor: "36", gitVersion: "v1.36.3" } })).toBe(
    "v1.36.3",
  );
});

it("a server that does not tell its release is of none that is known", async () => {
  expect(await read({ type: "Ok", json: {} })).toBeUndefined();
  const failure = { reason: "Forbidden", code: 403, message: "no" } as const;
  expect(await read({ type: "Failed", failure })).toBeUndefined();
});
