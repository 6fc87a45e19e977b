/** Revisions of remote repositories: which one is the newest, and its files. Steady state costs one `ls-remote`. */
import { createHash } from "node:crypto";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import PQueue from "p-queue";
import { type SimpleGit, simpleGit } from "simple-git";
import { createOneAtATime } from "../async/one-at-a-time.ts";
import type {
  FetchedRevision,
  RemoteHead,
  SourceFile,
  SourceRef,
  SourceRequest,
  SourceResult,
} from "../resource/source.ts";
import { type GitEnvironment, localEnvironment, remoteEnvironment } from "./environment.ts";
import { faultOf } from "./faults.ts";
import { findHead, remotePatterns } from "./refs.ts";
import { readFiles, type TreeLimits } from "./tree.ts";
import { checkUrl, type UrlPolicy } from "./url-policy.ts";

export interface GitSourceOptions extends UrlPolicy, Omit<TreeLimits, "timeoutMs"> {
  /** Holds one bare repository for each URL; may be lost at any time. */
  readonly cacheDir: string;
  readonly timeoutMs: number;
  /** How many Git processes may talk to remotes at once. */
  readonly concurrency: number;
}

export interface GitSource {
  /** What the remote says that the ref is now. */
  readHead(request: SourceRequest, signal: AbortSignal): Promise<SourceResult<RemoteHead>>;
  /** Makes the commit's files available locally. */
  fetchRevision(
    request: SourceRequest,
    head: RemoteHead,
    signal: AbortSignal,
  ): Promise<SourceResult<FetchedRevision>>;
  /** The files below a path of a commit that was fetched before, from now or from a former life. */
  readTree(
    url: string,
    commit: string,
    options: { readonly path: string },
    signal: AbortSignal,
  ): Promise<SourceResult<readonly SourceFile[]>>;
}

/**
 * Settings that simple-git holds back unless they are asked for by name. Their values are ours and harden Git; none of
 * them comes from a policy or a repository.
 */
const neededSettings = {
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeCustomBinary: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
} as const;

const broken = /object file|packfile|corrupt|bad object|\.lock': File exists/i;

