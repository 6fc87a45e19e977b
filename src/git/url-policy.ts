/** Which repositories may be reached at all: decided before Git is started. */
import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import type { SourceFault, SourceResult } from "../resource/source.ts";

export interface UrlPolicy {
  readonly allowFileUrls: boolean;
  /** Loopback, private, link-local and other addresses that are not on the public internet. */
  readonly allowPrivateAddresses: boolean;
  /** All addresses of a host; for tests. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/** A URL that may be fetched from, with the address that was checked: Git must connect to that one. */
export type AllowedUrl =
  | { readonly scheme: "file" }
  | {
      readonly scheme: "https" | "ssh";
      readonly host: string;
      readonly port: number;
      /** Not given where the administrator allows every address: then any may be connected to. */
      readonly address?: string;
    };

/** Refuses what is not https or ssh, holds credentials, or leads to a private address. */
export async function checkUrl(url: string, policy: UrlPolicy): Promise<SourceResult<AllowedUrl>> {
  const target = parseUrl(url);
  if (typeof target === "string") return refuse(target);
  if (target.scheme === "file") {
    return policy.allowFileUrls
      ? { type: "Done", value: { scheme: "file" } }
      : refuse("file URLs are refused; the operator's administrator may allow them with --allow-file-urls");
  }
  if (policy.allowPrivateAddresses) return { type: "Done", value: target };
  const addresses = await resolveHost(target.host, policy);
  if (addresses.length === 0) {
    return {
      type: "Failed",
      fault: { reason: "Unreachable", message: `the host ${target.host} has no address` },
    };
  }
  const inside = addresses.find(isPrivate);
  if (inside !== undefined) {
    return refuse(
      `${target.host} is the private address ${inside}; the operator's administrator may allow it with --allow-private-addresses`,
    );
  }
  const [address] = addresses;
  return { type: "Done", value: address === undefined ? target : { ...target, address } };
}

type Target = { scheme: "file" } | { scheme: "https" | "ssh"; host: string; port: number };

/** `user@host:path`, as ssh URLs are often written. */
const scpLike = /^[A-Za-z0-9._-]+@([A-Za-z0-9._-]+):(?!\/\/)/;
/** Of an ssh URL, `new URL` leaves the host as it is; it becomes part of a command. */
const hostName = /^[a-z0-9._][a-z0-9._-]*$/;

function parseUrl(url: string): Target | string {
  const scp = scpLike.exec(url)?.[1];
  if (scp !== undefined) return sshTarget(scp, 22);
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return "spec.source.url is no URL; write it as https://host/path or ssh://user@host/path";
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  if (parsed.protocol === "file:") return { scheme: "file" };
  if (parsed.password !== "" || (parsed.protocol === "https:" && parsed.username !== "")) {
    return "spec.source.url holds credentials; put them into a Secret and name it in spec.source.secretRef";
  }
  if (parsed.protocol === "https:") return { scheme: "https", host, port: Number(parsed.port || 443) };
  if (parsed.protocol === "ssh:") return sshTarget(host, Number(parsed.port || 22));
  return `${parsed.protocol.slice(0, 20)} URLs are refused; use https or ssh`;
}

function sshTarget(name: string, port: number): Target | string {
  // As ssh looks it up in known_hosts.
  const host = name.toLowerCase();
  return hostName.test(host) || isIP(host) !== 0
    ? { scheme: "ssh", host, port }
    : "spec.source.url names no host; write it as ssh://user@host/path";
}

async function resolveHost(host: string, { resolve }: UrlPolicy): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    return await (resolve ?? lookupAll)(host);
  } catch {
    return [];
  }
}

async function lookupAll(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** The special-purpose registries of RFC 6890 and its updates, as far as something may listen there. */
const privateRanges = new BlockList();
for (const [address, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const) {
  privateRanges.addSubnet(address, prefix, "ipv4");
  // The same addresses, written as IPv4-mapped, and behind NAT64.
  privateRanges.addSubnet(`::ffff:${address}`, 96 + prefix, "ipv6");
  privateRanges.addSubnet(`64:ff9b::${address}`, 96 + prefix, "ipv6");
}
for (const [address, prefix] of [
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const) {
  privateRanges.addSubnet(address, prefix, "ipv6");
}

function isPrivate(address: string): boolean {
  return privateRanges.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

function refuse(message: string): { readonly type: "Failed"; readonly fault: SourceFault } {
  return { type: "Failed", fault: { reason: "UrlNotAllowed", message } };
}
