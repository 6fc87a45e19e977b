/** Redaction at the door: by kind, path and key names only, so that desired and live always agree. */
import type { FieldPath } from "../fieldpath/field-path.ts";
import { isJsonObject, type Json, type JsonObject, type KubernetesObject } from "../resource/resource.ts";

/** A keyed digest of bytes, as text: the same for the same bytes, and nobody without the key can try out values. */
export type Digest = (bytes: Uint8Array) => string;

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

/** The annotation in which `kubectl apply` keeps the whole object as it was applied. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** All that a Secret says besides its values (io.k8s.api.core.v1.Secret). What is misspelt is taken for a value. */
const harmlessFields: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "type", "immutable"]);

/**
 * Replaces every value of a Secret by its digest: `data` decoded from base64, `stringData` as UTF-8 and, as the server
 * does it, written over `data`. The copy in the last-applied annotation is treated the same, leaf by leaf; one that is
 * no such copy becomes one digest. Objects of other kinds are returned as they are.
 */
export function redactObject(object: KubernetesObject, digest: Digest): KubernetesObject {
  if (!isSensitive(object)) return object;
  const { data, stringData, ...rest } = object;
  const fields = Object.entries(rest).map(([field, value]) => {
    return [field, harmlessFields.has(field) ? value : digestOfJson(value, digest)] as const;
  });
  if (data !== undefined || stringData !== undefined) {
    fields.push(["data", redactedData({ data, stringData }, digest)]);
  }
  const metadata = redactMetadata(object.metadata, digest);
  // The three fields that make an object are among the harmless ones.
  return { ...Object.fromEntries(fields), metadata } as unknown as KubernetesObject;
}

/** Whether the value at a path, or one below it, is a digest. */
export function isRedactedPath(
  kind: { readonly apiVersion: string; readonly kind: string },
  path: FieldPath,
): boolean {
  if (!isSensitive(kind)) return false;
  const [top, second, third] = path.map((element) => (element.type === "field" ? element.name : undefined));
  if (top !== "metadata") return top === undefined || !harmlessFields.has(top);
  if (second !== undefined && second !== "annotations") return false;
  return third === undefined || third === lastApplied;
}

function redactedData(
  { data, stringData }: { readonly data: Json | undefined; readonly stringData: Json | undefined },
  digest: Digest,
): Json {
  // Neither is a map of keys: the server would not take it, and there is no key to show.
  for (const part of [data, stringData]) {
    if (part !== undefined && part !== null && !isJsonObject(part))
      return digestOfJson([data ?? null, stringData ?? null], digest);
  }
  if ((data ?? null) === null && (stringData ?? null) === null) return null;
  const decoded = redactValues(data, { digest, bytesOf: decodeBase64 });
  const plain = redactValues(stringData, { digest, bytesOf: encodeUtf8 });
  return { ...decoded, ...plain };
}

/** A null says nothing, on either side, and shows nothing. */
function redactValues(
  values: Json | undefined,
  {
    digest,
    bytesOf,
  }: { readonly digest: Digest; readonly bytesOf: (text: string) => Uint8Array | undefined },
): JsonObject {
  if (!isJsonObject(values)) return {};
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (value === null) return [key, null];
      const bytes = typeof value === "string" ? bytesOf(value) : undefined;
      return [key, bytes === undefined ? digestOfJson(value, digest) : digest(bytes)];
    }),
  );
}

function redactMetadata(
  metadata: KubernetesObject["metadata"],
  digest: Digest,
): KubernetesObject["metadata"] {
  const annotations: Json | undefined = metadata.annotations;
  if (!isJsonObject(annotations) || !Object.hasOwn(annotations, lastApplied)) return metadata;
  const redacted = {
    ...annotations,
    [lastApplied]: redactLastApplied(annotations[lastApplied] ?? null, digest),
  };
  return { ...metadata, annotations: redacted };
}

function redactLastApplied(annotation: Json, digest: Digest): string {
  const parsed = typeof annotation === "string" ? parseJson(annotation) : undefined;
  // An applied Secret says what it is; of anything else nobody can say where its secrets are.
  const isCopy =
    isJsonObject(parsed) &&
    isJsonObject(parsed["metadata"]) &&
    isSensitive({ apiVersion: parsed["apiVersion"] ?? null, kind: parsed["kind"] ?? null });
  if (!isCopy) return digestOfJson(annotation, digest);
  return JSON.stringify(redactObject(parsed as KubernetesObject, digest)); // it has the three fields, see above
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // JSON.parse answers JSON
  } catch {
    return undefined;
  }
}

/** The digest of what stands for no bytes (a number, text that is not base64). The mark keeps it apart from those that do. */
function digestOfJson(value: Json, digest: Digest): string {
  return digest(encodeUtf8(`\0${JSON.stringify(value)}`));
}

function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
