/** Real Git through the machine's own ssh against a real SSH server. Where there is no ssh, these tests fail. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createRepository, type Repository } from "../../dev/demo/repository.ts";
import { remoteEnvironment } from "../../src/git/environment.ts";
import { faultOf } from "../../src/git/faults.ts";
import { createGitSource } from "../../src/git/git-source.ts";
import type { SourceCredentials } from "../../src/resource/source.ts";
import { createSshKey, type SshServer, type SshServerMode, startSshServer } from "../support/ssh-server.ts";

const { signal } = new AbortController();
const hostKey = createSshKey();
const clientKey = createSshKey();
const strangersKey = createSshKey();
let directory: string;
let repository: Repository;
let first: string;
let server: SshServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast ssh's test-"));
  repository = await createRepository(join(directory, "repository"));
  first = await repository.commit({ "app/a.yaml": "a: 1\n" });
});

afterEach(() => server.close());
afterAll(() => rm(directory, { recursive: true, force: true }));

async function start(mode?: SshServerMode): Promise<void> {
  server = await startSshServer({ hostKey, clientKey }, mode);
}

/** The Secret of a policy: by default one that is right. */
function secret(changes: SourceCredentials = {}): SourceCredentials {
  return { identity: clientKey.privateKey, knownHosts: knows("127.0.0.1"), ...changes };
}

function knows(host: string, { publicKey } = hostKey): string {
  return `[${host}]:${server.port} ${publicKey}`;
}

/** Head, revision and files in a row, as a policy's source is read. */
async function read(credentials: SourceCredentials, options: { host?: string; timeoutMs?: number } = {}) {
  const { host = "127.0.0.1", timeoutMs = 20_000 } = options;
  const git = createGitSource({
    cacheDir: join(directory, `cache ${Math.random()}`),
    allowFileUrls: false,
    allowPrivateAddresses: true,
    timeoutMs,
    concurrency: 1,
    maxFiles: 10,
    maxFileBytes: 1_000,
    maxTotalBytes: 1_000,
  });
  const url = `ssh://git@${host}:${server.port}${encodeURI(repository.directory).replaceAll("'", "%27")}`;
  const request = { url, ref: { branch: "main" }, credentials };
  const head = await git.readHead(request, signal);
  if (head.type === "Failed") return head.fault;
  const revision = await git.fetchRevision(request, head.value, signal);
  if (revision.type === "Failed") return revision.fault;
  const tree = await git.readTree(url, head.value.commit, { path: "app" }, signal);
  if (tree.type === "Failed") return tree.fault;
  return { revision: revision.value.revision, files: tree.value.map(({ path }) => path) };
}

describe("a repository behind ssh", () => {
  it("is read with the identity and the known_hosts of the policy's Secret", async () => {
    await start();
    expect(await read(secret())).toEqual({ revision: `main@sha1:${first}`, files: ["app/a.yaml"] });
  });

  it("is known by the name in the URL, however it is written", async () => {
    await start();
    expect(await read(secret({ knownHosts: knows("localhost") }), { host: "LOCALHOST" })).toMatchObject({
      revision: `main@sha1:${first}`,
    });
  });

  it("is not read where its key is another than known_hosts says, and that may be an attack", async () => {
    await start();
    expect(await read(secret({ knownHosts: knows("127.0.0.1", strangersKey) }))).toMatchObject({
      reason: "HostKeyUnknown",
      message: expect.stringMatching(/not the one in known_hosts.*spec\.source\.secretRef/),
    });
    // The client went before it said who it is.
    expect(server.methods).toEqual([]);
  });

  it.each([
    ["holds another server", () => `git.example.com ${hostKey.publicKey}`],
    ["is empty", () => ""],
    ["is not in the Secret", () => undefined],
  ])("is not read where known_hosts %s", async (_what, knownHosts) => {
    await start();
    const { identity } = secret();
    const given = knownHosts();
    const fault = await read({
      ...(identity && { identity }),
      ...(given !== undefined && { knownHosts: given }),
    });
    expect(fault).toMatchObject({
      reason: "HostKeyUnknown",
      message: expect.stringContaining("put the server's key into known_hosts of spec.source.secretRef"),
    });
    expect(server.methods).toEqual([]);
  });

  it.each([
    ["is a stranger's", () => strangersKey.privateKey],
    ["is no key", () => "what is this"],
    ["is not in the Secret", () => undefined],
  ])("refuses an identity that %s, and nobody is asked for a password", async (_what, identity) => {
    await start();
    const given = identity();
    const fault = await read({
      knownHosts: knows("127.0.0.1"),
      ...(given !== undefined && { identity: given }),
    });
    expect(fault).toMatchObject({
      reason: "AuthenticationFailed",
      message: expect.stringContaining("check the credentials in spec.source.secretRef"),
    });
    expect(server.methods).not.toContain("password");
    expect(server.methods).not.toContain("keyboard-interactive");
  });

  it.each<SshServerMode>([{ type: "Mute" }, { type: "Hang" }])(
    "that hangs is given up after the time-out, and no ssh is left behind: %j",
    async (mode) => {
      await start(mode);
      const startedAt = performance.now();
      const fault = await read(secret(), { timeoutMs: 2_000 });
      expect(fault).toEqual({ reason: "Unreachable", message: "the remote gave no answer within 2 s" });
      expect(performance.now() - startedAt).toBeLessThan(12_000);
      await waitUntil(() => server.connections() === 0);
    },
  );
});

describe("where a name was checked to have an allowed address", () => {
  /** `git ls-remote` as Holdfast runs it, with what `checkUrl` would have said. */
  async function listRemote(
    url: string,
    { knownHosts, PATH }: { knownHosts: string; PATH?: string },
  ): Promise<{ code: number | null; output: string; errors: string }> {
    const target = {
      scheme: "ssh",
      host: "git.holdfast.invalid",
      port: server.port,
      address: "127.0.0.1",
    } as const;
    const { variables, dispose } = await remoteEnvironment(directory, target, {
      credentials: secret({ knownHosts }),
      timeoutMs: 20_000,
    });
    const env = PATH === undefined ? variables : { ...variables, PATH };
    const child = spawn("/usr/bin/git", ["ls-remote", url, "HEAD"], { env });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    await dispose();
    return { code, output, errors };
  }

  it.each([
    ["ssh://", () => `ssh://git@git.holdfast.invalid:${server.port}${repository.directory}`],
    ["user@host:path", () => `git@git.holdfast.invalid:${repository.directory}`],
  ])(
    "ssh connects to that one, knows the server by its name, and never looks the name up: %s",
    async (_, url) => {
      await start();
      const { output, errors } = await listRemote(url(), { knownHosts: knows("git.holdfast.invalid") });
      expect(errors).toBe("");
      expect(output).toBe(`${first}\tHEAD\n`);
    },
  );

  it("the address is not what known_hosts is asked for", async () => {
    await start();
    const { errors } = await listRemote(`git@git.holdfast.invalid:${repository.directory}`, {
      knownHosts: knows("127.0.0.1"),
    });
    expect(faultOf(errors)).toMatchObject({
      reason: "HostKeyUnknown",
      message: expect.stringContaining("git.holdfast.invalid"),
    });
  });

  it("a machine without ssh is said to have none", async () => {
    await start();
    const { errors } = await listRemote("git@git.holdfast.invalid:x", { knownHosts: "", PATH: directory });
    expect(faultOf(errors)).toMatchObject({
      reason: "Unreachable",
      message: expect.stringContaining("there is no ssh where Holdfast runs"),
    });
  });
});

async function waitUntil(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("waited 10 s in vain");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
