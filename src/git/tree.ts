/** Reading a revision's files from a bare repository: no work tree, hence no checkout, filter, hook or link to follow. */
import { spawn } from "node:child_process";
import type { SourceFault, SourceFile, SourceResult } from "../resource/source.ts";
import { localEnvironment } from "./environment.ts";

export interface TreeLimits {
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  readonly maxTotalBytes: number;
  readonly timeoutMs: number;
}

export interface TreeRequest {
  readonly repositoryDir: string;
  readonly commit: string;
  /** The folder to read; "" is the root. */
  readonly path: string;
  readonly limits: TreeLimits;
}

interface TreeEntry {
  readonly mode: string;
  readonly blobId: string;
  readonly size: number;
  readonly path: string;
}

/** Every regular file below the path. Symbolic links, submodules and too large files refuse the revision. */
export async function readFiles(
  request: TreeRequest,
  signal: AbortSignal,
): Promise<SourceResult<readonly SourceFile[]>> {
  const listing = await runGit(request, { args: listArguments(request), input: "" }, signal);
  const entries = listing === undefined ? [] : parseListing(listing.toString());
  if (listing === undefined || (entries.length === 0 && request.path !== "")) {
    return failed("PathNotFound", `spec.source.path: ${request.path} is not in commit ${request.commit}`);
  }
  const fault = faultIn(entries, request.limits);
  if (fault !== undefined) return { type: "Failed", fault };
  const blobs = await runGit(
    request,
    { args: ["cat-file", "--batch"], input: `${entries.map(({ blobId }) => blobId).join("\n")}\n` },
    signal,
  );
  if (blobs === undefined)
    return failed(
      "Unreachable",
      `the objects of commit ${request.commit} cannot be read; they are fetched anew`,
    );
  return { type: "Done", value: splitBatch(blobs, entries) };
}

function listArguments({ commit, path }: TreeRequest): readonly string[] {
  return ["ls-tree", "-r", "-z", "--long", "--full-tree", commit, ...(path === "" ? [] : ["--", `${path}/`])];
}

/** `<mode> <type> <object> <size>\t<path>`, each ended by NUL, so that no name can be misread. */
function parseListing(text: string): readonly TreeEntry[] {
  return text
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const tab = line.indexOf("\t");
      const [mode = "", , blobId = "", size = ""] = line.slice(0, tab).split(/ +/);
      return { mode, blobId, size: size === "-" ? 0 : Number(size), path: line.slice(tab + 1) };
    });
}

function faultIn(entries: readonly TreeEntry[], limits: TreeLimits): SourceFault | undefined {
  const odd = entries.find(({ mode }) => mode !== "100644" && mode !== "100755");
  if (odd !== undefined) {
    const what =
      odd.mode === "120000"
        ? "a symbolic link"
        : odd.mode === "160000"
          ? "a submodule"
          : `of mode ${odd.mode}`;
    return {
      reason: "UnsupportedEntry",
      message: `${odd.path} is ${what}; put the file itself into the repository`,
    };
  }
  const large = entries.find(({ size }) => size > limits.maxFileBytes);
  if (large !== undefined) {
    return {
      reason: "TooLarge",
      message: `${large.path} has ${large.size} bytes; at most ${limits.maxFileBytes} are read`,
    };
  }
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > limits.maxTotalBytes || entries.length > limits.maxFiles) {
    const message = `${entries.length} files of ${total} bytes; at most ${limits.maxFiles} files of ${limits.maxTotalBytes} bytes are read: narrow spec.source.path`;
    return { reason: "TooLarge", message };
  }
  return undefined;
}

/** `<object> blob <size>\n<bytes>\n`, one after another in the order asked. */
function splitBatch(blobs: Buffer, entries: readonly TreeEntry[]): readonly SourceFile[] {
  let at = 0;
  return entries.map(({ path, blobId }) => {
    const headerEnd = blobs.indexOf(0x0a, at);
    const size = Number(blobs.subarray(at, headerEnd).toString().split(" ")[2]);
    if (!Number.isInteger(size)) throw new Error(`git cat-file did not answer for ${blobId}`);
    const bytes = blobs.subarray(headerEnd + 1, headerEnd + 1 + size);
    at = headerEnd + size + 2;
    return { path, blobId, bytes };
  });
}

/** The output, or undefined if Git refused. simple-git answers with text, and blobs are bytes: hence our own process. */
function runGit(
  { repositoryDir, limits }: TreeRequest,
  { args, input }: { readonly args: readonly string[]; readonly input: string },
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, {
      cwd: repositoryDir,
      env: { ...localEnvironment() },
      stdio: ["pipe", "pipe", "ignore"],
      signal: AbortSignal.any([signal, AbortSignal.timeout(limits.timeoutMs)]),
      killSignal: "SIGKILL",
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0 ? Buffer.concat(chunks) : undefined));
    // A child that ended early closes its input; its exit code says why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

function failed(
  reason: SourceFault["reason"],
  message: string,
): { readonly type: "Failed"; readonly fault: SourceFault } {
  return { type: "Failed", fault: { reason, message } };
}
