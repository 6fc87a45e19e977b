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
    ["HostKeyUnknown", "@@@@@@@@@@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n@@@@@@@@@@@@"],
    ["RefNotFound", "fatal: couldn't find remote ref refs/heads/gone"],
    [
      "Unreachable",
      "fatal: unable to access 'https://git.example.com/': Could not resolve host: git.example.com",
    ],
  ])("%s", (reason, stderr) => {
    expect(faultOf(stderr).reason).toBe(reason);
  });

  it.each([
    ["there is no ssh", "exec timeout 60 ssh -F x: 1: exec: timeout: not found\nfatal: Could not read"],
    ["there is no ssh", "timeout: failed to run command 'ssh': No such file or directory"],
    ["a line in /etc/passwd", "No user exists for uid 65532\nfatal: Could not read from remote repository."],
  ])("what the administrator has to do about ssh: %s", (advice, stderr) => {
    expect(faultOf(stderr)).toMatchObject({
      reason: "Unreachable",
      message: expect.stringContaining(advice),
    });
    expect(faultOf(stderr).message).not.toContain("-F x");
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
