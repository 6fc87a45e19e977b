/** The comparison of a repository with a cluster: get and list are all it needs. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Policy, parsePolicy } from "../api/policy.ts";
import { type Declaration, unpackBody } from "../controller/desired-store.ts";
import { placeObjects } from "../controller/place.ts";
import { policyKey } from "../controller/policy-key.ts";
import { redactObject } from "../diff/redact.ts";
import { assess } from "../drift/assess.ts";
import type { DriftInput, LiveState } from "../drift/input.ts";
import { createGitSource } from "../git/git-source.ts";
import { createDiscovery, type Discovery } from "../kubernetes/discovery.ts";
import { loadKubeConfig } from "../kubernetes/kube-config.ts";
import { createTransport } from "../kubernetes/transport.ts";
import { createWriter, type Writer } from "../kubernetes/write.ts";
import { readCredentials } from "../operator/credentials.ts";
import { createDigest } from "../operator/digest.ts";
import { createDocumentReader } from "../operator/schema-documents.ts";
import { createSchemaStore } from "../operator/schema-store.ts";
import { createRevisionRenderer } from "../operator/sources.ts";
import { readManifests } from "../render/manifests.ts";
import { createRenderer } from "../render/renderer.ts";
import type { KubernetesObject } from "../resource/resource.ts";
import { omittedZeros } from "../schema/omitted-zeros.ts";
import { version } from "../version.ts";
import type { DiffOptions, DiffOutcome } from "./diff.ts";
import type { DiffResult } from "./diff-report.ts";

/** Objects are read so many at a time. */
const parallelReads = 16;

export async function diffClusterResults(
  policyFile: string | undefined,
  options: DiffOptions,
): Promise<DiffOutcome> {
  const parsed = policyFile === undefined ? policyFromFlags(options) : policyFromFile(policyFile, options);
  if (parsed.type === "Invalid") return { type: "Failed", message: parsed.message };
  const dataDir = mkdtempSync(join(tmpdir(), "holdfast-diff-"));
  try {
    return await compareWithCluster(parsed.policy, options, dataDir);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function compareWithCluster(
  policy: Policy,
  options: DiffOptions,
  dataDir: string,
): Promise<DiffOutcome> {
  const { signal } = new AbortController();
  const transport = createTransport({
    kubeConfig: loadKubeConfig(options.kubeconfig),
    userAgent: `holdfast-diff/${version}`,
  });
  try {
    const discovery = createDiscovery(transport);
    const failure = await discovery.refresh(signal);
    if (failure !== undefined)
      return { type: "Failed", message: `the API server cannot be asked: ${failure.message}` };
    const writer = createWriter(transport);
    const declarations = await declare(policy, { options, dataDir, discovery, writer, signal });
    if (typeof declarations === "string") return { type: "Failed", message: declarations };
    const schemas = createSchemaStore({ readDocument: createDocumentReader(transport), zeros: omittedZeros });
    const judge = async (declaration: Declaration): Promise<DiffResult> => {
      const live = await readLive(declaration, { discovery, writer, signal });
      if (live.type === "Present") await schemas.load(declaration.ref, signal);
      const input = inputOf(declaration, { live, schema: schemas.schemaOf(declaration.ref) });
      return { resource: declaration.ref, verdict: assess(input), origin: declaration.origin };
    };
    return { type: "Compared", results: await mapInOrder([...declarations.values()], judge) };
  } finally {
    await transport.close();
  }
}

interface Parts {
  readonly options: DiffOptions;
  readonly dataDir: string;
  readonly discovery: Discovery;
  readonly writer: Writer;
  readonly signal: AbortSignal;
}

/** Everything that the repository declares, or why it could not be had. */
async function declare(policy: Policy, parts: Parts): Promise<ReadonlyMap<string, Declaration> | string> {
  const { options, dataDir, discovery, writer, signal } = parts;
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
    kubectl: options.kubectl.split(" ").filter((word) => word !== ""),
    tempDir: join(dataDir, "tmp"),
    timeoutMs: 60_000,
    maxOutputBytes: 64 * 1024 * 1024,
    maxObjects: 50_000,
    cacheBytes: 0,
  });
  const credentials = await readCredentials(writer, policy, signal);
  if (credentials.type === "Failed") return credentials.fault.message;
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
  return await placeObjects(rendered.value.objects, {
    policy: policyKey(policy),
    policyNamespace: policy.namespace,
    targetNamespace: policy.targetNamespace,
    // The reach of a policy is the operator's to limit; here the caller's own rights do.
    operatorNamespace: policy.namespace,
    scopeOf: (gvk) => {
      const resource = discovery.find(gvk);
      return resource === undefined ? "NotServed" : resource.namespaced ? "Namespaced" : "Cluster";
    },
  });
}

