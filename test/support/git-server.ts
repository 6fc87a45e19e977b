/** A Git server over HTTPS for one repository: answers, asks for a password, redirects, or hangs. */
import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import process from "node:process";
import { createAuthority } from "../../dev/control-plane/certificates.ts";

export interface GitServer {
  /** `https://127.0.0.1:<port>/<folder>`. */
  readonly url: string;
  /** The authority that signed the server's certificate, in PEM. */
  readonly caFile: string;
  /** The Authorization headers that came, in their order. */
  readonly authorizations: string[];
  close(): Promise<void>;
}

export type GitServerMode =
  | { readonly type: "Open" }
  | { readonly type: "Password"; readonly header: string }
  | { readonly type: "Redirect"; readonly to: string }
  | { readonly type: "Hang" };

/** Serves the folder `directory` with `git http-backend`. */
export async function startGitServer(directory: string, mode: GitServerMode): Promise<GitServer> {
  const authorizations: string[] = [];
  const authority = createAuthority("git-test");
  const { key, certificate } = authority.issue({ commonName: "git", usage: "Server", hosts: ["127.0.0.1"] });
  const server = createServer({ key, cert: certificate }, (request, response) => {
    if (request.headers.authorization !== undefined) authorizations.push(request.headers.authorization);
    switch (mode.type) {
      case "Hang":
        return;
      case "Redirect":
        response.writeHead(302, { location: `${mode.to}${request.url ?? ""}` }).end();
        return;
      case "Password":
        if (request.headers.authorization !== mode.header) {
          response.writeHead(401, { "www-authenticate": "Basic realm=git" }).end();
          return;
        }
        break;
      case "Open":
        break;
    }
    serve(directory, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A listening TCP server has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/${directory.slice(dirname(directory).length + 1)}`,
    caFile: authority.certificate,
    authorizations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** CGI, as git-http-backend(1) wants it. */
function serve(directory: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  const child = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: dirname(directory),
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
    },
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf("\r\n\r\n");
    const headers = output.subarray(0, end).toString().split("\r\n");
    for (const line of headers) {
      const [name = "", value = ""] = line.split(": ");
      if (name === "Status") response.statusCode = Number(value.slice(0, 3));
      else if (name !== "") response.setHeader(name, value);
    }
    response.end(output.subarray(end + 4));
  });
}
