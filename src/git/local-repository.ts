/** A repository on the user's own disk, named by any folder in it: where it is, and what is checked out. */
import { execFile } from "node:child_process";
import { localEnvironment } from "./environment.ts";

export type LocalRepository =
  | {
      readonly type: "Found";
      /** Git's own folder: for a linked work tree that of the main one. */
      readonly directory: string;
      /** The commit that is checked out. */
      readonly commit: string;
      /** The folder inside the repository, with a slash at its end; "" is the root. */
      readonly prefix: string;
    }
  | { readonly type: "Failed"; readonly message: string };

const timeoutMs = 10_000;

export async function findLocalRepository(folder: string): Promise<LocalRepository> {
  const place = await runGit(folder, [
    "rev-parse",
    "--path-format=absolute",
    "--git-common-dir",
    "--show-prefix",
  ]);
  if (place.type === "Failed") {
    const isNone = /not a git repository/i.test(place.message);
    return isNone ? failed(`${folder} is not in a Git repository`) : failed(`${folder}: ${place.message}`);
  }
  const head = await runGit(folder, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  if (head.type === "Failed") return failed(`${folder}: the repository has no commit yet`);
  // One line each; a path of its own could hold a newline only by somebody's intent.
  const [directory = "", prefix = ""] = place.output.split("\n");
  return { type: "Found", directory, commit: head.output.trim(), prefix };
}

type GitOutput =
  | { readonly type: "Done"; readonly output: string }
  | { readonly type: "Failed"; readonly message: string };

function runGit(folder: string, args: readonly string[]): Promise<GitOutput> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: localEnvironment(), timeout: timeoutMs };
    execFile("git", args, options, (error, output, stderr) => {
      if (error === null) return resolve({ type: "Done", output });
      const [line = ""] = (stderr === "" ? error.message : stderr).split("\n");
      resolve({ type: "Failed", message: line.replace(/^fatal: /, "") });
    });
  });
}

function failed(message: string): LocalRepository {
  return { type: "Failed", message };
}
