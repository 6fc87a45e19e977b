/** Real Git against real repositories, on disk and behind HTTP. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createAuthority } from "../../dev/control-plane/certificates.ts";
import { createRepository, type Repository } from "../../dev/demo/repository.ts";
import { createGitSource, type GitSourceOptions } from "../../src/git/git-source.ts";
import type { SourceCredentials, SourceRef, SourceResult } from "../../src/resource/source.ts";
import { type GitServerMode, startGitServer } from "../support/git-server.ts";

const { signal } = new AbortController();
let directory: string;
let repository: Repository;
let first: string;
const otherAuthority = createAuthority("another").certificate;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-git-test-"));
  repository = await createRepository(join(directory, "repository"));
  first = await repository.commit({
    "app/a.yaml": "a: 1\n",
    'app/b c"d.yaml': "b: 1\n",
    "README.md": "hello\n",
  });
});

afterAll(() => rm(directory, { recursive: true, force: true }));

function source(options: Partial<GitSourceOptions> = {}) {
  return createGitSource({
    cacheDir: join(directory, `cache-${Math.random()}`),
    allowFileUrls: true,
    allowPrivateAddresses: true,
    timeoutMs: 10_000,
    concurrency: 2,
    maxFiles: 100,
    maxFileBytes: 1_000_000,
    maxTotalBytes: 10_000_000,
    ...options,
  });
}

async function processesThatName(text: string): Promise<number> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "args"]);
  return stdout.split("\n").filter((line) => line.includes(text)).length;
}

/** Reads head, revision and tree in a row. */
async function read(
  ref: SourceRef,
  options: { path?: string; url?: string; git?: ReturnType<typeof source> } = {},
) {
  const { path = "", url = repository.url, git = source() } = options;
  const request = { url, ref };
  const head = await git.readHead(request, signal);
  if (head.type === "Failed") return head;
  const revision = await git.fetchRevision(request, head.value, signal);
  if (revision.type === "Failed") return revision;
  const tree = await git.readTree(url, head.value.commit, { path }, signal);
  return tree.type === "Failed"
    ? tree
    : { type: "Done" as const, value: { revision: revision.value, files: tree.value } };
}

function reasonOf(result: SourceResult<unknown>): string {
  return result.type === "Failed" ? result.fault.reason : "Done";
}

function messageOf(result: SourceResult<unknown>): string {
  return result.type === "Failed" ? result.fault.message : "";
}

describe("a revision", () => {
  it("is the branch's newest commit, with what the commit claims of itself", async () => {
    const result = await read({ branch: "main" }, { path: "app" });
    if (result.type === "Failed") throw new Error(result.fault.message);
    expect(result.value.revision).toMatchObject({
      commit: first,
      revision: `main@sha1:${first}`,
      claimedAuthor: "Holdfast <holdfast@example.com>",
    });
    const files = result.value.files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]);
    expect(files).toEqual([
      ["app/a.yaml", "a: 1\n"],
      ['app/b c"d.yaml', "b: 1\n"],
    ]);
  });

  it("follows a tag, also an annotated one, to its commit", async () => {
    await repository.git("tag", "--annotate", "release", "--message", "x", first);
    expect(await read({ tag: "release" })).toMatchObject({ value: { revision: { commit: first } } });
  });

  it("is the highest version in a range, by the rules of semver and not of text", async () => {
    for (const tag of ["v1.9.0", "v1.10.0", "v2.0.0-rc.1", "nonsense"])
      await repository.git("tag", tag, first);
    expect(await read({ semver: ">=1.0.0 <2" })).toMatchObject({
      value: { revision: { revision: `v1.10.0@sha1:${first}` } },
    });
    expect(messageOf(await read({ semver: ">=3" }))).toContain(
      "none of the remote's 3 version tags is in >=3",
    );
    expect(messageOf(await read({ semver: "banana" }))).toContain("is no range");
  });

  it("is one commit where the policy names it", async () => {
    expect(await read({ commit: first })).toMatchObject({
      value: { revision: { revision: `sha1:${first}` } },
    });
  });

  it("that was fetched once can be read again without the remote", async () => {
    const git = source();
    const moved = await createRepository(join(directory, "moved"));
    const commit = await moved.commit({ "a.yaml": "a: 1\n" });
    expect(reasonOf(await read({ branch: "main" }, { url: moved.url, git }))).toBe("Done");
    await rm(moved.directory, { recursive: true });
    expect(reasonOf(await git.readTree(moved.url, commit, { path: "" }, signal))).toBe("Done");
    expect(reasonOf(await git.readHead({ url: moved.url, ref: { branch: "main" } }, signal))).toBe(
      "Unreachable",
    );
  });
});

describe("a repository that several policies follow", () => {
  it("is fetched for all of them at once", async () => {
    const git = source({ concurrency: 8 });
    const results = await Promise.all(Array.from({ length: 8 }, () => read({ branch: "main" }, { git })));
    expect(results.map(messageOf)).toEqual(Array.from({ length: 8 }, () => ""));
  });

  it("is fetched again after a Git process died in the middle and left its lock", async () => {
    const cacheDir = join(directory, "cache-locked");
    const git = source({ cacheDir });
    const moving = await createRepository(join(directory, "moving"));
    await moving.commit({ "a.yaml": "a: 1\n" });
    await read({ branch: "main" }, { git, url: moving.url });
    const [held = ""] = await readdir(join(cacheDir, "repositories"));
    await writeFile(join(cacheDir, "repositories", held, "shallow.lock"), "");
    await moving.commit({ "a.yaml": "a: 2\n" });
    expect(messageOf(await read({ branch: "main" }, { git, url: moving.url }))).toMatch(/shallow\.lock/);
    expect(reasonOf(await read({ branch: "main" }, { git, url: moving.url }))).toBe("Done");
  });
});

