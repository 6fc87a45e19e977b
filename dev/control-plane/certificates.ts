/** Issues the control plane's certificates (RFC 5280): Node can make keys and sign, but not put a certificate together. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";
import {
  bitString,
  type Der,
  der,
  explicit,
  integer,
  octetString,
  oid,
  sequence,
  set,
  utcTime,
  utf8String,
  yes,
} from "./der.ts";

/** Both in PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

/** Kubernetes reads a client's user from the common name and its groups from the organizations. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly usage: "Server" | "Client";
  /** IPv4 addresses and DNS names that a server answers for. */
  readonly hosts?: readonly string[];
}

/** A certificate authority that lives as long as the control plane. */
export interface Authority {
  /** In PEM. */
  readonly certificate: string;
  issue(request: CertificateRequest): KeyAndCertificate;
}

interface Subject {
  readonly name: Der;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Der[];
}

const dayMs = 86_400_000;
const oids = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
};

export function createAuthority(commonName: string): Authority {
  const keys = newKeys();
  const issuer = { name: distinguishedName(commonName), key: keys.privateKey };
  const isAuthority = extension(oids.basicConstraints, sequence(yes()), "Critical");
  // keyCertSign is the sixth of the nine bits.
  const signs = extension(oids.keyUsage, bitString(Buffer.from([0b0000_0100]), 2), "Critical");
  const own = { name: issuer.name, publicKey: keys.publicKey, extensions: [isAuthority, signs] };
  return {
    certificate: certify(own, issuer),
    issue: (request) => {
      const { privateKey, publicKey } = newKeys();
      const name = distinguishedName(request.commonName, request.organizations);
      return {
        key: pemOf(privateKey),
        certificate: certify({ name, publicKey, extensions: extensionsOf(request) }, issuer),
      };
    },
  };
}

/** The key by which ServiceAccount tokens are signed and checked, both halves in PEM. */
export function createTokenKey(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey, publicKey } = newKeys();
  return {
    privateKey: pemOf(privateKey),
    publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

function newKeys(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

/** Kubernetes reads EC keys in their older form. */
function pemOf(privateKey: KeyObject): string {
  return privateKey.export({ type: "sec1", format: "pem" }).toString();
}

function certify(subject: Subject, issuer: { readonly name: Der; readonly key: KeyObject }): string {
  const algorithm = sequence(oid(oids.ecdsaWithSha256));
  const version3 = explicit(0, integer(Buffer.from([2])));
  const content = sequence(
    version3,
    integer(serialNumber()),
    algorithm,
    issuer.name,
    validity(),
    subject.name,
    subject.publicKey.export({ type: "spki", format: "der" }),
    explicit(3, sequence(...subject.extensions)),
  );
  const signature = bitString(sign("sha256", content, issuer.key));
  return pem("CERTIFICATE", sequence(content, algorithm, signature));
}

/** Positive and without leading zeros, as DER asks of an integer. */
function serialNumber(): Uint8Array {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

/** From a day ago, for clocks that are slow, to a year from now. */
function validity(): Der {
  const now = Date.now();
  return sequence(utcTime(new Date(now - dayMs)), utcTime(new Date(now + 365 * dayMs)));
}

function distinguishedName(commonName: string, organizations: readonly string[] = []): Der {
  const attribute = (type: string, value: string) => set(sequence(oid(type), utf8String(value)));
  return sequence(
    ...organizations.map((organization) => attribute(oids.organization, organization)),
    attribute(oids.commonName, commonName),
  );
}

function extensionsOf({ usage, hosts = [] }: CertificateRequest): readonly Der[] {
  const purpose = oid(usage === "Server" ? oids.serverAuth : oids.clientAuth);
  const extensions = [
    // digitalSignature is the first of the nine bits.
    extension(oids.keyUsage, bitString(Buffer.from([0b1000_0000]), 7), "Critical"),
    extension(oids.extendedKeyUsage, sequence(purpose)),
  ];
  if (hosts.length > 0) extensions.push(extension(oids.subjectAltName, sequence(...hosts.map(hostName))));
  return extensions;
}

function hostName(host: string): Der {
  const [dnsTag, addressTag] = [0x82, 0x87];
  return isIPv4(host)
    ? der(addressTag, Buffer.from(host.split(".").map(Number)))
    : der(dnsTag, Buffer.from(host, "ascii"));
}

function extension(id: string, value: Der, weight: "Critical" | "Optional" = "Optional"): Der {
  return sequence(oid(id), ...(weight === "Critical" ? [yes()] : []), octetString(value));
}

function pem(label: string, content: Der): string {
  const lines = content.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
