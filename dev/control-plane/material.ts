/** What lies in the control plane's folder before it starts: certificates, keys, kubeconfigs, the audit policy. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "../../src/resource/resource.ts";
import { type Identity, identities, identityKubeconfig } from "./access.ts";
import { createAuthority, createTokenKey } from "./certificates.ts";
import { certificateUser, clusterAt, writeKubeconfig } from "./kubeconfig.ts";

/** All are paths. */
export interface Material {
  readonly authority: string;
  readonly serverKey: string;
  readonly serverCertificate: string;
  /** Signs ServiceAccount tokens. */
  readonly tokenKey: string;
  readonly tokenPublicKey: string;
  readonly managerKubeconfig: string;
  readonly auditPolicy: string | undefined;
}

/** The groups of each person; their rights are in identities.yaml. */
const groups: { readonly [identity in Identity]: readonly string[] } = {
  admin: ["system:masters"],
  editor: ["editors"],
  reader: [],
};

/** Writes it all into `directory`; the server's certificate is for the local host. */
export async function writeMaterial(
  directory: string,
  { server, auditPolicy }: { readonly server: string; readonly auditPolicy: string | JsonObject | undefined },
): Promise<{ readonly material: Material; readonly cluster: JsonObject }> {
  const authority = createAuthority("holdfast-dev");
  const cluster = clusterAt(server, authority.certificate);
  const serving = authority.issue({
    commonName: "kube-apiserver",
    usage: "Server",
    hosts: ["127.0.0.1", "localhost", "kubernetes.default.svc"],
  });
  const tokenKey = createTokenKey();
  const write = (name: string, content: string) => writeSecret(join(directory, name), content);
  const material: Material = {
    authority: await write("ca.crt", authority.certificate),
    serverKey: await write("server.key", serving.key),
    serverCertificate: await write("server.crt", serving.certificate),
    tokenKey: await write("service-account.key", tokenKey.privateKey),
    tokenPublicKey: await write("service-account.pub", tokenKey.publicKey),
    managerKubeconfig: join(directory, "kube-controller-manager.kubeconfig"),
    auditPolicy:
      typeof auditPolicy === "object"
        ? await write("audit-policy.json", JSON.stringify(auditPolicy))
        : auditPolicy,
  };
  const writeFor = (file: string, commonName: string, organizations: readonly string[]) =>
    writeKubeconfig(
      file,
      cluster,
      certificateUser(authority.issue({ commonName, organizations, usage: "Client" })),
    );
  await writeFor(material.managerKubeconfig, "system:kube-controller-manager", []);
  for (const identity of identities) {
    await writeFor(identityKubeconfig(directory, identity), identity, groups[identity]);
  }
  return { material, cluster };
}

async function writeSecret(file: string, content: string): Promise<string> {
  await writeFile(file, content, { mode: 0o600 });
  return file;
}