async function readLive(
  { ref, refused, unfinished }: Declaration,
  { discovery, writer, signal }: Pick<Parts, "discovery" | "writer" | "signal">,
): Promise<LiveState> {
  const resource = discovery.find(ref);
  if (resource === undefined || refused !== undefined || unfinished !== undefined)
    return { type: "Absent", sinceMs: 0 };
  const read = await writer.read({ resource, namespace: ref.namespace, name: ref.name }, signal);
  if (read.type === "Written") return { type: "Present", body: redact(read.object), arrivedAtMs: 0 };
  if (read.failure.reason === "NotFound") return { type: "Absent", sinceMs: 0 };
  const reason = read.failure.reason === "Forbidden" ? "Forbidden" : "NotObserved";
  return { type: "Unknown", reason, message: read.failure.message };
}

/** A key of this process's own: equal digests are equal values, and nobody else needs to agree. */
const digest = createDigest(randomBytes(32));

function redact(object: KubernetesObject): KubernetesObject {
  return redactObject(object, digest);
}

function inputOf(
  { ref, origin, bytes, refused, unfinished }: Declaration,
  { live, schema }: { readonly live: LiveState; readonly schema: DriftInput["schema"] },
): DriftInput {
  return {
    resource: ref,
    revision: origin.revision,
    desired:
      refused !== undefined
        ? { type: "Refused", ...refused }
        : unfinished !== undefined
          ? { type: "Unfinished", ...unfinished }
          : { type: "Stated", body: redact(unpackBody(bytes)) },
    live,
    // One look cannot know what was delivered when: what differs is shown.
    delivered: {
      uid: "",
      resourceVersion: "",
      revision: origin.revision,
      policyGeneration: 0,
      completed: false,
    },
    schema,
    policy: { mode: "Declared", rollback: "Never", suspended: false, generation: 0 },
    source: { headReadAtMs: 0 },
    nowMs: 0,
  };
}

function policyFromFile(path: string, { namespace }: DiffOptions): ReturnType<typeof parsePolicy> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return {
      type: "Invalid",
      message: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
  const file = readManifests(bytes, path);
  if (file.type === "Failed") return { type: "Invalid", message: file.fault.message };
  const policy = file.manifests.find(({ object }) => object.kind === "GitRepoPolicy");
  if (policy === undefined) return { type: "Invalid", message: `${path} holds no GitRepoPolicy` };
  const { metadata } = policy.object;
  return parsePolicy({
    ...policy.object,
    metadata: { ...metadata, namespace: metadata.namespace ?? namespace },
  });
}

function policyFromFlags({
  repo = "",
  path,
  branch,
  namespace,
}: DiffOptions): ReturnType<typeof parsePolicy> {
  const url = /^([a-z]+:\/\/|[^/]+@[^/]+:)/.test(repo) ? repo : pathToFileURL(resolve(repo)).href;
  const object = {
    apiVersion: "holdfast.dev/v1alpha1",
    kind: "GitRepoPolicy",
    metadata: { name: "command-line", namespace },
    spec: { source: { url, ref: { branch }, path } },
  };
  return parsePolicy(object);
}

async function mapInOrder<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += parallelReads) {
    results.push(...(await Promise.all(items.slice(i, i + parallelReads).map(map))));
  }
  return results;
}
