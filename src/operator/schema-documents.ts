/** OpenAPI documents from the API server, found by its index. */
import { type OpenApiIndex, openApiKey, readOpenApi, readOpenApiIndex } from "../kubernetes/open-api.ts";
import type { Transport } from "../kubernetes/transport.ts";
import type { SchemaDocuments } from "./schema-store.ts";

export function createDocumentReader(transport: Transport): SchemaDocuments {
  return {
    async readDocument(groupVersion, signal) {
      const entry = (await readIndex(signal)).get(openApiKey(groupVersion));
      if (entry === undefined) return undefined;
      const document = await readOpenApi(transport, entry, signal);
      if (document.type === "Failed") throw new Error(`reading ${entry.path}: ${document.failure.message}`);
      return document.value;
    },
    async readVersions(signal) {
      const index = await readIndex(signal);
      // The path holds a hash of the document.
      return (groupVersion) => index.get(openApiKey(groupVersion))?.path;
    },
  };

  async function readIndex(signal: AbortSignal): Promise<OpenApiIndex> {
    const index = await readOpenApiIndex(transport, signal);
    if (index.type === "Failed") throw new Error(`reading /openapi/v3: ${index.failure.message}`);
    return index.value;
  }
}
