/** The comparison of two files, with no cluster: schemas are the shipped ones and those of CRDs beside the objects. */
import { readFileSync } from "node:fs";
import type { Policy } from "../api/policy.ts";
import { defaultDelivererNamespaces } from "../config.ts";
import type { Declaration } from "../controller/desired-store.ts";
import { type OwnerRead, ownerReadOf } from "../controller/owner-read.ts";
import { placeObjects } from "../controller/place.ts";
import { policyKey } from "../controller/policy-key.ts";
import type { Manifest } from "../render/manifests.ts";
import { findUnfinished } from "../render/unfinished.ts";
import type { DesiredObject } from "../resource/desired.ts";
import {
  apiVersionOf,
  formatRef,
  type ResourceKey,
  type ResourceRef,
  refOf,
  resourceKey,
} from "../resource/resource.ts";
import type { DiffOptions, DiffOutcome } from "./diff-options.ts";
import type { DiffResult } from "./diff-report.ts";
import { absent, needsLive } from "./judge.ts";
import { createJudgement } from "./judgement.ts";
import { keeper } from "./keeper.ts";
import { indexLive } from "./live-file.ts";
import { scalersInFile } from "./live-scalers.ts";
import { createOfflineSchemas, type OfflineSchemas } from "./offline-schemas.ts";
import { readObjects } from "./read-input.ts";
import { createUndeclared } from "./undeclared.ts";

export interface FilePair {
  readonly desired: string;
  readonly live: string;
}

export type FileDiffOptions = Pick<DiffOptions, "namespace" | "mode" | "output" | "explain" | "suggest"> & {
  /** A policy's; without one, what a policy that says nothing is given. */
  readonly detection?: Policy["detection"];
};

export async function diffFiles({ desired, live }: FilePair, options: FileDiffOptions): Promise<DiffOutcome> {
  const { namespace = "" } = options;
  if (desired === "-" && live === "-")
    return failed("standard input can be one of --desired and --live, not both");
  const manifests = await readObjects(desired);
  if (typeof manifests === "string") return failed(manifests);
  if (manifests.length === 0) return failed(`${desired} holds no objects, so there is nothing to compare`);
  const liveManifests = await readObjects(live);
  if (typeof liveManifests === "string") return failed(liveManifests);

  const schemas = createOfflineSchemas(manifests.map(({ object }) => object));
  const declarations = await place(manifests, { path: desired, namespace, schemas });
  const liveFile = indexLive(liveManifests, {
    path: live,
    isNamespaced: (ref) => schemas.scopeOf(ref) !== "Cluster",
    isDeclared: (key) => declarations.has(key),
  });
  const found: Declaration[] = [];
  const detection = options.detection ?? commandLinePolicy(namespace).detection;
  const rules = { ...detection, mode: options.mode ?? detection.mode };
  const judgement = createJudgement({ declarations, rules, keep: keeper(options) });
  for (const declaration of declarations.values()) {
    const { live: state, ref } = liveFile.find(declaration.ref);
    // Where the manifest leaves its namespace to the live file, the object is declared where it was found.
    found.push({ ...declaration, ref, key: resourceKey(ref) });
    const observed = needsLive(declaration) ? { live: state, ref } : { live: absent, ref: declaration.ref };
    judgement.observe(declaration, { ...observed, schema: schemas.schemaOf(declaration.ref) });
  }
  const objects = liveManifests.map(({ object }) => object);
  const results = await judgement.results(
    scalersInFile(found, { objects, schemas }),
    new AbortController().signal,
  );
  const policy = { ...commandLinePolicy(namespace), detection };
  const undeclared = await findUndeclared(liveManifests, { path: live, policy, declared: found, schemas });
  const notice = noticeOf(live, liveManifests, results);
  return {
    type: "Compared",
    results: [...results, ...undeclared],
    readFile: (path) => Promise.resolve(readText(path)),
    ...(notice === undefined ? {} : { notice }),
  };
}

