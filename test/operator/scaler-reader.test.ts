/** The scalers of a namespace, as the API server lists them. */
import { describe, expect, it } from "@jest/globals";
import type { ApiFailure } from "../../src/kubernetes/api-failure.ts";
import type { ApiRequest, ApiResponse } from "../../src/kubernetes/transport.ts";
import { createScalerReader } from "../../src/operator/scaler-reader.ts";
import { apiVersionOf, type JsonObject } from "../../src/resource/resource.ts";

const { signal } = new AbortController();
const controller = { apiVersion: "example.com/v1", kind: "App", name: "web", uid: "app", controller: true };

function scaler(name: string, owners: readonly JsonObject[] = [controller]): JsonObject {
  const metadata = { name, namespace: "shop", ownerReferences: owners };
  return { metadata, spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, maxReplicas: 5 } };
}

function listOf(apiVersion: string, kind: string, ...items: readonly JsonObject[]): ApiResponse {
  return { type: "Ok", json: { apiVersion, kind: `${kind}List`, metadata: { resourceVersion: "1" }, items } };
}

function failed(reason: ApiFailure["reason"]): ApiResponse {
  return { type: "Failed", failure: { reason, code: 0, message: `it is ${reason}` } };
}

const hpas = "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers";
const old = hpas.replace("v2", "v1");
const keda = "/apis/keda.sh/v1alpha1/namespaces/shop/scaledobjects";

/** `answers`: by path; what has none is not served. */
async function read(answers: Readonly<Record<string, ApiResponse>>) {
  const asked: string[] = [];
  const unlisted: string[] = [];
  const readScalers = createScalerReader({
    discovery: {
      find(gvk) {
        const plural = `${gvk.kind.toLowerCase()}s`;
        const path = `/apis/${apiVersionOf(gvk)}/namespaces/shop/${plural}`;
        return path in answers ? { ...gvk, plural, namespaced: true, verbs: ["list"] } : undefined;
      },
    },
    transport: {
      request({ path }: ApiRequest) {
        asked.push(path);
        return Promise.resolve(answers[path] ?? failed("NotFound"));
      },
      stream: () => Promise.reject(new Error("nothing is watched")),
      close: () => Promise.resolve(),
    },
    unlisted: ({ kind }, namespace, { reason }) => unlisted.push(`${kind} ${namespace} ${reason}`),
  });
  const scalers = await readScalers("shop", signal);
  return { asked, unlisted, found: scalers.map(({ ref }) => `${ref.kind} ${ref.name}`) };
}

describe("the scalers of a namespace", () => {
  it("are those that have a controller, of both kinds, by one list each", async () => {
    const answers = {
      [hpas]: listOf("autoscaling/v2", "HorizontalPodAutoscaler", scaler("a"), scaler("by-hand", [])),
      [old]: failed("Other"),
      [keda]: listOf("keda.sh/v1alpha1", "ScaledObject", scaler("b")),
    };
    expect(await read(answers)).toEqual({
      asked: [hpas, keda],
      unlisted: [],
      found: ["HorizontalPodAutoscaler a", "ScaledObject b"],
    });
  });

  it("are read in the old version where there is no newer one", async () => {
    const answers = { [old]: listOf("autoscaling/v1", "HorizontalPodAutoscaler", scaler("a")) };
    expect(await read(answers)).toMatchObject({ asked: [old], found: ["HorizontalPodAutoscaler a"] });
  });

  it.each(["Forbidden", "NotFound"] as const)(
    "are none of a kind that is %s, and the others count",
    async (reason) => {
      const answers = {
        [hpas]: failed(reason),
        [keda]: listOf("keda.sh/v1alpha1", "ScaledObject", scaler("b")),
      };
      expect(await read(answers)).toMatchObject({
        unlisted: [`HorizontalPodAutoscaler shop ${reason}`],
        found: ["ScaledObject b"],
      });
    },
  );

  it.each(["Unreachable", "TooManyRequests", "Other"] as const)(
    "are not known while the answer is %s",
    async (reason) => {
      await expect(read({ [hpas]: failed(reason) })).rejects.toThrow(
        `listing horizontalpodautoscalers in shop: it is ${reason}`,
      );
    },
  );

  it("are not more than anybody has", async () => {
    const many = Array.from({ length: 600 }, (_, i) => scaler(`many-${i}`));
    const { found } = await read({ [hpas]: listOf("autoscaling/v2", "HorizontalPodAutoscaler", ...many) });
    expect(found).toHaveLength(500);
  });
});
