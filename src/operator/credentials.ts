/** The Secret that a policy names → what Git needs to authenticate. */
import type { Policy } from "../api/policy.ts";
import type { Writer } from "../kubernetes/write.ts";
import { isJsonObject } from "../resource/resource.ts";
import type { SourceCredentials, SourceFault, SourceResult } from "../resource/source.ts";

/** Keys of the Secret, and the field each of them fills. The names are those that Flux and Argo CD users know. */
const fields = {
  username: "username",
  password: "password",
  bearerToken: "bearerToken",
  identity: "identity",
  known_hosts: "knownHosts",
  caFile: "caFile",
  "ca.crt": "caFile",
} as const satisfies Record<string, keyof SourceCredentials>;

const secretResource = {
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  namespaced: true,
  verbs: [],
} as const;

/** Reads the credentials anew each time: they are rotated, and never kept. */
export async function readCredentials(
  writer: Writer,
  policy: Policy,
  signal: AbortSignal,
): Promise<SourceResult<SourceCredentials | undefined>> {
  const { secretName } = policy.source;
  if (secretName === undefined) return { type: "Done", value: undefined };
  const secret = await writer.read(
    { resource: secretResource, namespace: policy.namespace, name: secretName },
    signal,
  );
  const where = `Secret ${policy.namespace}/${secretName} of spec.source.secretRef`;
  if (secret.type === "Failed")
    return failed(
      secret.failure.reason === "Unreachable" ? "Unreachable" : "AuthenticationFailed",
      `${where} cannot be read: ${secret.failure.message}`,
    );
  const { data } = secret.object;
  const credentials: Record<string, string> = {};
  for (const [key, field] of Object.entries(fields)) {
    const value = isJsonObject(data) ? data[key] : undefined;
    if (typeof value === "string") credentials[field] = Buffer.from(value, "base64").toString();
  }
  if (Object.keys(credentials).length === 0) {
    return failed("AuthenticationFailed", `${where} has none of the keys ${Object.keys(fields).join(", ")}`);
  }
  return { type: "Done", value: credentials };
}

function failed(
  reason: SourceFault["reason"],
  message: string,
): { readonly type: "Failed"; readonly fault: SourceFault } {
  return { type: "Failed", fault: { reason, message } };
}
