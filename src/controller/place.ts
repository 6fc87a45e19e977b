/** Where a rendered object belongs: its namespace, and whether its policy may speak of it at all. */
import { createTurns } from "../async/turns.ts";
import type { DesiredObject } from "../resource/desired.ts";
import {
  formatRef,
  type KubernetesObject,
  type ResourceKey,
  type ResourceRef,
  resourceKey,
} from "../resource/resource.ts";
import { type Declaration, packBody } from "./desired-store.ts";
import type { PolicyKey } from "./policy-key.ts";

/** Whether objects of a kind live in namespaces; `NotServed` if the API server does not know the kind (yet). */
export type KindScope = "Namespaced" | "Cluster" | "NotServed";

export interface Placement {
  readonly policy: PolicyKey;
  readonly policyNamespace: string;
  /** For manifests that state no namespace. */
  readonly targetNamespace: string;
  /** Policies in this namespace reach every other, and cluster-scoped objects. */
  readonly operatorNamespace: string;
  readonly scopeOf: (ref: ResourceRef) => KindScope;
}

/** Turns one revision's objects into declarations. Two documents that declare one object are refused, both of them. */
export async function placeObjects(
  objects: readonly DesiredObject[],
  placement: Placement,
): Promise<Map<ResourceKey, Declaration>> {
  const turn = createTurns();
  const declarations = new Map<ResourceKey, Declaration>();
  const nameless = new Map<string, number>();
  for (const object of objects) {
    await turn();
    const declaration = placeObject(object, placement, nameless);
    const other = declarations.get(declaration.key);
    declarations.set(declaration.key, other === undefined ? declaration : declaredTwice(declaration, other));
  }
  return declarations;
}

function placeObject(
  object: DesiredObject,
  placement: Placement,
  nameless: Map<string, number>,
): Declaration {
  const scope = placement.scopeOf(object.ref);
  const namespace = scope === "Cluster" ? "" : object.ref.namespace || placement.targetNamespace;
  const ref = { ...object.ref, name: nameOf(object, nameless), namespace };
  const refused = refuse(ref, scope, placement);
  return {
    policy: placement.policy,
    key: resourceKey(ref),
    ref,
    origin: object.origin,
    bytes: packBody(inNamespace(object.body, namespace)),
    ...(object.unfinished === undefined ? {} : { unfinished: object.unfinished }),
    ...(refused === undefined ? {} : { refused }),
  };
}

/**
 * An object without a name still needs a key of its own, so that it is counted; no name holds such characters. Several
 * may stand on one line, as items of a list.
 */
function nameOf({ ref, body, origin }: DesiredObject, nameless: Map<string, number>): string {
  if (ref.name !== "") return ref.name;
  const place = `${body.metadata.generateName ?? ""}*<${origin.path}:${origin.line ?? 0}>`;
  const count = (nameless.get(place) ?? 0) + 1;
  nameless.set(place, count);
  return count === 1 ? place : `${place}#${count}`;
}

function inNamespace(body: KubernetesObject, namespace: string): KubernetesObject {
  const { namespace: _, ...metadata } = body.metadata;
  return { ...body, metadata: namespace === "" ? metadata : { ...metadata, namespace } };
}

function refuse(ref: ResourceRef, scope: KindScope, placement: Placement): Declaration["refused"] {
  if (scope === "NotServed") {
    const version = ref.group === "" ? ref.version : `${ref.group}/${ref.version}`;
    return { reason: "KindNotServed", message: `the API server does not serve ${ref.kind} in ${version}` };
  }
  const { policyNamespace, operatorNamespace } = placement;
  if (policyNamespace === operatorNamespace || ref.namespace === policyNamespace) return undefined;
  return {
    reason: "Forbidden",
    message: `a policy in namespace ${policyNamespace} reaches that namespace only; declare ${formatRef(ref)} in a policy in namespace ${operatorNamespace}`,
  };
}

function declaredTwice(declaration: Declaration, other: Declaration): Declaration {
  const message = `declared twice in this revision: ${place(other)} and ${place(declaration)}; keep one`;
  return { ...declaration, refused: { reason: "DeclaredTwice", message } };
}

function place({ origin }: Declaration): string {
  return origin.line === undefined ? origin.path : `${origin.path}:${origin.line}`;
}
