/** From what a remote lists to the one commit that a policy follows. */
import semver from "semver";
import type { RemoteHead, SourceRef, SourceResult } from "../resource/source.ts";

/** What to ask the remote for. `^{}` is the commit that an annotated tag names. */
export function remotePatterns(ref: Exclude<SourceRef, { commit: string }>): readonly string[] {
  if ("branch" in ref) return [`refs/heads/${ref.branch}`];
  if ("tag" in ref) return [`refs/tags/${ref.tag}`, `refs/tags/${ref.tag}^{}`];
  return ["refs/tags/*"];
}

/** Reads `ls-remote`'s answer. */
export function findHead(
  ref: Exclude<SourceRef, { commit: string }>,
  listing: string,
): SourceResult<RemoteHead> {
  const refs = parseListing(listing);
  if ("semver" in ref) return findVersion(ref.semver, refs);
  const name = "branch" in ref ? ref.branch : ref.tag;
  const fullName = "branch" in ref ? `refs/heads/${name}` : `refs/tags/${name}`;
  const commit = refs.get(`${fullName}^{}`) ?? refs.get(fullName);
  if (commit !== undefined) return { type: "Done", value: { commit, revision: `${name}@sha1:${commit}` } };
  const what = "branch" in ref ? "branch" : "tag";
  return notFound(`spec.source.ref.${what}: the remote has no ${what} ${name}`);
}

function findVersion(range: string, refs: ReadonlyMap<string, string>): SourceResult<RemoteHead> {
  if (semver.validRange(range) === null) {
    return notFound(`spec.source.ref.semver: ${JSON.stringify(range)} is no range; write it as ">=1.2.0 <2"`);
  }
  const tags = [...refs.keys()].filter((name) => name.startsWith("refs/tags/") && !name.endsWith("^{}"));
  const names = tags
    .map((name) => name.slice("refs/tags/".length))
    .filter((name) => semver.valid(name) !== null);
  const best = semver.maxSatisfying(names, range);
  const commit =
    best === null ? undefined : (refs.get(`refs/tags/${best}^{}`) ?? refs.get(`refs/tags/${best}`));
  if (best === null || commit === undefined) {
    return notFound(
      `spec.source.ref.semver: none of the remote's ${names.length} version tags is in ${range}`,
    );
  }
  return { type: "Done", value: { commit, revision: `${best}@sha1:${commit}` } };
}

function parseListing(listing: string): ReadonlyMap<string, string> {
  const refs = new Map<string, string>();
  for (const line of listing.split("\n")) {
    const [, commit, name] = /^([0-9a-f]{40})\t(.+)$/.exec(line) ?? [];
    if (commit !== undefined && name !== undefined) refs.set(name, commit);
  }
  return refs;
}

function notFound(message: string): {
  readonly type: "Failed";
  readonly fault: { reason: "RefNotFound"; message: string };
} {
  return { type: "Failed", fault: { reason: "RefNotFound", message } };
}
