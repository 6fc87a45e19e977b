/** Which release of Kubernetes the API server is of. */
import { textAt } from "./json-read.ts";
import type { Transport } from "./transport.ts";

/** As it says it: `v1.36.3`. Undefined if it does not tell. */
export async function readServerVersion(
  transport: Pick<Transport, "request">,
  signal: AbortSignal,
): Promise<string | undefined> {
  const response = await transport.request({ method: "GET", path: "/version" }, signal);
  if (response.type === "Failed") return undefined;
  const version = textAt(response.json, "gitVersion");
  return version === "" ? undefined : version;
}
