/** What the API server itself adds where no field of a schema can be named. */
import { serverAdditions } from "../../schema/server-additions.ts";
import type { ExcuseRow } from "../excuse-row.ts";
import { sameJson } from "../same-json.ts";

export const serverRows: readonly ExcuseRow[] = serverAdditions.map(
  ({ group, kinds, path, expected, reason }): ExcuseRow => ({
    name: nameOf(kinds, path),
    reason: "SystemMetadata",
    group,
    kinds,
    path,
    ...(expected === undefined
      ? {}
      : {
          check: (value, { desired, live, path }) => {
            const wanted = expected({ desired, live }, path);
            return wanted !== undefined && sameJson(value, wanted);
          },
        }),
    why: `${reason[0]?.toUpperCase() ?? ""}${reason.slice(1)}.`,
    source: "Observed on Kubernetes 1.36",
  }),
);

/** `server-namespace-labels-kubernetes-io-metadata-name`. */
function nameOf(kinds: readonly string[], path: string): string {
  const words = ["server", ...kinds, path.replace(/^metadata\./, "")].join(" ").toLowerCase();
  return words.replaceAll(/[^a-z0-9]+/g, "-").replace(/-$/, "");
}
