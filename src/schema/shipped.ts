/** The schemas of the built-in kinds of one Kubernetes release, for use without a cluster. */
import type { GroupVersionKind } from "../resource/resource.ts";
import data from "./data/kubernetes-1.36.json" with { type: "json" };
import { omittedZeros } from "./omitted-zeros.ts";
import { createCompiler, kindKey } from "./open-api.ts";
import type { SchemaNode } from "./schema-node.ts";

/** The release whose schemas these are, e.g. `1.36.3`. */
export const shippedRelease: string = data.kubernetes;

/** One built-in kind. `resource` is its plural name, as in URLs. */
export interface ShippedKind {
  readonly schema: SchemaNode;
  readonly resource: string;
  readonly namespaced: boolean;
}

const kinds = new Map(data.kinds.map((kind) => [kindKey(kind), kind]));
const compiler = createCompiler(data, omittedZeros);
/** Compiling is a pure function of the data: remembered, since no command needs more than a few kinds. */
const compiled = new Map<string, ShippedKind>();

/** Undefined if this release does not serve the kind in this version. */
export function shippedKind(gvk: GroupVersionKind): ShippedKind | undefined {
  const key = kindKey(gvk);
  const known = kinds.get(key);
  if (known === undefined) return undefined;
  const { resource, namespaced } = known;
  const kind = compiled.get(key) ?? { schema: compiler.compileKind(known.type), resource, namespaced };
  compiled.set(key, kind);
  return kind;
}

/** All that it serves. */
export function shippedKinds(): readonly GroupVersionKind[] {
  return data.kinds.map(({ group, version, kind }) => ({ group, version, kind }));
}
