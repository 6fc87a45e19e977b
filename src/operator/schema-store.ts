/** Schemas by kind, loaded from the API server when a kind is first judged, and again when they change there. */
import type { GroupVersionKind, Json } from "../resource/resource.ts";
import { apiVersionOf } from "../resource/resource.ts";
import { type CompiledSchemas, compileOpenApi, kindKey, type OmittedZeros } from "../schema/open-api.ts";
import { anyNode, type SchemaNode } from "../schema/schema-node.ts";

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** What the API server publishes. Both throw if it cannot be read now. */
export interface SchemaDocuments {
  /** The document of one group and version, or undefined if the server publishes none. */
  readDocument(groupVersion: GroupVersion, signal: AbortSignal): Promise<Json | undefined>;
  /** What tells two states of a document apart; undefined for one that is not published. */
  readVersions(signal: AbortSignal): Promise<DocumentVersions>;
}

export type DocumentVersions = (groupVersion: GroupVersion) => string | undefined;

export interface SchemaStoreDeps extends SchemaDocuments {
  readonly zeros: OmittedZeros;
}

export interface SchemaStore {
  load(gvk: GroupVersionKind, signal: AbortSignal): Promise<void>;
  /** What is known; a kind without a schema is compared as plain JSON. */
  schemaOf(gvk: GroupVersionKind): SchemaNode;
  /**
   * Forgets what the server publishes otherwise by now, and answers which groups and versions that are: their objects
   * must be judged anew.
   */
  refresh(signal: AbortSignal): Promise<readonly GroupVersion[]>;
}

interface LoadedDocument {
  readonly groupVersion: GroupVersion;
  readonly schemas: Promise<CompiledSchemas>;
}

export function createSchemaStore({ readDocument, readVersions, zeros }: SchemaStoreDeps): SchemaStore {
  const documents = new Map<string, LoadedDocument>();
  const schemas = new Map<string, SchemaNode>();
  /** Read before any document, so that a document is never older than it says. */
  let versions: Promise<DocumentVersions> | undefined;

  return { load, schemaOf: (gvk) => schemas.get(kindKey(gvk)) ?? anyNode, refresh };

  async function load(gvk: GroupVersionKind, signal: AbortSignal): Promise<void> {
    if (schemas.has(kindKey(gvk))) return;
    const id = apiVersionOf(gvk);
    let document = documents.get(id);
    if (document === undefined) {
      const { group, version } = gvk;
      document = { groupVersion: { group, version }, schemas: read(gvk, signal) };
      documents.set(id, document);
    }
    try {
      const compiled = await document.schemas;
      // Forgotten while it was read: whoever needs it next reads it again.
      if (documents.get(id) !== document) return await load(gvk, signal);
      for (const [kind, schema] of compiled) schemas.set(kind, schema);
      // A kind that its own document does not name is not asked for again and again.
      if (!schemas.has(kindKey(gvk))) schemas.set(kindKey(gvk), anyNode);
    } catch (error) {
      if (documents.get(id) === document) documents.delete(id);
      throw error;
    }
  }

  async function read(groupVersion: GroupVersion, signal: AbortSignal): Promise<CompiledSchemas> {
    versions ??= readVersions(signal);
    try {
      await versions;
    } catch (error) {
      versions = undefined;
      throw error;
    }
    const document = await readDocument(groupVersion, signal);
    return document === undefined ? new Map() : compileOpenApi(document, zeros);
  }

  async function refresh(signal: AbortSignal): Promise<readonly GroupVersion[]> {
    if (versions === undefined) return [];
    const before = await versions;
    const now = await readVersions(signal);
    versions = Promise.resolve(now);
    const changed: GroupVersion[] = [];
    for (const [id, { groupVersion }] of documents) {
      if (before(groupVersion) === now(groupVersion)) continue;
      changed.push(groupVersion);
      documents.delete(id);
      for (const kind of schemas.keys()) if (isOf(kind, groupVersion)) schemas.delete(kind);
    }
    return changed;
  }
}

function isOf(kind: string, { group, version }: GroupVersion): boolean {
  return kind.startsWith(kindKey({ group, version, kind: "" }));
}
