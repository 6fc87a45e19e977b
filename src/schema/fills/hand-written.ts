/** The rows of the table that people write: conditional, derived and allocated ones. */
import type { FillRow } from "./fill-row.ts";
import { clusterRows } from "./rows-cluster.ts";
import { networkAndStorageRows } from "./rows-network-storage.ts";
import { podRows } from "./rows-pod.ts";
import { workloadRows } from "./rows-workloads.ts";

export const handWrittenRows: readonly FillRow[] = [
  ...podRows,
  ...workloadRows,
  ...networkAndStorageRows,
  ...clusterRows,
];
