/** The objects that the rounds are about: a skeleton of every kind, filled up by chance until the API server accepts it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseKubernetesYaml } from "../../../src/render/kubernetes-yaml.ts";
import { type JsonObject, type KubernetesObject, refOf } from "../../../src/resource/resource.ts";
import { shippedKind } from "../../../src/schema/shipped.ts";
import type { Delivery } from "../delivery.ts";
import type { Chance } from "./chance.ts";
import { type Client, said } from "./client.ts";
import { createValueMaker } from "./make-value.ts";
import type { Published } from "./published.ts";
import { repaired } from "./repair.ts";

export interface Subject {
  /** What Git says. */
  readonly desired: KubernetesObject;
  /** Where it is, or will be. */
  readonly url: string;
}

export type MadeSubject =
  | { readonly type: "Accepted"; readonly subject: Subject; readonly repairs: number }
  | { readonly type: "Refused"; readonly kind: string; readonly message: string };

export interface Place {
  readonly client: Client;
  readonly delivery: Delivery;
  readonly published: Published;
  readonly namespace: string;
  /** For what would limit or refuse the others. */
  readonly limitsNamespace: string;
}

const testdata = join(import.meta.dirname, "../../cluster/testdata/fuzz");
const mostRepairs = 8;
const limiting: ReadonlySet<string> = new Set(["LimitRange", "ResourceQuota"]);

export const crds = readObjects("crds.yaml");
export const skeletons = readObjects("skeletons.yaml");

/** Workloads, of which most is edited by hand, come twice as often. */
const kinds = [...Map.groupBy(skeletons, ({ apiVersion, kind }) => `${apiVersion} ${kind}`).values()].flatMap(
  (ofKind) => (JSON.stringify(ofKind).includes('"containers"') ? [ofKind, ofKind] : [ofKind]),
);

/** `round` makes names that are used once; each kind has its turn. */
export async function makeSubject(place: Place, chance: Chance, round: number): Promise<MadeSubject> {
  const { client, published } = place;
  const skeleton = placed(chance.pick(kinds[round % kinds.length] ?? []), place, round);
  const maker = createValueMaker(published, chance);
  const url = await place.delivery.urlOf(skeleton);
  const collection = url.slice(0, url.lastIndexOf("/"));
  let body: JsonObject = maker.enriched(skeleton, published.ofKind(skeleton.apiVersion, skeleton.kind));
  let message = "";
  for (let repairs = 0; repairs <= mostRepairs; repairs++) {
    const { status, body: answer } = await client.send({
      method: "POST",
      path: `${collection}?dryRun=All`,
      body,
    });
    const desired = body as KubernetesObject; // it has all that the skeleton has
    if (status === 201) return { type: "Accepted", subject: { desired, url }, repairs };
    message = said(answer);
    const next = repaired(body, skeleton, answer);
    // The last try is what is known to be accepted.
    body = next ?? skeleton;
    if (next === undefined && repairs > 0 && repairs < mostRepairs) body = skeleton;
  }
  return { type: "Refused", kind: skeleton.kind, message };
}

function placed(template: KubernetesObject, place: Place, round: number): KubernetesObject {
  const namespace = limiting.has(template.kind) ? place.limitsNamespace : place.namespace;
  const text = JSON.stringify(template)
    .replaceAll("NAMESPACE", namespace)
    .replaceAll("NAME", `${place.namespace}-${round}`)
    .replaceAll("10.77.A.B", `10.77.${(round >> 8) % 256}.${round % 256}`)
    .replaceAll("10.A.B.0", `10.${100 + (round % 100)}.${(round >> 3) % 256}.0`);
  const object = JSON.parse(text) as KubernetesObject; // as it was
  const isNamespaced = shippedKind(refOf(object))?.namespaced ?? true;
  return isNamespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
}

function readObjects(file: string): readonly KubernetesObject[] {
  const parsed = parseKubernetesYaml(readFileSync(join(testdata, file), "utf8"));
  if (parsed.type === "Invalid") throw new Error(`${file}: ${parsed.message}`);
  return parsed.documents.map(({ value }) => value as KubernetesObject); // the test sees that the server accepts them
}
