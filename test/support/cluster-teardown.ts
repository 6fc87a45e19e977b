/** Jest's globalTeardown of the cluster tests. Jest asks for a default export. */
export { stopSharedCluster as default } from "./shared-cluster.ts";
