/** How Git calls ssh: without the machine's settings, asking nobody, and to the address that was checked. */

export interface SshTarget {
  readonly host: string;
  readonly port: number;
  /** What to connect to instead of looking the host up once more. */
  readonly address?: string;
}

export interface SshOptions {
  readonly knownHostsFile: string;
  readonly identityFile?: string;
  readonly timeoutMs: number;
}

const defaultPort = 22;

/** The variables by which Git calls ssh; GIT_SSH_COMMAND is read by a shell. */
export function sshVariables(target: SshTarget, options: SshOptions): Readonly<Record<string, string>> {
  // A Git that is killed leaves its ssh behind, and a server that hangs would keep that one for ever.
  const limit = `timeout ${Math.ceil(options.timeoutMs / 1_000)}`;
  return {
    GIT_SSH_COMMAND: `exec ${limit} ssh -F /dev/null ${sshFlags(target, options)}`,
    // Git would guess it from the command's first word.
    GIT_SSH_VARIANT: "ssh",
  };
}

/** Of an option given twice ssh takes the first: these, before those that Git adds. */
function sshFlags({ host, port, address }: SshTarget, files: SshOptions): string {
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile="${files.knownHostsFile}"`,
    "GlobalKnownHostsFile=/dev/null",
    "IdentitiesOnly=yes",
    `IdentityFile="${files.identityFile ?? "none"}"`,
    "ConnectTimeout=15",
    `Port=${port}`,
    ...(address === undefined ? [] : pinned({ host, port, address })),
  ];
  return options.map((option) => `-o ${shellQuoted(option)}`).join(" ");
}

/** The name may mean another address a moment later. The key is still looked up by the name, as without this. */
function pinned({ host, port, address }: Required<SshTarget>): readonly string[] {
  return [`HostName=${address}`, `HostKeyAlias=${port === defaultPort ? host : `[${host}]:${port}`}`];
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
