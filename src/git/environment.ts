/** The environment in which Git runs: made from nothing, so that neither the machine nor a repository has a say. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SourceCredentials } from "../resource/source.ts";
import { type SshTarget, sshVariables } from "./ssh-command.ts";
import type { AllowedUrl } from "./url-policy.ts";

/** How one Git process is started, and how to remove the files that it reads. */
export interface GitEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** Stands for `git`. */
  readonly command: [program: string, script: string];
  dispose(): Promise<void>;
}

/** Settings of every Git process; given by the environment, so that nothing of them stands in a command line. */
const settings: readonly (readonly [name: string, value: string])[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["credential.helper", ""],
  ["transfer.fsckObjects", "true"],
  // A redirect would carry the credentials to wherever it points.
  ["http.followRedirects", "false"],
  ["protocol.ext.allow", "never"],
  ["submodule.recurse", "false"],
  ["gc.auto", "0"],
];

/** The variables without any credentials: for reading what is held locally. */
export function localEnvironment(): Readonly<Record<string, string>> {
  return baseVariables(settings);
}

/** The variables for talking to a remote. Keys and certificates are written to private files until `dispose`. */
export async function remoteEnvironment(
  tempDir: string,
  url: AllowedUrl,
  { credentials = {}, timeoutMs }: { readonly credentials?: SourceCredentials; readonly timeoutMs: number },
): Promise<GitEnvironment> {
  await mkdir(tempDir, { recursive: true, mode: 0o700 });
  const dir = await mkdtemp(join(tempDir, "git-"));
  const write = async (name: string, text: string) => {
    const path = join(dir, name);
    // ssh refuses a key that does not end in a newline.
    await writeFile(path, text.endsWith("\n") ? text : `${text}\n`, { mode: 0o600 });
    return path;
  };
  const config = [...settings, ...authorization(credentials)];
  if (url.scheme === "https" && url.address !== undefined) {
    // The address that was checked is the one to connect to: the name may mean another one a moment later.
    const address = url.address.includes(":") ? `[${url.address}]` : url.address;
    config.push(["http.curloptResolve", `${url.host}:${url.port}:${address}`]);
  }
  if (credentials.caFile !== undefined)
    config.push(["http.sslCAInfo", await write("ca.pem", credentials.caFile)]);
  const variables = {
    ...baseVariables(config),
    HOME: dir,
    GIT_ALLOW_PROTOCOL: url.scheme,
    ...(url.scheme === "ssh" ? await ssh(url) : {}),
  };
  // Git starts programs that talk to the remote, and a Git that is killed leaves them behind: timeout(1) makes all of
  // them one process group, and passes on to it the signal that it gets itself.
  const limitSeconds = Math.ceil(timeoutMs / 1_000) + 1;
  const script = await write("git", `exec timeout --kill-after=2 ${limitSeconds} git "$@"`);
  return {
    variables,
    command: ["sh", script],
    dispose: () => rm(dir, { recursive: true, force: true }),
  };

  async function ssh(target: SshTarget): Promise<Readonly<Record<string, string>>> {
    const { knownHosts = "", identity } = credentials;
    const files = { knownHostsFile: await write("known_hosts", knownHosts), timeoutMs };
    if (identity === undefined) return sshVariables(target, files);
    return sshVariables(target, { ...files, identityFile: await write("identity", identity) });
  }
}

function authorization({ username, password, bearerToken }: SourceCredentials): readonly [string, string][] {
  if (bearerToken !== undefined) return [["http.extraHeader", `Authorization: Bearer ${bearerToken}`]];
  if (username === undefined && password === undefined) return [];
  const pair = Buffer.from(`${username ?? ""}:${password ?? ""}`).toString("base64");
  return [["http.extraHeader", `Authorization: Basic ${pair}`]];
}

function baseVariables(config: readonly (readonly [string, string])[]): Record<string, string> {
  const variables: Record<string, string> = {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ALLOW_PROTOCOL: "https:ssh",
    GIT_CONFIG_COUNT: String(config.length),
  };
  for (const [i, [name, value]] of config.entries()) {
    variables[`GIT_CONFIG_KEY_${i}`] = name;
    variables[`GIT_CONFIG_VALUE_${i}`] = value;
  }
  return variables;
}
