/** OpenAPI documents from the API server, found by its index. */
import { openApiKey, readOpenApi, readOpenApiIndex } from "../kubernetes/open-api.ts";
import type { Transport } from "../kubernetes/transport.ts";
import type { SchemaStoreDeps } from "./schema-store.ts";

export function createDocumentReader(transport: Transport): SchemaStoreDeps["readDocument"] {
  return async (groupVersion, signal) => {
    const index = await readOpenApiIndex(transport, signal);
    if (index.type === "Failed") throw new Error(`reading /openapi/v3: ${index.failure.message}`);
    const entry = index.value.get(openApiKey(groupVersion));
    if (entry === undefined) return undefined;
    const document = await readOpenApi(transport, entry, signal);
    if (document.type === "Failed") throw new Error(`reading ${entry.path}: ${document.failure.message}`);
    return document.value;
  };
}
