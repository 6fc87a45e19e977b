import { describe, expect, it } from "@jest/globals";
import { sshVariables } from "../../src/git/ssh-command.ts";

const options = { knownHostsFile: "/tmp/it's here/known_hosts", timeoutMs: 1_500 };

describe("the ssh that Git calls", () => {
  it.each([
    [22, "git.example.com"],
    [2222, "[git.example.com]:2222"],
  ])("at port %i knows the server by the name that ssh-keyscan writes", (port, alias) => {
    const target = { host: "git.example.com", port, address: "192.0.2.1" };
    const { GIT_SSH_COMMAND } = sshVariables(target, options);
    expect(GIT_SSH_COMMAND).toContain(`-o 'HostName=192.0.2.1' -o 'HostKeyAlias=${alias}'`);
  });

  it("looks the name up by itself where every address is allowed", () => {
    const { GIT_SSH_COMMAND } = sshVariables({ host: "git.example.com", port: 22 }, options);
    expect(GIT_SSH_COMMAND).not.toContain("HostName");
  });

  it("ends not before Git does, in whole seconds", () => {
    const { GIT_SSH_COMMAND } = sshVariables({ host: "git.example.com", port: 22 }, options);
    expect(GIT_SSH_COMMAND).toMatch(/^exec timeout 2 ssh -F \/dev\/null /);
  });
});
