/** Manifests that are not what will be delivered: something still has to decrypt or fill them in. */
import type { DesiredObject } from "../resource/desired.ts";
import { isJsonObject, type Json, type KubernetesObject } from "../resource/resource.ts";

/** Marks left for other programs, as they write them. */
const placeholders: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /^ENC\[/, what: "SOPS ciphertext" },
  { pattern: /<path:[^>]+>/, what: "a placeholder of a vault plugin" },
  { pattern: /\{\{/, what: "a template expression" },
];
/** What Flux's post-build substitution would replace; `$${NAME}` is its escape. */
const fluxVariable = /(?<!\$)\$\{[A-Za-z_][A-Za-z0-9_]*([:=?+-][^}]*)?\}/;
const fluxOff = "kustomize.toolkit.fluxcd.io/substitute";

/** Why the object cannot be compared as it is; undefined if it can. */
export function findUnfinished(object: KubernetesObject): DesiredObject["unfinished"] {
  if (object.metadata.name === undefined || object.metadata.name === "") {
    return {
      reason: "NoName",
      detail: "metadata.generateName: the server makes the name, so the live object cannot be told",
    };
  }
  const { sops } = object;
  if (isJsonObject(sops) && ("mac" in sops || "version" in sops)) {
    return { reason: "NotRendered", detail: "sops: the manifest is encrypted" };
  }
  const substitutes =
    object.metadata.annotations?.[fluxOff] !== "disabled" && object.metadata.labels?.[fluxOff] !== "disabled";
  return findIn(object, "", substitutes);
}

function findIn(value: Json, path: string, substitutes: boolean): DesiredObject["unfinished"] {
  if (typeof value === "string") return findInText(value, path, substitutes);
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, item] of Object.entries(value)) {
    const found = findIn(item, path === "" ? name : `${path}.${name}`, substitutes);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findInText(text: string, path: string, substitutes: boolean): DesiredObject["unfinished"] {
  const what =
    placeholders.find(({ pattern }) => pattern.test(text))?.what ??
    (substitutes && fluxVariable.test(text) ? "a variable that Flux would substitute" : undefined);
  return what === undefined ? undefined : { reason: "NotRendered", detail: `${path} holds ${what}` };
}