export function createGitSource(options: GitSourceOptions): GitSource {
  const queue = new PQueue({ concurrency: options.concurrency });
  /** Git locks a repository that it writes to, and does not wait: of policies that follow one repository, each has its turn. */
  const inTurn = createOneAtATime();
  return { readHead, fetchRevision, readTree };

  async function readHead(request: SourceRequest, signal: AbortSignal): Promise<SourceResult<RemoteHead>> {
    const { ref } = request;
    if ("commit" in ref)
      return { type: "Done", value: { commit: ref.commit, revision: `sha1:${ref.commit}` } };
    return await withRemote(request, signal, async (git) => {
      const refs = await git.raw([
        "ls-remote",
        "--quiet",
        "--end-of-options",
        request.url,
        ...remotePatterns(ref),
      ]);
      return findHead(ref, refs);
    });
  }

  async function fetchRevision(
    request: SourceRequest,
    head: RemoteHead,
    signal: AbortSignal,
  ): Promise<SourceResult<FetchedRevision>> {
    const dir = repositoryDir(request.url);
    return await inTurn(dir, () => fetchInto(dir, request, head, signal));
  }

  async function fetchInto(
    dir: string,
    request: SourceRequest,
    head: RemoteHead,
    signal: AbortSignal,
  ): Promise<SourceResult<FetchedRevision>> {
    const held = await describeCommit(dir, head);
    if (held !== undefined) return { type: "Done", value: held };
    const fetched = await withRemote(request, signal, async (git) => {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      if (!(await exists(join(dir, "HEAD")))) await git.cwd(dir).raw(["init", "--quiet", "--bare"]);
      await fetchCommit(git.cwd(dir), request, head);
      const revision = await describeCommit(dir, head);
      if (revision !== undefined) return { type: "Done", value: revision };
      return {
        type: "Failed",
        fault: { reason: "RefNotFound", message: `${head.revision} is not on the remote any more` },
      };
    });
    // A copy that is broken, or that a Git process which died left locked, is thrown away; the next attempt starts from
    // nothing.
    if (fetched.type === "Failed" && broken.test(fetched.fault.message)) {
      await rm(dir, { recursive: true, force: true });
    }
    return fetched;
  }

  /** Servers that hand out no bare commit hand out the ref, which is still that commit, or the next reading sees it. */
  async function fetchCommit(git: SimpleGit, { url, ref }: SourceRequest, head: RemoteHead): Promise<void> {
    const fetch = [
      "fetch",
      "--quiet",
      "--depth=1",
      "--no-tags",
      "--no-write-fetch-head",
      "--end-of-options",
      url,
    ];
    try {
      await git.raw([...fetch, head.commit]);
    } catch (error) {
      const name = refName(ref, head);
      if (name === undefined || !/not our ref|unadvertised object/.test(String(error))) throw error;
      await git.raw([...fetch, name]);
    }
  }

  async function describeCommit(dir: string, head: RemoteHead): Promise<FetchedRevision | undefined> {
    if (!(await exists(join(dir, "HEAD")))) return undefined;
    try {
      const git = openGit({ variables: localEnvironment() }, dir, AbortSignal.timeout(options.timeoutMs));
      const text = await git.raw([
        "show",
        "--no-patch",
        "--no-show-signature",
        "--format=%ct%x00%an <%ae>%x00%T",
        head.commit,
      ]);
      const [seconds = "", claimedAuthor = "", treeId = ""] = text.trim().split("\0");
      return { ...head, committedAt: new Date(Number(seconds) * 1_000), claimedAuthor, treeId };
    } catch {
      // Not held: the commit has to be fetched.
      return undefined;
    }
  }

  async function readTree(
    url: string,
    commit: string,
    { path }: { readonly path: string },
    signal: AbortSignal,
  ): Promise<SourceResult<readonly SourceFile[]>> {
    const repository = repositoryDir(url);
    if (!(await exists(join(repository, "HEAD")))) {
      return {
        type: "Failed",
        fault: { reason: "Unreachable", message: `commit ${commit} is not held locally` },
      };
    }
    return await readFiles({ repositoryDir: repository, commit, path, limits: options }, signal);
  }

  async function withRemote<T>(
    request: SourceRequest,
    signal: AbortSignal,
    work: (git: SimpleGit) => Promise<SourceResult<T>>,
  ): Promise<SourceResult<T>> {
    const allowed = await checkUrl(request.url, options);
    if (allowed.type === "Failed") return allowed;
    return await queue.add(async () => {
      const environment = await remoteEnvironment(join(options.cacheDir, "tmp"), allowed.value, {
        timeoutMs: options.timeoutMs,
        ...(request.credentials !== undefined && { credentials: request.credentials }),
      });
      const timeout = AbortSignal.timeout(options.timeoutMs);
      try {
        const bounded = AbortSignal.any([signal, timeout]);
        return await work(openGit(environment, options.cacheDir, bounded));
      } catch (error) {
        signal.throwIfAborted();
        if (timeout.aborted) {
          const message = `the remote gave no answer within ${options.timeoutMs / 1_000} s`;
          return { type: "Failed", fault: { reason: "Unreachable", message } };
        }
        return {
          type: "Failed",
          fault: faultOf(error instanceof Error ? error.message : String(error), request.credentials),
        };
      } finally {
        await environment.dispose();
      }
    });
  }

  function openGit(
    { variables, command }: Pick<GitEnvironment, "variables"> & Partial<GitEnvironment>,
    baseDir: string,
    abort: AbortSignal,
  ): SimpleGit {
    return simpleGit({
      binary: command ?? "git",
      baseDir,
      abort,
      timeout: { block: options.timeoutMs, stdErr: false, stdOut: false },
      unsafe: neededSettings,
      // simple-git holds back variables that Git reads, too; each of these is made by us.
      allowEnvironment: Object.keys(variables),
      trimmed: false,
    }).env({ ...variables });
  }

  function repositoryDir(url: string): string {
    return join(
      options.cacheDir,
      "repositories",
      createHash("sha256").update(url).digest("hex").slice(0, 32),
    );
  }
}

function refName(ref: SourceRef, head: RemoteHead): string | undefined {
  if ("branch" in ref) return `refs/heads/${ref.branch}`;
  if ("tag" in ref) return `refs/tags/${ref.tag}`;
  return "semver" in ref ? `refs/tags/${head.revision.slice(0, head.revision.lastIndexOf("@"))}` : undefined;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
