/** `kubectl kustomize` in a room of its own: only the verified files, no network, no plugins, bounded. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import type { RenderRequest, SourceFault, SourceFile, SourceResult } from "../resource/source.ts";
import { findOutsideReference } from "./kustomization.ts";

export interface KustomizeOptions {
  /** The command, e.g. `["kubectl"]`; without one, overlays cannot be rendered. */
  readonly kubectl?: readonly string[];
  readonly tempDir: string;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

/** Renders the overlay at the request's path; the answer is YAML. */
export async function kustomize(
  request: RenderRequest,
  options: KustomizeOptions,
  signal: AbortSignal,
): Promise<SourceResult<Uint8Array>> {
  const { kubectl = [] } = options;
  if (kubectl.length === 0) {
    return failed(
      "RendererUnavailable",
      "this is a Kustomize overlay and the operator has no kubectl; its administrator sets --kubectl",
    );
  }
  const outside = findOutsideReference(request.files);
  if (outside !== undefined) return failed("RenderFailed", outside);
  await mkdir(options.tempDir, { recursive: true, mode: 0o700 });
  const dir = await mkdtemp(join(options.tempDir, "render-"));
  try {
    const root = join(dir, "tree");
    for (const file of request.files) await writeInside(root, file);
    return await run([...kubectl, "kustomize", join(root, request.path)], { dir, options }, signal);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Git allows no `..` in a tree, but what writes to disk looks for itself. */
async function writeInside(root: string, { path, bytes }: SourceFile): Promise<void> {
  const normal = posix.normalize(path);
  if (normal !== path || normal.startsWith("../") || posix.isAbsolute(normal))
    throw new Error(`path leaves the tree: ${path}`);
  await mkdir(dirname(join(root, path)), { recursive: true, mode: 0o700 });
  await writeFile(join(root, path), bytes, { mode: 0o600 });
}

/** Made from nothing. What would fetch all the same finds a proxy that is not there, and a Git without any transport. */
function environment(home: string): NodeJS.ProcessEnv {
  const nowhere = "http://127.0.0.1:1";
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: home,
    KUBECONFIG: "/dev/null",
    LC_ALL: "C",
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    GIT_ALLOW_PROTOCOL: "none",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
  };
}

/** Its own process group, so that a time-out ends whatever the command has started. */
function run(
  [command = "", ...args]: readonly string[],
  { dir, options }: { readonly dir: string; readonly options: KustomizeOptions },
  signal: AbortSignal,
): Promise<SourceResult<Uint8Array>> {
  return new Promise((resolve, reject) => {
    const env = environment(dir);
    const child = spawn(command, args, { cwd: dir, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const out: Buffer[] = [];
    let size = 0;
    let errors = "";
    let stoppedBy: SourceFault | undefined;
    const stop = (fault?: SourceFault) => {
      stoppedBy ??= fault;
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended by itself in this very moment.
      }
    };
    const onAbort = () => stop();
    const timer = setTimeout(() => {
      stop({
        reason: "RenderTimedOut",
        message: `kubectl kustomize took longer than ${options.timeoutMs / 1_000} s`,
      });
    }, options.timeoutMs);
    signal.addEventListener("abort", onAbort, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > options.maxOutputBytes)
        stop({
          reason: "TooLarge",
          message: `kubectl kustomize wrote more than ${options.maxOutputBytes} bytes`,
        });
      else out.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(0, 2_000);
    });
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    };
    child.on("error", (error) => {
      settle();
      resolve(failed("RendererUnavailable", `${command} cannot be started: ${error.message}`));
    });
    child.on("close", (code) => {
      settle();
      if (signal.aborted) return reject(signal.reason);
      if (stoppedBy !== undefined) return resolve({ type: "Failed", fault: stoppedBy });
      if (code === 0) return resolve({ type: "Done", value: Buffer.concat(out) });
      const text = errors
        .replaceAll(dir, "")
        .replaceAll(/[\p{Cc}\s]+/gu, " ")
        .trim();
      resolve(failed("RenderFailed", `kubectl kustomize: ${text.slice(0, 600)}`));
    });
  });
}

function failed(
  reason: SourceFault["reason"],
  message: string,
): { readonly type: "Failed"; readonly fault: SourceFault } {
  return { type: "Failed", fault: { reason, message } };
}
