/** The comparison of a repository with a cluster: get and list are all it needs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Policy } from "../api/policy.ts";
import type { Declaration } from "../controller/desired-store.ts";
import type { LiveState } from "../drift/input.ts";
import { createDiscovery } from "../kubernetes/discovery.ts";
import { loadKubeConfig } from "../kubernetes/kube-config.ts";
import { readServerVersion } from "../kubernetes/server-version.ts";
import { createTransport } from "../kubernetes/transport.ts";
import { createWriter } from "../kubernetes/write.ts";
import { createDocumentReader } from "../operator/schema-documents.ts";
import { createSchemaStore } from "../operator/schema-store.ts";
import { omittedZeros } from "../schema/omitted-zeros.ts";
import { tableFits } from "../schema/server-fills.ts";
import { version } from "../version.ts";
import { type ClusterLiveDeps, readLive } from "./cluster-live.ts";
import { findUndeclared } from "./cluster-undeclared.ts";
import { createConfirmation } from "./confirm-results.ts";
import { type Declared, readDeclared } from "./declared.ts";
import type { DiffOptions, DiffOutcome } from "./diff-options.ts";
import type { DiffResult } from "./diff-report.ts";
import { notObserved } from "./judge.ts";
import { createJudgement, type JudgementOptions } from "./judgement.ts";
import { scalersInCluster } from "./live-scalers.ts";
import { flagWords, policyFromFile, policyFromFlags } from "./policy-of-command.ts";
import { printable } from "./printable.ts";
import { createProgress, type Progress } from "./progress.ts";

/** `policyFile` or `options.repo` says which repository. */
export async function diffCluster(
  policyFile: string | undefined,
  options: DiffOptions,
): Promise<DiffOutcome> {
  const kubeConfig = loadKubeConfig(options.kubeconfig);
  const namespace = options.namespace ?? contextNamespace(kubeConfig);
  const parsed =
    policyFile === undefined
      ? await policyFromFlags(options.repo ?? "", options, namespace)
      : await policyFromFile(policyFile, namespace);
  if (parsed.type === "Invalid") return failed(parsed.message);

  const dataDir = mkdtempSync(join(tmpdir(), "holdfast-diff-"));
  const stop = new AbortController();
  const onSignal = (name: string) => stop.abort(new Error(`stopped by ${name}`));
  // The copy of the repository, and keys that Git was given, must not stay behind.
  for (const name of signals) process.once(name, onSignal);
  try {
    const outcome = await compare(parsed.policy, { kubeConfig, options, dataDir }, stop.signal);
    const inPolicyWords = policyFile !== undefined || outcome.type !== "Failed";
    return inPolicyWords ? outcome : failed(flagWords(outcome.message));
  } finally {
    for (const name of signals) process.off(name, onSignal);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

type KubeConfig = ReturnType<typeof loadKubeConfig>;

const signals = ["SIGINT", "SIGTERM"] as const;

interface Setting {
  readonly kubeConfig: KubeConfig;
  readonly options: DiffOptions;
  readonly dataDir: string;
}

async function compare(
  policy: Policy,
  { kubeConfig, options, dataDir }: Setting,
  signal: AbortSignal,
): Promise<DiffOutcome> {
  const transport = createTransport({ kubeConfig, userAgent: `holdfast-diff/${version}` });
  const progress = createProgress();
  try {
    const discovery = createDiscovery(transport);
    const failure = await discovery.refresh(signal);
    if (failure !== undefined) {
      const server = kubeConfig.getCurrentCluster()?.server ?? "";
      return failed(`the API server ${server} cannot be asked: ${failure.message}`);
    }
    progress.step(printable(`fetching ${policy.source.url}`));
    const writer = createWriter(transport);
    const revision = await readDeclared(
      policy,
      { kubectl: options.kubectl, dataDir, discovery, writer },
      signal,
    );
    if (typeof revision === "string") return failed(revision);
    const { declared } = revision;

    const deps = { transport, writer, discovery };
    const rules = { ...policy.detection, mode: options.mode ?? policy.detection.mode };
    const release = await readServerVersion(transport, signal);
    const isOfTable = release === undefined || tableFits(release);
    const confirmation = createConfirmation(options, deps);
    const { keep } = confirmation;
    const judged = await judgeAll(declared, { ...deps, progress, rules, keep, tableFits: isOfTable }, signal);
    const results = await confirmation.confirm(judged, declared, signal);
    const undeclared = await findUndeclared(policy, { declared, deps }, signal);
    const notices = [confirmation.notice(), undeclared.notice].filter((notice) => notice !== undefined);
    // The copy of the repository is gone when the patch is made.
    const files = options.output === "patch" ? await revision.readFiles(signal) : noFiles;
    return {
      type: "Compared",
      results: [...results, ...undeclared.results],
      ...(notices.length === 0 ? {} : { notice: notices.join("; ") }),
      readFile: (path) => Promise.resolve(textOf(files.get(path))),
    };
  } finally {
    progress.end();
    await transport.close();
  }
}

/** In the order in which the repository declares them, however the answers come. */
async function judgeAll(
  declared: Declared,
  {
    progress,
    rules,
    keep,
    tableFits: fits,
    ...deps
  }: ClusterLiveDeps &
    Pick<Required<JudgementOptions>, "rules" | "keep" | "tableFits"> & { readonly progress: Progress },
  signal: AbortSignal,
): Promise<readonly DiffResult[]> {
  const schemas = createSchemaStore({ ...createDocumentReader(deps.transport), zeros: omittedZeros });
  const judgement = createJudgement({ declarations: declared, rules, keep, tableFits: fits });
  const onLive = async (declaration: Declaration, live: LiveState) => {
    const observed = live.type === "Present" ? await withSchema(declaration, live) : live;
    judgement.observe(declaration, { live: observed, schema: schemas.schemaOf(declaration.ref) });
    progress.count(declared.size);
  };
  await readLive(declared.values(), { deps, onLive }, signal);
  return await judgement.results(scalersInCluster(declared.values(), deps), signal);

  /** Without its schema an object cannot be compared; the others can. */
  async function withSchema({ ref }: Declaration, live: LiveState): Promise<LiveState> {
    try {
      await schemas.load(ref, signal);
      return live;
    } catch (error) {
      signal.throwIfAborted();
      return notObserved(error instanceof Error ? error.message : String(error));
    }
  }
}

const noFiles: ReadonlyMap<string, Uint8Array> = new Map();

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

/** As kubectl does it for what states none. */
function contextNamespace(kubeConfig: KubeConfig): string {
  return kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace ?? "default";
}

function failed(message: string): DiffOutcome {
  return { type: "Failed", message };
}
