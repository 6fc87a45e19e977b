/** Starts a real Kubernetes control plane on this machine: etcd, kube-apiserver and kube-controller-manager. */
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "../../src/resource/resource.ts";
import type { Log } from "../tools/go-program.ts";
import { accessCluster, type ClusterAccess } from "./access.ts";
import { type Binaries, type Command, findBinaries } from "./binaries.ts";
import { apiServerFlags, controllerManagerFlags, etcdFlags, etcdUrl, type Ports } from "./flags.ts";
import { installIdentities } from "./identities.ts";
import { type Material, writeMaterial } from "./material.ts";
import { type Part, PartFailed, startPart } from "./part.ts";
import { freePorts } from "./ports.ts";

export interface ControlPlaneOptions {
  /** A file, or the policy itself. Without one nothing is audited. */
  readonly auditPolicy?: string | JsonObject;
  /** Default: `audit.log` in the control plane's directory. */
  readonly auditLog?: string;
  /** Added to those that every kube-apiserver here is given. */
  readonly apiServerFlags?: readonly string[];
  /** As kube-controller-manager's `--controllers` takes them; default: all. */
  readonly controllers?: readonly string[];
  /** For each process, a build not counted. Default: one minute. */
  readonly startTimeoutMs?: number;
  /** Told what is being done while it is slow; default: standard error. */
  readonly log?: Log;
}

/** A running control plane. It ends with this process, however that ends, and does not keep it alive. */
export interface ControlPlane extends ClusterAccess {
  /** `https://127.0.0.1:<port>`. */
  readonly server: string;
  /** Certificates, kubeconfigs and a log for each process; removed by `stop`. */
  readonly directory: string;
  readonly auditLog: string;
  /** Of the processes that run now. */
  pids(): readonly number[];
  /** The API server goes away and its data stay: what a client sees when it loses the cluster. */
  stopApiServer(): Promise<void>;
  /** It comes back at the same address with the same data. */
  startApiServer(): Promise<void>;
  /** Everything, in order; may be called twice. */
  stop(): Promise<void>;
}

const attempts = 3;
const defaultStartTimeoutMs = 60_000;

/**
 * Resolves when the API server is ready, the identities have their rights, and kube-controller-manager works.
 * @throws Error that says what to do when the binaries cannot be had; PartFailed with the end of a log, which is kept,
 * when a process does not come up.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const binaries = await findBinaries(options.log);
  for (let attempt = 1; ; attempt++) {
    const plane = await prepare(binaries, options);
    try {
      return await bringUp(plane);
    } catch (error) {
      await stopParts(plane.parts);
      if (!(error instanceof PartFailed && error.isPortTaken) || attempt === attempts) throw error;
      await rm(plane.directory, { recursive: true, force: true });
    }
  }
}

/** Everything that is settled before the first process starts, and the processes that have. */
interface Plane {
  readonly binaries: Binaries;
  readonly options: ControlPlaneOptions;
  readonly directory: string;
  readonly ports: Ports;
  readonly server: string;
  readonly material: Material;
  readonly auditLog: string;
  readonly access: ClusterAccess;
  /** By name, in the order in which they were started. */
  readonly parts: Map<string, Part>;
}

async function prepare(binaries: Binaries, options: ControlPlaneOptions): Promise<Plane> {
  const directory = await mkdtemp(join(tmpdir(), "holdfast-control-plane-"));
  const [etcd = 0, etcdPeer = 0, apiServer = 0] = await freePorts(3);
  const server = `https://127.0.0.1:${apiServer}`;
  const { material, cluster } = await writeMaterial(directory, { server, auditPolicy: options.auditPolicy });
  return {
    binaries,
    options,
    directory,
    ports: { etcd, etcdPeer, apiServer },
    server,
    material,
    auditLog: options.auditLog ?? join(directory, "audit.log"),
    access: accessCluster({ directory, kubectl: binaries.kubectl, cluster }),
    parts: new Map(),
  };
}

async function bringUp(plane: Plane): Promise<ControlPlane> {
  const { access, auditLog, directory, parts, server } = plane;
  const cleanUp = () => {
    for (const part of parts.values()) part.kill();
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", cleanUp);
  try {
    await startEtcd(plane);
    await startApiServer(plane);
    await startControllerManager(plane);
    await installIdentities(access);
  } catch (error) {
    // Whoever reads the message wants to read the logs.
    process.removeListener("exit", cleanUp);
    throw error;
  }
  return {
    ...access,
    server,
    directory,
    auditLog,
    pids: () => [...parts.values()].map(({ pid }) => pid),
    startApiServer: () => startApiServer(plane),
    stopApiServer: async () => {
      await parts.get("kube-apiserver")?.stop();
      parts.delete("kube-apiserver");
    },
    stop: async () => {
      await stopParts(parts);
      process.removeListener("exit", cleanUp);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function startEtcd(plane: Plane): Promise<void> {
  const flags = etcdFlags(join(plane.directory, "etcd"), plane.ports);
  return run(plane, { name: "etcd", command: plane.binaries.etcd, flags }, async () => {
    const answer = await fetch(`${etcdUrl(plane.ports)}/health`).catch(() => undefined);
    return answer?.ok === true;
  });
}

function startApiServer(plane: Plane): Promise<void> {
  const { binaries, material, ports, auditLog, access, options } = plane;
  const flags = [
    ...apiServerFlags(material, ports, { policy: material.auditPolicy, log: auditLog }),
    ...(options.apiServerFlags ?? []),
  ];
  return run(plane, { name: "kube-apiserver", command: binaries.apiServer, flags }, () =>
    isFound(access, "/readyz"),
  );
}

/** It works once it has made the first ServiceAccount. */
async function startControllerManager(plane: Plane): Promise<void> {
  const { binaries, material, access, options } = plane;
  if (binaries.controllerManager === undefined) return;
  const flags = controllerManagerFlags(material, options.controllers ?? ["*"]);
  await run(plane, { name: "kube-controller-manager", command: binaries.controllerManager, flags }, () =>
    isFound(access, "/api/v1/namespaces/default/serviceaccounts/default"),
  );
}

async function run(
  { directory, parts, options }: Plane,
  part: { readonly name: string; readonly command: Command; readonly flags: readonly string[] },
  isReady: () => Promise<boolean>,
): Promise<void> {
  const started = startPart({ ...part, directory });
  parts.set(part.name, started);
  await started.waitUntil(isReady, Date.now() + (options.startTimeoutMs ?? defaultStartTimeoutMs));
}

/** No answer is an answer too: it is not there yet. */
async function isFound(access: ClusterAccess, path: string): Promise<boolean> {
  const answer = await access.request({ path }).catch(() => undefined);
  return answer?.status === 200;
}

/** The last first: none should lose what it depends on and fill its log with complaints. */
async function stopParts(parts: Map<string, Part>): Promise<void> {
  for (const [name, part] of [...parts].reverse()) {
    await part.stop();
    parts.delete(name);
  }
}
