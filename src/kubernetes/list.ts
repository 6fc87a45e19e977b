/** Reading a collection page by page. */
import {
  apiVersionOf,
  isJsonObject,
  type Json,
  type KubernetesObject,
  parseApiVersion,
} from "../resource/resource.ts";
import type { ApiFailure } from "./api-failure.ts";
import { listAt, memberAt, textAt } from "./json-read.ts";
import type { Transport } from "./transport.ts";

export type ListPage =
  | {
      readonly type: "Page";
      readonly objects: readonly KubernetesObject[];
      /** Of the whole list, the same on each page. */
      readonly resourceVersion: string;
      readonly isLast: boolean;
    }
  | { readonly type: "Failed"; readonly failure: ApiFailure };

/** Which collection to read; `accept` for another media type than JSON's. */
export interface Collection {
  readonly transport: Transport;
  readonly path: string;
  readonly accept?: string;
}

/** Small enough that parsing one page of 6 KB objects takes some 15 ms. */
const pageSize = "250";

/** Ends after the last page, or after a failure; `Expired` says that the list must be started anew. */
export async function* readPages(
  { transport, path, accept }: Collection,
  signal: AbortSignal,
): AsyncGenerator<ListPage> {
  let token = "";
  do {
    const query = { limit: pageSize, ...(token === "" ? {} : { continue: token }) };
    const response = await transport.request(
      { method: "GET", path, query, ...(accept === undefined ? {} : { accept }) },
      signal,
    );
    if (response.type === "Failed") {
      yield response;
      return;
    }
    const resourceVersion = textAt(memberAt(response.json, "metadata"), "resourceVersion");
    const objects = objectsOf(response.json);
    if (objects === undefined || resourceVersion === "") {
      // Taken for an empty list it would mean that every object is gone.
      yield { type: "Failed", failure: { reason: "Other", code: 200, message: "the answer is no list" } };
      return;
    }
    token = textAt(memberAt(response.json, "metadata"), "continue");
    yield { type: "Page", objects, resourceVersion, isLast: token === "" };
  } while (token !== "");
}

/** Undefined if it is no list. */
function objectsOf(json: Json): readonly KubernetesObject[] | undefined {
  const kind = textAt(json, "kind");
  const items = memberAt(json, "items");
  if (!kind.endsWith("List") || !(Array.isArray(items) || items === null)) return undefined;
  const apiVersion = apiVersionOf(parseApiVersion(textAt(json, "apiVersion")));
  const itemKind = kind.slice(0, -"List".length);
  return (
    listAt(json, "items")
      .filter((item) => isJsonObject(item) && isJsonObject(item["metadata"]))
      // Items leave out what the list says of them; that they have metadata was looked at.
      .map((item) => ({ ...(item as KubernetesObject), apiVersion, kind: itemKind }))
  );
}
