import { describe, expect, it } from "@jest/globals";
import { checkUrl, type UrlPolicy } from "../../src/git/url-policy.ts";

const strict: UrlPolicy = {
  allowFileUrls: false,
  allowPrivateAddresses: false,
  resolve: (host) =>
    Promise.resolve(host === "inside.example.com" ? ["93.184.216.34", "10.1.2.3"] : ["93.184.216.34"]),
};

async function outcome(url: string, policy = strict): Promise<string> {
  const result = await checkUrl(url, policy);
  return result.type === "Done" ? result.value.scheme : result.fault.reason;
}

describe("a repository's URL", () => {
  it.each([
    "https://git.example.com/x.git",
    "ssh://git@git.example.com/x.git",
    "git@git.example.com:team/x.git",
  ])("may be %s", async (url) => {
    expect(["https", "ssh"]).toContain(await outcome(url));
  });

  it.each([
    "http://git.example.com/x.git",
    "git://git.example.com/x.git",
    "ext::sh -c touch% /tmp/pwned",
    "file:///srv/repository",
    "https://user:secret@git.example.com/x.git",
    "https://token@git.example.com/x.git",
    "not a url",
    "--upload-pack=x",
    "ssh://git@-oProxyCommand=x/x.git",
    "ssh://git@a$(touch${IFS}x)/x.git",
    "ssh://git@a;b/x.git",
    "ssh://user:secret@git.example.com/x.git",
  ])("must not be %s", async (url) => {
    expect(await outcome(url)).toBe("UrlNotAllowed");
  });

  it.each([
    "https://127.0.0.1/x",
    "https://2130706433/x",
    "https://0x7f.1/x",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[fe80::1]/x",
    "https://10.0.0.1/x",
    "https://172.20.1.1/x",
    "https://192.168.1.1/x",
    "https://169.254.169.254/latest",
    "https://100.64.0.1/x",
    "https://inside.example.com/x",
    "git@10.0.0.1:x",
    "ssh://git@10.0.0.1:2222/x",
    "ssh://git@[::1]/x",
    "ssh://git@inside.example.com/x",
  ])("must not lead inside: %s", async (url) => {
    expect(await outcome(url)).toBe("UrlNotAllowed");
  });

  it("may lead inside, and to a file, where the administrator allows it", async () => {
    const open = { ...strict, allowFileUrls: true, allowPrivateAddresses: true };
    expect(await outcome("https://10.0.0.1/x", open)).toBe("https");
    expect(await outcome("file:///srv/repository", open)).toBe("file");
  });

  it.each([
    ["https://git.example.com/x.git", 443],
    ["ssh://git@git.example.com/x.git", 22],
    ["ssh://git@Git.Example.com:2222/x.git", 2222],
    ["git@git.example.com:x.git", 22],
  ])("is connected to at the address that was checked: %s", async (url, port) => {
    const result = await checkUrl(url, strict);
    expect(result).toMatchObject({ value: { host: "git.example.com", address: "93.184.216.34", port } });
  });

  it("never shows its credentials in the message", async () => {
    const result = await checkUrl("https://user:secret@git.example.com/x.git", strict);
    expect(JSON.stringify(result)).not.toContain("secret@");
  });
});
