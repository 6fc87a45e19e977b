/** Pod specs: those that are written, the same with sidecars in place of containers, and one with every handler of probes. */
import type { JsonObject } from "../../../src/resource/resource.ts";

/** A pod spec and the name of the case. */
export interface PodSpec {
  readonly name: string;
  readonly spec: JsonObject;
}

export function podSpecs(written: readonly PodSpec[]): readonly PodSpec[] {
  const specs = [...written, handlers("handlers-plain", {}), handlers("handlers-stated", stated)];
  return [...specs, ...specs.flatMap(withSidecars)];
}

const stated: JsonObject = {
  initialDelaySeconds: 5,
  periodSeconds: 6,
  timeoutSeconds: 7,
  failureThreshold: 8,
};

const probed: readonly (readonly [field: string, plain: JsonObject, full: JsonObject])[] = [
  ["exec", { command: ["a"] }, { command: ["a", "b"] }],
  ["grpc", { port: 80 }, { port: 80, service: "a" }],
  [
    "httpGet",
    { port: 80 },
    { port: "a", path: "/a", host: "b", scheme: "HTTPS", httpHeaders: [{ name: "A", value: "b" }] },
  ],
  ["tcpSocket", { port: 80 }, { port: 80, host: "a" }],
];

/** One container for each handler: a probe of each sort, and both hooks where the handler may stand. */
function handlers(name: string, numbers: JsonObject): PodSpec {
  const isStated = Object.keys(numbers).length > 0;
  const grace = isStated ? { terminationGracePeriodSeconds: 9 } : {};
  const containers = probed.map(([field, plain, full]) => {
    const handler = { [field]: isStated ? full : plain };
    const hook = field === "grpc" ? { sleep: { seconds: 1 } } : handler;
    return {
      name: field.toLowerCase(),
      image: "a:1",
      livenessProbe: { ...numbers, ...grace, ...handler, ...(isStated ? { successThreshold: 1 } : {}) },
      readinessProbe: { ...numbers, ...handler, ...(isStated ? { successThreshold: 2 } : {}) },
      startupProbe: { ...numbers, ...grace, ...handler, ...(isStated ? { successThreshold: 1 } : {}) },
      lifecycle: { postStart: hook, preStop: hook },
    };
  });
  return { name, spec: { containers } };
}

/** Init containers that go on running may have all that containers have. */
function withSidecars({ name, spec }: PodSpec): readonly PodSpec[] {
  const { containers, initContainers, ...rest } = spec;
  if (!Array.isArray(containers) || initContainers !== undefined) return [];
  const sidecars = (containers as readonly JsonObject[]).map((container) => ({
    ...container,
    restartPolicy: "Always",
  })); // as written
  const app = { name: "main", image: "app:1" };
  return [{ name: `${name}-sidecars`, spec: { ...rest, initContainers: sidecars, containers: [app] } }];
}