/** Worth a word, and no reason to stop. */
function noticeOf(
  path: string,
  live: readonly Manifest[],
  results: readonly DiffResult[],
): string | undefined {
  // kubectl prints nothing where it finds nothing, and where it fails.
  if (live.length === 0) return `${path} holds no objects, so everything is missing`;
  const isAdded = ({ verdict }: DiffResult) =>
    verdict.status === "Drifted" && verdict.changes.some(({ type }) => type === "Added");
  if (live.some(({ object }) => object.metadata["managedFields"] !== undefined) || !results.some(isAdded))
    return undefined;
  return `${path} does not say who owns what, so what controllers add is not excused; get it with: kubectl get --show-managed-fields -o yaml`;
}

/** Standard input, and a file that is gone by now, have no text to change. */
function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Of the live file, what the desired one does not hold, in the namespaces and of the kinds that it speaks of, or that are sensitive. */
async function findUndeclared(
  manifests: readonly Manifest[],
  {
    path,
    policy,
    declared,
    schemas,
  }: Pick<Placing, "path" | "schemas"> & {
    readonly policy: Policy;
    readonly declared: readonly Declaration[];
  },
): Promise<readonly DiffResult[]> {
  const undeclared = createUndeclared({
    policy,
    declarations: declared,
    operatorNamespace: "",
    delivererNamespaces: defaultDelivererNamespaces,
    nowMs: Date.now(),
    scopeOf: schemas.scopeOf,
    readOwner: (ref) => Promise.resolve(readOwner(ref)),
  });
  for (const { object } of manifests) {
    const ref = refOf(object);
    undeclared.saw(object, schemas.scopeOf(ref) === "Cluster" ? { ...ref, namespace: "" } : ref);
  }
  return await undeclared.judge(new AbortController().signal);

  function readOwner(ref: ResourceRef): OwnerRead {
    const found = manifests.find(({ object }) => resourceKey(refOf(object)) === resourceKey(ref));
    if (found !== undefined) return ownerReadOf(found.object);
    return { type: "Failed", reason: "NotObserved", message: `${path} does not hold ${formatRef(ref)}` };
  }
}

/** Whoever compares two files may compare all that they hold: there is one namespace, and it reaches every other. */
function commandLinePolicy(namespace: string): Policy {
  return {
    namespace: "",
    name: "command-line",
    uid: "",
    generation: 0,
    source: { url: "", ref: { branch: "" }, path: "", render: "Plain", intervalSeconds: 0 },
    targetNamespace: namespace,
    detection: { mode: "Exact", unexpected: "Report", sensitiveKinds: "Watch", ignore: [], trust: [] },
    rollback: { mode: "Never" },
    suspend: false,
  };
}

interface Placing {
  readonly path: string;
  /** For manifests that state none; "" where the live file is to say. */
  readonly namespace: string;
  readonly schemas: OfflineSchemas;
}

async function place(
  manifests: readonly Manifest[],
  { path, namespace, schemas }: Placing,
): Promise<ReadonlyMap<ResourceKey, Declaration>> {
  const policy = commandLinePolicy(namespace);
  const placed = await placeObjects(
    manifests.map((manifest) => desiredObject(manifest, path)),
    {
      policy: policyKey(policy),
      policyNamespace: policy.namespace,
      operatorNamespace: policy.namespace,
      targetNamespace: namespace,
      scopeOf: schemas.scopeOf,
    },
  );
  return new Map([...placed].map(([key, declaration]) => [key, inOfflineWords(declaration)]));
}

function desiredObject({ object, line }: Manifest, path: string): DesiredObject {
  const unfinished = findUnfinished(object);
  const origin = { repository: "", revision: "", path, line };
  return { ref: refOf(object), body: object, origin, ...(unfinished === undefined ? {} : { unfinished }) };
}

/** There is no API server here that could serve a kind or not. */
function inOfflineWords(declaration: Declaration): Declaration {
  const { ref, refused } = declaration;
  if (refused?.reason !== "KindNotServed") return declaration;
  const message = `neither the shipped schemas nor a CRD in the desired file know ${ref.kind} in ${apiVersionOf(ref)}`;
  return { ...declaration, refused: { ...refused, message } };
}

function failed(message: string): DiffOutcome {
  return { type: "Failed", message };
}
