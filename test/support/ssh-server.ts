/** A Git server behind real SSH, in the test's own process; in several moods. */
import { spawn } from "node:child_process";
import { type AddressInfo, createServer, type Socket } from "node:net";
import process from "node:process";
// CommonJS: its names are not visible to an import by name.
import ssh2, { type AuthContext, type ServerChannel } from "ssh2";

/** A key pair in OpenSSH's form; `publicKey` is as in known_hosts, without the host. */
export interface SshKey {
  readonly privateKey: string;
  readonly publicKey: string;
}

export type SshServerMode =
  | { readonly type: "Open" }
  /** Takes the connection, and says nothing. */
  | { readonly type: "Mute" }
  /** Lets the client in, takes its command, and never answers. */
  | { readonly type: "Hang" };

export interface SshServer {
  readonly port: number;
  /** The methods that clients tried to authenticate with, in their order. */
  readonly methods: string[];
  /** How many connections stand. */
  connections(): number;
  close(): Promise<void>;
}

export function createSshKey(): SshKey {
  const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync("ed25519");
  return { privateKey, publicKey };
}

/** Serves every repository of this machine to whoever has the private half of `clientKey`. */
export async function startSshServer(
  keys: { readonly hostKey: SshKey; readonly clientKey: SshKey },
  mode: SshServerMode = { type: "Open" },
): Promise<SshServer> {
  const methods: string[] = [];
  const standing = new Set<Socket>();
  const ssh = new ssh2.Server({ hostKeys: [keys.hostKey.privateKey] }, (client) => {
    client.on("authentication", (context) => {
      methods.push(context.method);
      if (isTrusted(context, keys.clientKey)) context.accept();
      else context.reject(["publickey"]);
    });
    client.on("session", (accept) =>
      accept()
        .on("env", (yes) => yes?.())
        .on("exec", (yes, _no, { command }) => {
          if (mode.type === "Open") serve(command, yes());
        }),
    );
    // A client that breaks off is what some tests are about.
    client.on("error", () => undefined);
  });
  const server = createServer((socket) => {
    standing.add(socket);
    socket.once("close", () => standing.delete(socket));
    socket.on("error", () => undefined);
    if (mode.type === "Mute") socket.resume();
    else ssh.injectSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    // A listening TCP server has an address with a port.
    port: (server.address() as AddressInfo).port,
    methods,
    connections: () => standing.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of standing) socket.destroy();
      }),
  };
}

/** Asked first whether the key would do, then with a signature. */
function isTrusted(context: AuthContext, { publicKey }: SshKey): boolean {
  if (context.method !== "publickey") return false;
  const trusted = ssh2.utils.parseKey(publicKey);
  if (trusted instanceof Error) throw trusted;
  if (!trusted.getPublicSSH().equals(context.key.data)) return false;
  const { signature, blob, hashAlgo } = context;
  if (signature === undefined || blob === undefined) return true;
  return trusted.verify(blob, signature, hashAlgo);
}

/** As sshd does for an account whose shell is git-shell, which knows Git's own commands and no others. */
function serve(command: string, channel: ServerChannel): void {
  const child = spawn("git", ["shell", "-c", command], { env: { PATH: process.env["PATH"] } });
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  // The client may be gone before all was written.
  child.stdin.on("error", () => undefined);
  child.on("close", (code) => {
    channel.exit(code ?? 1);
    channel.end();
  });
}
