/** JSON Patch, RFC 6902. */
import type { Json } from "../resource/resource.ts";

/** One operation, as far as rollbacks need them. */
export type JsonPatchOperation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: Json }
  | { readonly op: "remove"; readonly path: string };
