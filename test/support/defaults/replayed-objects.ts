/** The objects that are replayed: what testdata/defaults holds, each in every form that the server may be given. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseKubernetesYaml } from "../../../src/render/kubernetes-yaml.ts";
import { type Json, type JsonObject, type KubernetesObject, refOf } from "../../../src/resource/resource.ts";
import { shippedKind } from "../../../src/schema/shipped.ts";
import { carriers } from "./carriers.ts";
import { type PodSpec, podSpecs } from "./pod-specs.ts";
import { volumesOf } from "./volumes.ts";
import { withoutFilled } from "./without-filled.ts";

const folder = join(import.meta.dirname, "../../cluster/testdata/defaults");

/** Objects as they are written, pod specs in every kind that carries one, and volume sources in volumes. */
export function writtenObjects(): readonly KubernetesObject[] {
  return [
    ...["workloads.yaml", "network-and-storage.yaml", "cluster.yaml"].flatMap((file) =>
      objectsIn(join(folder, file)),
    ),
    // The data are of this repository, and a spec that is none is refused.
    ...podSpecs(read(join(folder, "pod-specs.yaml")) as unknown as readonly PodSpec[]).flatMap((spec) =>
      carriers.map((carry) => carry(spec)),
    ),
    ...read(join(folder, "volumes.yaml")).flatMap((source, i) => volumesOf(source as JsonObject, i)),
  ];
}

/**
 * Each without one of the fields that the server fills, and with its zero: once for each field, and once more in the
 * kinds that are filled otherwise than others.
 */
export function derivedObjects(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const seen = new Set<string>();
  return objects.flatMap((object) => {
    const schema = shippedKind(refOf(object))?.schema;
    if (schema === undefined) throw new Error(`${object.kind} is not shipped`);
    return withoutFilled(object, schema).flatMap(({ key, variant }) => {
      const id = `${filledOtherwise.has(object.kind) ? object.kind : ""} ${key}`;
      if (seen.has(id)) return [];
      seen.add(id);
      return [variant];
    });
  });
}

const filledOtherwise: ReadonlySet<string> = new Set(["CronJob", "Job", "PersistentVolumeClaim", "Pod"]);

export function objectsIn(file: string): readonly KubernetesObject[] {
  return read(file) as readonly KubernetesObject[]; // the server refuses what is none
}

function read(file: string): readonly Json[] {
  const parsed = parseKubernetesYaml(readFileSync(file, "utf8"));
  if (parsed.type === "Invalid") throw new Error(`${file}: ${parsed.message}`);
  return parsed.documents.map(({ value }) => value);
}
