/** kubeconfig files: how a program reaches the API server, and as whom. */
import { writeFile } from "node:fs/promises";
import type { JsonObject } from "../../src/resource/resource.ts";

/** `cluster` and `user` are what kubeconfig so calls. JSON is YAML, so any reader takes the file. */
export async function writeKubeconfig(file: string, cluster: JsonObject, user: JsonObject): Promise<void> {
  const name = "holdfast-dev";
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
  // It holds a key: for the owner's eyes only.
  await writeFile(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}

/** The cluster at an address, e.g. `https://127.0.0.1:6443`, whose certificate `authority` signed (PEM). */
export function clusterAt(server: string, authority: string): JsonObject {
  return { server, "certificate-authority-data": base64(authority) };
}

/** The user whom a client certificate names. */
export function certificateUser(pair: { readonly key: string; readonly certificate: string }): JsonObject {
  return {
    "client-certificate-data": base64(pair.certificate),
    "client-key-data": base64(pair.key),
  };
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
