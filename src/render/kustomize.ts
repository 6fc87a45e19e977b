/** `kubectl kustomize` in a room of its own: only the verified files, no network, no plugins, bounded. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { isJsonObject, type Json } from "../resource/resource.ts";
import type { RenderRequest, SourceFault, SourceFile, SourceResult } from "../resource/source.ts";
import { parseKubernetesYaml } from "./kubernetes-yaml.ts";

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
  const remote = findOutside(request.files);
  if (remote !== undefined) return failed("RenderFailed", remote);
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

/** Fields of a kustomization in which Kustomize would fetch what is no local path. */
const pathFields = [
  "resources",
  "bases",
  "components",
  "crds",
  "configurations",
  "transformers",
  "generators",
  "validators",
];

/** The first entry that leads out of the repository, named by its file. */
function findOutside(files: readonly SourceFile[]): string | undefined {
  for (const { path, bytes } of files) {
    if (!/(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path)) continue;
    const parsed = parseKubernetesYaml(Buffer.from(bytes).toString());
    if (parsed.type === "Invalid") continue;
    for (const { value } of parsed.documents) {
      const found = outsideEntry(value, posix.dirname(path));
      if (found !== undefined) return `${path}: ${found}`;
    }
  }
  return undefined;
}

function outsideEntry(kustomization: Json, dir: string): string | undefined {
  if (!isJsonObject(kustomization)) return undefined;
  if (kustomization["helmCharts"] !== undefined || kustomization["helmGlobals"] !== undefined) {
    return "helmCharts are not rendered; commit the rendered chart";
  }
  for (const field of pathFields) {
    const entries = kustomization[field];
    if (!Array.isArray(entries)) continue;
    for (const entry of entries as readonly Json[]) {
      // Generators and transformers may stand inline; only a path can lead anywhere.
      if (typeof entry !== "string" || entry.includes("\n")) continue;
      if (/^[a-z+]+:|^git@|\?ref=|^[^/]+\.[a-z]{2,}\//i.test(entry))
        return `${field} names ${entry}, which is not in this repository; commit a copy`;
      const target = posix.join(dir, entry);
      if (posix.isAbsolute(entry) || target.startsWith(".."))
        return `${field} names ${entry}, which leaves the repository`;
    }
  }
  return undefined;
}

/** Its own process group, so that a time-out ends whatever the command has started. */
function run(
  [command = "", ...args]: readonly string[],
  { dir, options }: { readonly dir: string; readonly options: KustomizeOptions },
  signal: AbortSignal,
): Promise<SourceResult<Uint8Array>> {
  return new Promise((resolve, reject) => {
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: dir, KUBECONFIG: "/dev/null", LC_ALL: "C" };
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
