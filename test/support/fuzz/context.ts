/** What every round works with, and the requests that all of them make. */
import type { ApiAnswer } from "../../../dev/control-plane/api-request.ts";
import { compare } from "../../../src/diff/compare.ts";
import type { DetectionMode, FieldChange } from "../../../src/diff/field-change.ts";
import type { JsonObject, KubernetesObject } from "../../../src/resource/resource.ts";
import type { SchemaNode } from "../../../src/schema/schema-node.ts";
import type { Place } from "./subjects.ts";

export interface RoundContext extends Place {
  readonly mode: DetectionMode;
  schemaOf(object: KubernetesObject): SchemaNode;
  /** As an ownerReference, for namespaced objects and for the others. */
  ownerOf(object: KubernetesObject): JsonObject;
}

export function changesOf(
  { mode, schemaOf }: RoundContext,
  desired: KubernetesObject,
  live: KubernetesObject,
): readonly FieldChange[] {
  return compare({ desired, live, schema: schemaOf(desired), mode }).changes;
}

export async function read({ client }: RoundContext, url: string): Promise<KubernetesObject> {
  const answer = await client.send({ path: url });
  if (answer.status !== 200) throw new Error(`GET ${url}: ${answer.status}`);
  return objectOf(answer);
}

/** Whatever finalizers stand on it: nobody would take those away that chance put there. */
export async function remove({ client }: RoundContext, url: string): Promise<void> {
  const { status } = await client.send({
    method: "DELETE",
    path: `${url}?gracePeriodSeconds=0&propagationPolicy=Background`,
  });
  if (status === 404) return;
  await client.send({
    method: "PATCH",
    path: url,
    body: { metadata: { finalizers: null } },
    contentType: "application/merge-patch+json",
  });
}

export function objectOf({ body }: ApiAnswer): KubernetesObject {
  return body as KubernetesObject; // the API server answers with the object
}
