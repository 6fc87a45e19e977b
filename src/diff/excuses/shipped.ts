/** All shipped excuses. docs/detection-excuses.md is made from them. */
import { compileRows, type ExcuseRow } from "../excuse-row.ts";
import { indexRows } from "../row-index.ts";
import { certificateRows } from "./certificates.ts";
import { cloudRows } from "./cloud.ts";
import { kubernetesRows } from "./kubernetes.ts";
import { markRows } from "./marks.ts";
import { operationRows } from "./operations.ts";
import { platformRows } from "./platforms.ts";
import { secretRows } from "./secrets.ts";
import { serverRows } from "./server.ts";
import { workloadRows } from "./workloads.ts";

/** By theme, in the order in which they are told. */
export const rowsByTheme: ReadonlyMap<string, readonly ExcuseRow[]> = new Map([
  ["The API server", serverRows],
  ["Kubernetes' own controllers", kubernetesRows],
  ["Marks of deliverers", markRows],
  ["Operations", operationRows],
  ["Certificate authorities and certificates", certificateRows],
  ["Secrets from elsewhere", secretRows],
  ["Scaling, rollouts and restarts", workloadRows],
  ["Clouds, load balancers and node pools", cloudRows],
  ["Platforms: OpenShift, Rancher, AKS", platformRows],
]);

export const shippedRows = indexRows(compileRows([...rowsByTheme.values()].flat()));
