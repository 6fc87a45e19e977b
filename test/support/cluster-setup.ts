/** Jest's globalSetup of the cluster tests. Jest asks for a default export. */
export { startSharedCluster as default } from "./shared-cluster.ts";
