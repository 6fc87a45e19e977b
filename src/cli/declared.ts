/** What a policy's repository declares, fetched and rendered for one comparison. */
import { join } from "node:path";
import type { Policy } from "../api/policy.ts";
import type { Declaration } from "../controller/desired-store.ts";
import { placeObjects } from "../controller/place.ts";
import { policyKey } from "../controller/policy-key.ts";
import { createGitSource } from "../git/git-source.ts";
import type { Discovery } from "../kubernetes/discovery.ts";
import type { Writer } from "../kubernetes/write.ts";
import { readCredentials } from "../operator/credentials.ts";
import { kindScopeIn } from "../operator/kind-scope.ts";
import { createRevisionRenderer } from "../operator/sources.ts";
import { createRenderer } from "../render/renderer.ts";
import type { ResourceKey } from "../resource/resource.ts";

export interface DeclaredParts {
  /** The command that renders overlays, its words separated by spaces. */
  readonly kubectl: string;
  /** For the copy of the repository; its owner removes it. */
  readonly dataDir: string;
  readonly discovery: Discovery;
  readonly writer: Writer;
}

export type Declared = ReadonlyMap<ResourceKey, Declaration>;

export interface DeclaredRevision {
  readonly declared: Declared;
  /** Every file below the policy's path, by its own; none if they cannot be read. */
  readFiles(signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Everything that the repository declares, or why it could not be had. */
export async function readDeclared(
  policy: Policy,
  { kubectl, dataDir, discovery, writer }: DeclaredParts,
  signal: AbortSignal,
): Promise<DeclaredRevision | string> {
  // Whoever runs the command has chosen the repository, so none is refused here.
  const git = createGitSource({
    cacheDir: dataDir,
    allowFileUrls: true,
    allowPrivateAddresses: true,
    timeoutMs: 120_000,
    concurrency: 1,
    maxFiles: 50_000,
    maxFileBytes: 4 * 1024 * 1024,
    maxTotalBytes: 256 * 1024 * 1024,
  });
  const renderer = createRenderer({
    kubectl: kubectl.split(" ").filter((word) => word !== ""),
    tempDir: join(dataDir, "tmp"),
    timeoutMs: 60_000,
    maxOutputBytes: 64 * 1024 * 1024,
    maxObjects: 50_000,
    cacheBytes: 0,
  });
  const credentials = await readCredentials(writer, policy, signal);
  if (credentials.type === "Failed")
    return `${credentials.fault.message}; or clone the repository and compare the clone with --repo`;
  const request = {
    url: policy.source.url,
    ref: policy.source.ref,
    ...(credentials.value === undefined ? {} : { credentials: credentials.value }),
  };
  const head = await git.readHead(request, signal);
  if (head.type === "Failed") return head.fault.message;
  const revision = await git.fetchRevision(request, head.value, signal);
  if (revision.type === "Failed") return revision.fault.message;
  const rendered = await createRevisionRenderer({ git, renderer })(policy, revision.value, signal);
  if (rendered.type === "Failed") return `${rendered.fault.reason}: ${rendered.fault.message}`;
  const declared = await placeObjects(rendered.value.objects, {
    policy: policyKey(policy),
    policyNamespace: policy.namespace,
    targetNamespace: policy.targetNamespace,
    // The reach of a policy is the operator's to limit; here the caller's own rights do.
    operatorNamespace: policy.namespace,
    scopeOf: kindScopeIn(discovery),
  });
  const { commit } = revision.value;
  return {
    declared,
    async readFiles(readSignal) {
      const { url, path } = policy.source;
      const files = await git.readTree(url, commit, { path }, readSignal);
      return new Map(files.type === "Done" ? files.value.map((file) => [file.path, file.bytes]) : []);
    },
  };
}