describe("a tree is refused, with the path and what to do,", () => {
  it("where the policy's path is not in it", async () => {
    const result = await read({ branch: "main" }, { path: "deploy" });
    expect(reasonOf(result)).toBe("PathNotFound");
    expect(messageOf(result)).toContain("spec.source.path: deploy is not in commit");
  });

  it("where it holds a symbolic link", async () => {
    const linked = await createRepository(join(directory, "linked"));
    await symlink("/etc/passwd", join(linked.directory, "link.yaml"));
    await linked.commit({});
    expect(messageOf(await read({ branch: "main" }, { url: linked.url }))).toContain(
      "link.yaml is a symbolic link",
    );
  });

  it("where it holds a submodule", async () => {
    const outer = await createRepository(join(directory, "outer"));
    await outer.git("update-index", "--add", "--cacheinfo", `160000,${first},module`);
    await outer.git("commit", "--quiet", "--message", "module");
    expect(messageOf(await read({ branch: "main" }, { url: outer.url }))).toContain("module is a submodule");
  });

  it("where a file has 50 MB, before it is read", async () => {
    const large = await createRepository(join(directory, "large"));
    await writeFile(join(large.directory, "big.yaml"), Buffer.alloc(50_000_000, "a"));
    await large.commit({});
    const result = await read({ branch: "main" }, { url: large.url });
    expect(reasonOf(result)).toBe("TooLarge");
    expect(messageOf(result)).toContain("big.yaml has 50000000 bytes; at most 1000000 are read");
  });
});

describe("a remote that does not answer as it should", () => {
  async function head(mode: GitServerMode, credentials: SourceCredentials = {}) {
    const server = await startGitServer(repository.directory, mode);
    try {
      const request = {
        url: server.url,
        ref: { branch: "main" },
        credentials: { caFile: server.caFile, ...credentials },
      };
      const startedAt = performance.now();
      const result = await source({ timeoutMs: 1_500 }).readHead(request, signal);
      return { result, server, tookMs: performance.now() - startedAt };
    } finally {
      await server.close();
    }
  }

  it("is read over https, with the authority that the policy names, and no other", async () => {
    expect(reasonOf((await head({ type: "Open" })).result)).toBe("Done");
    expect(messageOf((await head({ type: "Open" }, { caFile: otherAuthority })).result)).toMatch(
      /certificate/i,
    );
  });

  it("and wants credentials gets those of the policy, and says so where they are wrong", async () => {
    const mode: GitServerMode = {
      type: "Password",
      header: `Basic ${Buffer.from("robot:hunter2").toString("base64")}`,
    };
    expect(reasonOf((await head(mode, { username: "robot", password: "hunter2" })).result)).toBe("Done");
    const refused = await head(mode, { username: "robot", password: "wrong-one" });
    expect(reasonOf(refused.result)).toBe("AuthenticationFailed");
    expect(messageOf(refused.result)).toContain("spec.source.secretRef");
    expect(messageOf(refused.result)).not.toContain("wrong-one");
    expect(reasonOf((await head(mode)).result)).toBe("AuthenticationFailed");
    expect(reasonOf((await head({ ...mode, header: "Bearer abc" }, { bearerToken: "abc" })).result)).toBe(
      "Done",
    );
  });

  it("and redirects is not followed, and the other place never sees the credentials", async () => {
    const other = await startGitServer(repository.directory, { type: "Open" });
    const { result } = await head(
      { type: "Redirect", to: new URL(other.url).origin },
      { bearerToken: "abc" },
    );
    await other.close();
    expect(reasonOf(result)).toBe("Redirected");
    expect(messageOf(result)).toContain("set spec.source.url to the place it redirects to");
    expect(other.authorizations).toEqual([]);
  });

  it("and cannot be reached is Unreachable", async () => {
    const git = source({ timeoutMs: 2_000 });
    const result = await git.readHead({ url: "https://127.0.0.1:9/x.git", ref: { branch: "main" } }, signal);
    expect(reasonOf(result)).toBe("Unreachable");
  });

  it("and hangs is given up after the time-out", async () => {
    const { result, tookMs } = await head({ type: "Hang" });
    expect(reasonOf(result)).toBe("Unreachable");
    expect(tookMs).toBeGreaterThan(1_400);
    expect(tookMs).toBeLessThan(6_000);
  });

  it("and hangs leaves no process behind, neither after the time-out nor when we are told to stop", async () => {
    const server = await startGitServer(repository.directory, { type: "Hang" });
    const settled = async (count: (processes: number) => boolean) => {
      while (!count(await processesThatName(server.url))) await new Promise((go) => setTimeout(go, 20));
    };
    try {
      const { url, caFile } = server;
      const request = { url, ref: { branch: "main" }, credentials: { caFile } };
      expect(reasonOf(await source({ timeoutMs: 1_000 }).readHead(request, signal))).toBe("Unreachable");
      await settled((processes) => processes === 0);
      const stop = new AbortController();
      const reading = source({ timeoutMs: 60_000 }).readHead(request, stop.signal);
      await settled((processes) => processes > 0);
      stop.abort(new Error("told to stop"));
      await expect(reading).rejects.toThrow("told to stop");
      await settled((processes) => processes === 0);
    } finally {
      await server.close();
    }
  });

  it("and has lost the branch is RefNotFound, with the branch's name", async () => {
    const result = await read({ branch: "gone" });
    expect(reasonOf(result)).toBe("RefNotFound");
    expect(messageOf(result)).toContain("the remote has no branch gone");
  });

  it("cannot make a ref name an option", async () => {
    expect(reasonOf(await read({ branch: "--upload-pack=touch /tmp/pwned" }))).toBe("RefNotFound");
  });
});
