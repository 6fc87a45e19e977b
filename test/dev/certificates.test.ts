/** Certificates are checked by those who did not write them: OpenSSL, by way of Node. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { describe, expect, it } from "@jest/globals";
import { createAuthority } from "../../dev/control-plane/certificates.ts";

const authority = createAuthority("holdfast-dev");
const root = new X509Certificate(authority.certificate);

describe("an authority", () => {
  it("signs itself, and says that it may sign others", () => {
    expect(root.verify(root.publicKey)).toBe(true);
    expect(root.ca).toBe(true);
    expect(root.subject).toBe("CN=holdfast-dev");
  });

  it("names user and groups in a client's certificate", () => {
    const pair = authority.issue({
      commonName: "editor",
      organizations: ["editors", "öffentlich"],
      usage: "Client",
    });
    const certificate = new X509Certificate(pair.certificate);
    expect(certificate.subject.split("\n")).toEqual(["O=editors", "O=öffentlich", "CN=editor"]);
    expect(certificate.checkIssued(root)).toBe(true);
    expect(certificate.verify(root.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(pair.key))).toBe(true);
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(certificate.ca).toBe(false);
  });

  it("issues certificates that are valid now, each with a number of its own", () => {
    const pairs = Array.from({ length: 20 }, () =>
      authority.issue({ commonName: "reader", usage: "Client" }),
    );
    const certificates = pairs.map((pair) => new X509Certificate(pair.certificate));
    const now = new Date();
    expect(
      certificates.every(({ validFromDate, validToDate }) => validFromDate < now && now < validToDate),
    ).toBe(true);
    expect(new Set(certificates.map(({ serialNumber }) => serialNumber)).size).toBe(20);
  });

  it("lets a server and a client trust each other, by address and by name", async () => {
    const serving = authority.issue({
      commonName: "server",
      usage: "Server",
      hosts: ["127.0.0.1", "localhost"],
    });
    const client = authority.issue({ commonName: "editor", usage: "Client" });
    const ca = authority.certificate;
    const server = createServer({
      key: serving.key,
      cert: serving.certificate,
      ca,
      requestCert: true,
      rejectUnauthorized: true,
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    // A listening TCP server has an address with a port.
    const { port } = server.address() as AddressInfo;
    for (const host of ["127.0.0.1", "localhost"]) {
      const socket = connect({ port, host, ca, key: client.key, cert: client.certificate });
      const [[peer]] = await Promise.all([once(server, "secureConnection"), once(socket, "secureConnect")]);
      expect(peer.getPeerCertificate().subject.CN).toBe("editor");
      expect(peer.authorized).toBe(true);
      socket.destroy();
      peer.destroy();
    }
    server.close();
  });
});
