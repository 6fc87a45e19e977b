/** A Git repository on disk, made from a folder: what a policy of the demo, a test or a benchmark follows. */
import { execFile } from "node:child_process";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Repository {
  readonly directory: string;
  readonly url: string;
  /** Writes files (path → text) and commits them; answers the commit's id. */
  commit(files: Readonly<Record<string, string>>, message?: string): Promise<string>;
  /** Runs git in it; answers what it prints. */
  git(...args: readonly string[]): Promise<string>;
}

/** Makes a repository with one commit on `main`, of the folder's content, or empty. */
export async function createRepository(directory: string, from?: string): Promise<Repository> {
  await mkdir(directory, { recursive: true });
  const git: Repository["git"] = async (...args) => {
    const env = {
      PATH: process.env["PATH"],
      HOME: directory,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Holdfast",
      GIT_AUTHOR_EMAIL: "holdfast@example.com",
      GIT_COMMITTER_NAME: "Holdfast",
      GIT_COMMITTER_EMAIL: "holdfast@example.com",
    };
    return (await run("git", args, { cwd: directory, env, maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
  };
  await git("init", "--quiet", "--initial-branch=main");
  // Any commit may be asked for by its id, as the large Git hosts allow it.
  await git("config", "uploadpack.allowAnySHA1InWant", "true");
  if (from !== undefined) await cp(from, directory, { recursive: true });
  const repository: Repository = {
    directory,
    url: `file://${directory}`,
    git,
    async commit(files, message = "change") {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(directory, path)), { recursive: true });
        await writeFile(join(directory, path), text);
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "--message", message);
      return await git("rev-parse", "HEAD");
    },
  };
  await repository.commit({}, "first");
  return repository;
}
