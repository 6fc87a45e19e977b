/** The requests of test/support/delivery.ts are those that the tools themselves send. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from "../../src/resource/resource.ts";
import { useApiServer } from "../support/api-server.ts";
import { createDelivery, type DeliveryWay, withMarks } from "../support/delivery.ts";

const api = useApiServer();
const delivery = createDelivery(api.request);
let namespace = "";

/** As kubectl's user would have typed it. */
const kubectlWays: readonly (readonly [way: DeliveryWay, commands: readonly (readonly string[])[]])[] = [
  ["ApplyClientSide", [["apply"]]],
  ["ApplyServerSide", [["apply", "--server-side"]]],
  ["Create", [["create"]]],
  ["Replace", [["create"], ["replace"]]],
  ["ArgoCD", [["apply", "--field-manager=argocd-controller"]]],
  ["Flux", [["apply", "--server-side", "--field-manager=kustomize-controller", "--force-conflicts"]]],
  ["ApplyByCi", [["apply", "--server-side", "--field-manager=release-pipeline", "--force-conflicts"]]],
];

const manifests = (name: string): readonly KubernetesObject[] => [
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels: { app: "a" } },
    data: { script: 'if [ 1 < 2 ] && [ "x" ]; then echo "\u2028"; fi\n', unit: "µ" },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, annotations: { why: "<because>" } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "a" } },
      template: {
        metadata: { labels: { app: "a" }, creationTimestamp: null },
        spec: { containers: [{ name: "c", image: "c:1", resources: { limits: { cpu: 1 } } }] },
      },
    },
  },
];

beforeAll(async () => {
  namespace = await api.namespace("delivery");
});

describe("an object delivered in bulk", () => {
  it.each(kubectlWays)("is what kubectl makes of it: %s", async (way, commands) => {
    const name = way.toLowerCase();
    for (const manifest of manifests(name)) {
      const url = await delivery.urlOf(manifest);
      const byKubectl = await deliverByKubectl(way, manifest, commands);
      await api.request({ path: `${url}?gracePeriodSeconds=0`, method: "DELETE" });
      const [live] = await delivery.deliver(way, [manifest]);
      expect(stable(live)).toEqual(stable(byKubectl));
    }
  });
});

async function deliverByKubectl(
  way: DeliveryWay,
  manifest: KubernetesObject,
  commands: readonly (readonly string[])[],
): Promise<KubernetesObject> {
  const input = JSON.stringify(withMarks(way, manifest));
  let answer = "";
  for (const command of commands)
    answer = await api.kubectl([...command, "--filename=-", "--output=json", "--show-managed-fields"], {
      input,
    });
  return JSON.parse(answer) as KubernetesObject; // kubectl prints the live object
}

/** Without what differs each time, and what controllers have made of it since. */
function stable(object: KubernetesObject | undefined): Json {
  if (object === undefined) throw new Error("there is no object");
  const entries = object.metadata["managedFields"];
  const managedFields = (Array.isArray(entries) ? entries : [])
    .filter((entry) => fieldAt(entry, ["subresource"]) === undefined)
    .map((entry) => without(entry, ["time"]));
  const metadata = without(object.metadata, ["uid", "resourceVersion", "creationTimestamp"]);
  return { ...without(object, ["status"]), metadata: { ...metadata, managedFields } };
}

function without(object: Json, fields: readonly string[]): JsonObject {
  if (!isJsonObject(object)) throw new Error("not an object");
  return Object.fromEntries(Object.entries(object).filter(([name]) => !fields.includes(name)));
}
