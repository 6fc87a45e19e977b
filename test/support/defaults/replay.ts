/** Sends an object to the API server as a dry-run, and holds the table against its answer. */
import type { ApiAnswer, ApiRequest } from "../../../dev/control-plane/api-request.ts";
import { type CompareResult, compare } from "../../../src/diff/compare.ts";
import { withStringDataFolded } from "../../../src/diff/secret.ts";
import {
  apiVersionOf,
  type JsonObject,
  type KubernetesObject,
  refOf,
} from "../../../src/resource/resource.ts";
import type { Roots } from "../../../src/schema/schema-node.ts";
import { type ShippedKind, shippedKind } from "../../../src/schema/shipped.ts";
import { additionsOf, withoutAdditions } from "./additions.ts";
import { differences } from "./differences.ts";
import { predict } from "./predict.ts";

export type Replayed =
  | { readonly type: "Refused"; readonly reason: string }
  | {
      readonly type: "Answered";
      /** Where the prediction and the answer differ, in either direction. */
      readonly differences: readonly string[];
      /** What the comparison finds in mode `Exact`. */
      readonly comparison: CompareResult;
    };

export interface ReplayContext {
  readonly request: (request: ApiRequest) => Promise<ApiAnswer>;
  readonly namespace: string;
  readonly onField: (field: string, parent: JsonObject, roots: Roots) => void;
}

export async function replay(object: KubernetesObject, context: ReplayContext): Promise<Replayed> {
  const kind = shippedKind(refOf(object));
  if (kind === undefined) throw new Error(`${object.apiVersion} ${object.kind} is not shipped`);
  const { namespace } = context;
  const placed = placedIn(namespace, object, kind);
  const answer = await dryRun(placed, { kind, context });
  if (typeof answer === "string") return { type: "Refused", reason: answer };
  if (answer.status >= 300) return { type: "Refused", reason: JSON.stringify(answer.body["message"]) };
  const live = answer.body as KubernetesObject; // the API server answers with the object
  const desired = withStringDataFolded(placed);
  const roots: Roots = { desired, live };
  const { schema } = kind;
  const observed: string[] = [];
  const onField = (field: string, parent: JsonObject) => context.onField(field, parent, roots);
  const predicted = predict(body(desired), schema, { roots, onField });
  observed.push(...differences(predicted, body(withoutAdditions(roots, { schema, predicted })), schema));
  observed.push(...additionsOf(roots));
  return {
    type: "Answered",
    differences: observed,
    comparison: compare({ desired: placed, live, schema, mode: "Exact" }),
  };
}

/** The priority level of that name is there from the beginning, and is replaced. A text if there is no answer: some objects make the server hang up. */
async function dryRun(
  object: KubernetesObject,
  { kind, context }: { readonly kind: ShippedKind; readonly context: ReplayContext },
): Promise<ApiAnswer | string> {
  const query = "dryRun=All&fieldValidation=Strict";
  const path = collectionOf(object, kind);
  const send = (request: ApiRequest) => context.request(request).catch(String);
  const answer = await send({ method: "POST", path: `${path}?${query}`, body: object });
  if (typeof answer === "string" || answer.status !== 409 || object.metadata.name !== "exempt") return answer;
  return send({ method: "PUT", path: `${path}/${object.metadata.name}?${query}`, body: object });
}

/** Some objects name their namespace inside as well. */
function placedIn(
  namespace: string,
  object: KubernetesObject,
  { namespaced }: ShippedKind,
): KubernetesObject {
  if (!namespaced) return object;
  const text = JSON.stringify({ ...object, metadata: { ...object.metadata, namespace } });
  return JSON.parse(text.replaceAll("$(NAMESPACE)", namespace)) as KubernetesObject; // it was one before
}

function collectionOf(object: KubernetesObject, { namespaced, resource }: ShippedKind): string {
  const { group, version, namespace } = refOf(object);
  const inNamespace = namespaced ? `/namespaces/${namespace}` : "";
  return `${group === "" ? "/api" : "/apis"}/${apiVersionOf({ group, version })}${inNamespace}/${resource}`;
}

function body(object: KubernetesObject): JsonObject {
  const { metadata: _, status: __, ...rest } = object;
  return rest;
}
