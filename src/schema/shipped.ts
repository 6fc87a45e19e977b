/** The schemas of Kubernetes 1.36 itself, for use without a cluster; generated from the real API server. */
import type { GroupVersionKind } from "../resource/resource.ts";
import data from "./data/kubernetes-1.36.json" with { type: "json" };
import { omittedZeros } from "./omitted-zeros.ts";
import { type CompiledSchemas, compileOpenApi, kindKey } from "./open-api.ts";
import type { SchemaNode } from "./schema-node.ts";

const clusterScoped: ReadonlySet<string> = new Set(data.clusterScoped);

/** Compiled when first asked for: most commands never need it. */
let compiled: CompiledSchemas | undefined;

/** The schema of a built-in kind; undefined if Kubernetes 1.36 does not serve it. */
export function shippedKind(gvk: GroupVersionKind): { readonly schema: SchemaNode; readonly namespaced: boolean } | undefined {
  compiled ??= compileOpenApi(data.document, omittedZeros);
  const schema = compiled.get(kindKey(gvk));
  return schema === undefined ? undefined : { schema, namespaced: !clusterScoped.has(kindKey(gvk)) };
}
