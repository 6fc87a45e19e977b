import { describe, expect, it } from "@jest/globals";
import { faultOf } from "../../src/git/faults.ts";

describe("what Git wrote becomes", () => {
  it.each([
    [
      "Redirected",
      "fatal: unable to update url base from redirection:\n  asked for: https://a\n   redirect: https://b",
    ],
    ["AuthenticationFailed", "fatal: Authentication failed for 'https://git.example.com/x.git/'"],
    [
      "AuthenticationFailed",
      "fatal: could not read Username for 'https://git.example.com': terminal prompts disabled",
    ],
    [
      "AuthenticationFailed",
      "fatal: unable to access 'https://git.example.com/x.git/': The requested URL returned error: 403",
    ],
    ["HostKeyUnknown", "No ED25519 host key is known for git.example.com.\nHost key verification failed."],
    ["RefNotFound", "fatal: couldn't find remote ref refs/heads/gone"],
    [
      "Unreachable",
      "fatal: unable to access 'https://git.example.com/': Could not resolve host: git.example.com",
    ],
  ])("%s", (reason, stderr) => {
    expect(faultOf(stderr).reason).toBe(reason);
  });

  it("one bounded line without any secret", () => {
    const fault = faultOf(`fatal: https://user:hunter2@host/ token-1234 \n${"x".repeat(5_000)}`, {
      password: "hunter2",
      bearerToken: "token-1234",
    });
    expect(fault.message).not.toMatch(/hunter2|token-1234|\n/);
    expect(fault.message.length).toBeLessThan(600);
  });
});
