/** Writing objects: every expected answer is a value. */
import type { Json, KubernetesObject } from "../resource/resource.ts";
import type { ApiFailure } from "./api-failure.ts";
import { type ApiResource, resourcePath } from "./api-resource.ts";
import type { ApiRequest, Transport } from "./transport.ts";

/** `Failed` says why in `failure.reason`: `Conflict`, `Forbidden`, `Invalid`, `NotFound`, `AlreadyExists` and others. */
export type WriteResult =
  | { readonly type: "Written"; readonly object: KubernetesObject }
  | { readonly type: "Failed"; readonly failure: ApiFailure };

/** Which object, and as whom: without `as`, the operator's own identity. */
export interface WriteTarget {
  readonly resource: ApiResource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource?: "status";
  /** A ServiceAccount to impersonate. */
  readonly as?: { readonly namespace: string; readonly name: string };
  /** The server does everything but store the result. */
  readonly dryRun?: boolean;
}

/** What must still be true of an object for it to be deleted; else the result is `Conflict`. */
export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** The name under which Holdfast's writes stand in managedFields. */
export const fieldManager = "holdfast";

export interface Writer {
  create(target: WriteTarget, body: KubernetesObject, signal: AbortSignal): Promise<WriteResult>;
  /** RFC 6902 operations. */
  patch(target: WriteTarget, operations: readonly Json[], signal: AbortSignal): Promise<WriteResult>;
  /** RFC 7386; for our own resources only. With a `metadata.resourceVersion` inside it is guarded by that. */
  merge(target: WriteTarget, body: Json, signal: AbortSignal): Promise<WriteResult>;
  read(target: WriteTarget, signal: AbortSignal): Promise<WriteResult>;
  delete(
    target: WriteTarget & { readonly preconditions?: Preconditions },
    signal: AbortSignal,
  ): Promise<WriteResult>;
}

export function createWriter(transport: Transport): Writer {
  return {
    create: (target, body, signal) =>
      send({ method: "POST", path: resourcePath(target.resource, target.namespace), body }, target, signal),
    patch: (target, body, signal) => sendPatch("application/json-patch+json", target, { body, signal }),
    merge: (target, body, signal) => sendPatch("application/merge-patch+json", target, { body, signal }),
    read: (target, signal) => send({ method: "GET", path: pathOf(target) }, target, signal),
    delete: (target, signal) => {
      const { preconditions } = target;
      // Its dependents go as well, as with kubectl, but after it: nobody waits for them here.
      const options = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" };
      const body: Json =
        preconditions === undefined ? options : { ...options, preconditions: { ...preconditions } };
      return send({ method: "DELETE", path: pathOf(target), body }, target, signal);
    },
  };

  function sendPatch(
    contentType: string,
    target: WriteTarget,
    { body, signal }: { readonly body: Json; readonly signal: AbortSignal },
  ): Promise<WriteResult> {
    return send({ method: "PATCH", path: pathOf(target), body, contentType }, target, signal);
  }

  async function send(request: ApiRequest, target: WriteTarget, signal: AbortSignal): Promise<WriteResult> {
    const response = await transport.request(
      { ...request, query: queryOf(request.method, target), ...impersonated(target) },
      signal,
    );
    if (response.type === "Failed")
      return { type: "Failed", failure: withoutSecrets(response.failure, target) };
    // What the API server answers to a write is the object as it is now (to a DELETE, a Status at times).
    return { type: "Written", object: response.json as KubernetesObject };
  }
}

function pathOf({ resource, namespace, name, subresource }: WriteTarget): string {
  const path = resourcePath(resource, namespace, name);
  return subresource === undefined ? path : `${path}/${subresource}`;
}

function queryOf(
  method: ApiRequest["method"],
  { dryRun = false }: WriteTarget,
): Readonly<Record<string, string>> {
  const isNamed = method === "POST" || method === "PATCH" || method === "PUT";
  const isWrite = isNamed || method === "DELETE";
  return { ...(isNamed ? { fieldManager } : {}), ...(dryRun && isWrite ? { dryRun: "All" } : {}) };
}

function impersonated({ as }: WriteTarget): { readonly impersonate?: string } {
  return as === undefined ? {} : { impersonate: `system:serviceaccount:${as.namespace}:${as.name}` };
}

/** The server quotes the values that it refuses. */
function withoutSecrets(failure: ApiFailure, { resource }: WriteTarget): ApiFailure {
  const isSecret = resource.group === "" && resource.plural === "secrets";
  if (!isSecret || failure.reason !== "Invalid") return failure;
  return {
    ...failure,
    message: `the Secret is invalid${failure.fields ? ` at ${failure.fields.join(", ")}` : ""}`,
  };
}
