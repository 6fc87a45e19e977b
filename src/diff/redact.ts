/** Redaction at the door: by kind, path and key names only, so that desired and live always agree. */
import { isJsonObject, type Json, type JsonObject, type KubernetesObject } from "../resource/resource.ts";

/** A keyed digest of bytes, as text: the same for the same bytes, and nobody without the key can try out values. */
export type Digest = (bytes: Uint8Array) => string;

/** The annotation in which `kubectl apply` keeps the whole object as it was applied. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** Whether an object's kind holds values that must not be seen. */
export function isSensitive({
  apiVersion,
  kind,
}: {
  readonly apiVersion: Json;
  readonly kind: Json;
}): boolean {
  return apiVersion === "v1" && kind === "Secret";
}

/**
 * Replaces every value of a Secret by its digest: `data` decoded from base64, `stringData` as UTF-8 and, as the server
 * does it, written over `data`. The copy in the last-applied annotation is treated the same, leaf by leaf.
 * Objects of other kinds are returned as they are.
 */
export function redactObject(object: KubernetesObject, digest: Digest): KubernetesObject {
  if (!isSensitive(object)) return object;
  const { data, stringData, ...rest } = object;
  const redacted = {
    ...redactValues(data, digest, decodeBase64),
    ...redactValues(stringData, digest, encodeUtf8),
  };
  return {
    ...rest,
    ...(data === undefined && stringData === undefined ? {} : { data: redacted }),
    // Spreading loses what the type says of `rest`; these three are untouched but for the annotation.
    metadata: redactMetadata(object.metadata, digest),
  } as KubernetesObject;
}

function redactMetadata(
  metadata: KubernetesObject["metadata"],
  digest: Digest,
): KubernetesObject["metadata"] {
  const annotation = metadata.annotations?.[lastApplied];
  if (annotation === undefined) return metadata;
  return {
    ...metadata,
    annotations: { ...metadata.annotations, [lastApplied]: redactLastApplied(annotation, digest) },
  };
}

/** What does not parse, or is no object, becomes one digest: nobody can say where its secrets are. */
function redactLastApplied(text: Json, digest: Digest): string {
  const whole = () => digest(encodeUtf8(typeof text === "string" ? text : JSON.stringify(text)));
  if (typeof text !== "string") return whole();
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json; // JSON.parse answers JSON
  } catch {
    return whole();
  }
  if (!isJsonObject(parsed) || !isJsonObject(parsed["metadata"])) return whole();
  // An applied Secret says what it is; one that says something else is not to be trusted with values.
  if (!isSensitive({ apiVersion: parsed["apiVersion"] ?? null, kind: parsed["kind"] ?? null }))
    return whole();
  return JSON.stringify(redactObject(parsed as KubernetesObject, digest)); // has the three fields, see above
}

function redactValues(
  values: Json | undefined,
  digest: Digest,
  bytesOf: (text: string) => Uint8Array,
): JsonObject {
  if (values === undefined || values === null) return {};
  // Not a map of keys: the server would not take it, and there is no key to show.
  if (!isJsonObject(values)) return { "": digest(encodeUtf8(JSON.stringify(values))) };
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      digest(
        typeof value === "string" ? bytesOf(value) : encodeUtf8(value === null ? "" : JSON.stringify(value)),
      ),
    ]),
  );
}

/** What is not base64 stands for its own text; the server would refuse it. */
function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text.replaceAll(/[\r\n]/g, "")), (character) => character.charCodeAt(0));
  } catch {
    return encodeUtf8(text);
  }
}

function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
