/** Schemas by kind, loaded from the API server when a kind is first judged, and again when they change there. */
import type { Json, ResourceRef } from "../resource/resource.ts";
import { apiVersionOf } from "../resource/resource.ts";
import { type CompiledSchemas, compileOpenApi, kindKey, type OmittedZeros } from "../schema/open-api.ts";
import { anyNode, type SchemaNode } from "../schema/schema-node.ts";

export interface SchemaStoreDeps {
  /** The document of one group and version, or undefined if the server publishes none. Throws if it cannot be read now. */
  readDocument(
    groupVersion: { readonly group: string; readonly version: string },
    signal: AbortSignal,
  ): Promise<Json | undefined>;
  readonly zeros: OmittedZeros;
}

export interface SchemaStore {
  load(ref: ResourceRef, signal: AbortSignal): Promise<void>;
  /** What is known; a kind without a schema is compared as plain JSON. */
  schemaOf(ref: ResourceRef): SchemaNode;
  /** Schemas may have changed: they are loaded anew when they are next needed. */
  forget(): void;
}

export function createSchemaStore({ readDocument, zeros }: SchemaStoreDeps): SchemaStore {
  const documents = new Map<string, Promise<CompiledSchemas>>();
  const schemas = new Map<string, SchemaNode>();

  return {
    async load(ref, signal) {
      const groupVersion = apiVersionOf(ref);
      if (schemas.has(kindKey(ref))) return;
      let document = documents.get(groupVersion);
      if (document === undefined) documents.set(groupVersion, (document = read(ref, signal)));
      try {
        for (const [kind, schema] of await document) schemas.set(kind, schema);
        // A kind that its own document does not name is not asked for again and again.
        if (!schemas.has(kindKey(ref))) schemas.set(kindKey(ref), anyNode);
      } catch (error) {
        documents.delete(groupVersion);
        throw error;
      }
    },
    schemaOf: (ref) => schemas.get(kindKey(ref)) ?? anyNode,
    forget() {
      documents.clear();
      schemas.clear();
    },
  };

  async function read(ref: ResourceRef, signal: AbortSignal): Promise<CompiledSchemas> {
    const document = await readDocument(ref, signal);
    return document === undefined ? new Map() : compileOpenApi(document, zeros);
  }
}
