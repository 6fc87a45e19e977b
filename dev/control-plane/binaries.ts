/** Where the parts of the control plane are: envtest's binaries where they are given, else our own build. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../tools/go-program.ts";
import { buildControlPlane } from "./build.ts";

/** A program and its first arguments. */
export type Command = readonly [program: string, ...args: string[]];

export interface Binaries {
  readonly etcd: Command;
  readonly apiServer: Command;
  /** envtest ships none: then nothing makes ServiceAccounts, aggregates roles or collects garbage. */
  readonly controllerManager: Command | undefined;
  readonly kubectl: Command;
}

/** @throws Error that says what to do, where our own build is needed and fails. */
export async function findBinaries(log?: Log): Promise<Binaries> {
  const assets = process.env.KUBEBUILDER_ASSETS;
  return assets === undefined || assets === "" ? builtBinaries(log) : givenBinaries(assets);
}

async function builtBinaries(log?: Log): Promise<Binaries> {
  const kube = await buildControlPlane(log);
  return {
    etcd: [kube, "etcd"],
    apiServer: [kube, "kube-apiserver"],
    controllerManager: [kube, "kube-controller-manager"],
    kubectl: [kube, "kubectl"],
  };
}

async function givenBinaries(folder: string): Promise<Binaries> {
  const manager = join(folder, "kube-controller-manager");
  const hasManager = await access(manager).then(
    () => true,
    () => false,
  );
  return {
    etcd: [join(folder, "etcd")],
    apiServer: [join(folder, "kube-apiserver")],
    controllerManager: hasManager ? [manager] : undefined,
    kubectl: [join(folder, "kubectl")],
  };
}
