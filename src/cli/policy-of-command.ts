/** The policy that `holdfast diff` compares by: a file's, or one made from flags. It need not be in the cluster. */
import { statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type ParsedPolicy, parsePolicy } from "../api/policy.ts";
import { findLocalRepository } from "../git/local-repository.ts";
import type { JsonObject } from "../resource/resource.ts";
import type { DiffOptions } from "./diff-options.ts";
import { readObjects } from "./read-input.ts";

/** A policy without a namespace is in this one. */
export async function policyFromFile(path: string, namespace: string): Promise<ParsedPolicy> {
  const objects = await readObjects(path);
  if (typeof objects === "string") return invalid(objects);
  const policies = objects.filter(({ object }) => object.kind === "GitRepoPolicy");
  const [policy] = policies;
  if (policy === undefined) return invalid(`${path} holds no GitRepoPolicy`);
  if (policies.length > 1) return invalid(`${path} holds ${policies.length} policies; give them one by one`);
  const { object } = policy;
  const metadata = { ...object.metadata, namespace: object.metadata.namespace ?? namespace };
  const parsed = parsePolicy({ ...object, metadata });
  return parsed.type === "Invalid" ? invalid(`${path}: ${parsed.message}`) : parsed;
}

export async function policyFromFlags(
  repo: string,
  { path = "", branch }: DiffOptions,
  namespace: string,
): Promise<ParsedPolicy> {
  if (isUrl(repo))
    return inFlagWords(policyOf({ url: repo, ref: { branch: branch ?? "main" }, path }, namespace));
  const folder = resolve(repo);
  if (!isFolder(folder))
    return invalid(`--repo: there is no folder ${repo}; a URL begins with https:// or ssh://`);
  const found = await findLocalRepository(folder);
  if (found.type === "Failed")
    return invalid(
      `--repo: ${found.message}; commit the manifests, or compare files with --desired and --live`,
    );
  const { directory, commit, prefix } = found;
  const ref = branch === undefined ? { commit } : { branch };
  return inFlagWords(
    policyOf({ url: pathToFileURL(directory).href, ref, path: posix.join(prefix, path) }, namespace),
  );
}

/** Faults name fields of a policy, which the user of flags has never seen. */
export function flagWords(message: string): string {
  const words: readonly (readonly [RegExp, string])[] = [
    [/spec\.source\.ref(\.branch|\.commit)?/g, "--branch"],
    [/spec\.source\.path/g, "--path"],
    [/spec\.source\.url/g, "--repo"],
    [
      /check the credentials in spec\.source\.secretRef[^(]*/g,
      "clone it and name the clone, or give a policy with a secretRef ",
    ],
    [
      /known_hosts of spec\.source\.secretRef/g,
      "known_hosts of a policy's secretRef, or clone it and name the clone",
    ],
  ];
  return words.reduce((text, [pattern, word]) => text.replaceAll(pattern, word), message);
}

function policyOf(source: JsonObject, namespace: string): ParsedPolicy {
  return parsePolicy({
    apiVersion: "holdfast.dev/v1alpha1",
    kind: "GitRepoPolicy",
    metadata: { name: "command-line", namespace },
    spec: { source },
  });
}

function inFlagWords(parsed: ParsedPolicy): ParsedPolicy {
  return parsed.type === "Invalid" ? invalid(flagWords(parsed.message)) : parsed;
}

/** `https://…`, or `git@host:path` as ssh URLs are often written. */
function isUrl(repo: string): boolean {
  return /^([a-z][a-z0-9+.-]*:\/\/|[^/]+@[^/]+:)/i.test(repo);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function invalid(message: string): ParsedPolicy {
  return { type: "Invalid", message };
}
