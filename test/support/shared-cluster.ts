/** The one cluster of a Jest run: started before the first cluster test, stopped after the last. */
import { rm } from "node:fs/promises";
import process from "node:process";
import {
  accessCluster,
  type ClusterAccess,
  type ClusterDescription,
} from "../../dev/control-plane/access.ts";
import { accessExistingCluster } from "../../dev/control-plane/existing.ts";
import { startControlPlane } from "../../dev/control-plane/start.ts";

/** What the tests, which run in other processes, are told. */
type Shared =
  | { readonly type: "Running"; readonly cluster: ClusterDescription }
  | { readonly type: "Failed"; readonly message: string };

/** Set by this module only, for the processes that Jest starts. */
const variable = "HOLDFAST_TEST_SHARED_CLUSTER";
const stops: (() => Promise<void>)[] = [];

/** Never throws: that would end the whole run, with no test counted; each cluster test fails instead. */
export async function startSharedCluster(): Promise<void> {
  // An interrupted run leaves no folder behind: the control plane cleans up when this process exits.
  process.once("SIGINT", () => process.exit(130));
  const shared = await start().catch(
    (error: unknown): Shared => ({
      type: "Failed",
      message: error instanceof Error ? error.message : String(error),
    }),
  );
  process.env[variable] = JSON.stringify(shared);
}

export async function stopSharedCluster(): Promise<void> {
  for (const stop of stops.splice(0)) await stop();
}

/** @throws Error with the reason, when the cluster could not be started. */
export function accessSharedCluster(): ClusterAccess {
  const told = process.env[variable];
  if (told === undefined) throw new Error("no cluster: only tests in test/cluster have one");
  // Written above, by this very module.
  const shared = JSON.parse(told) as Shared;
  if (shared.type === "Failed") throw new Error(`no cluster: ${shared.message}`);
  return accessCluster(shared.cluster);
}

async function start(): Promise<Shared> {
  const existing = process.env.HOLDFAST_TEST_KUBECONFIG;
  const isGiven = existing !== undefined && existing !== "";
  const access = isGiven ? await useExisting(existing) : await startOwn();
  await access.waitForAggregation();
  return { type: "Running", cluster: access.description };
}

async function startOwn(): Promise<ClusterAccess> {
  const plane = await startControlPlane();
  stops.push(() => plane.stop());
  return plane;
}

async function useExisting(kubeconfig: string): Promise<ClusterAccess> {
  const access = await accessExistingCluster(kubeconfig);
  stops.push(() => rm(access.description.directory, { recursive: true, force: true }));
  return access;
}
