/** The table of server defaults, proved: desired and table together are what the real API server answers, kind by kind. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { dump } from "js-yaml";
import { serverRows } from "../../src/diff/excuses/server.ts";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import { parseKubernetesYaml } from "../../src/render/kubernetes-yaml.ts";
import { type KubernetesObject, parseApiVersion, refOf } from "../../src/resource/resource.ts";
import { fillRows } from "../../src/schema/server-fills.ts";
import { shippedKind, shippedKinds } from "../../src/schema/shipped.ts";
import { useApiServer } from "../support/api-server.ts";
import { isGated } from "../support/defaults/gated-fields.ts";
import { schemaPaths, statedPaths } from "../support/defaults/path-coverage.ts";
import { type Replayed, replay } from "../support/defaults/replay.ts";
import { derivedObjects, objectsIn, writtenObjects } from "../support/defaults/replayed-objects.ts";
import { createRowCoverage } from "../support/defaults/row-coverage.ts";

const testdata = join(import.meta.dirname, "testdata");
const coverageFile = join(testdata, "defaults/coverage.yaml");
const api = useApiServer();
/** How many requests are under way at once. */
const lanes = 4;

/** The server takes ephemeral containers in a Pod that runs already only, and a Pod's zone from its node. */
const beyondReach = (text: string) => text.startsWith("core.EphemeralContainer.");

interface Result {
  readonly object: KubernetesObject;
  readonly replayed: Replayed;
}

const rows = createRowCoverage(fillRows);
let written: readonly Result[] = [];
let derived: readonly Result[] = [];
let heldOut: readonly Result[] = [];
let limited: readonly Result[] = [];

beforeAll(async () => {
  const namespace = await api.namespace("defaults");
  const context = { request: api.request, namespace, onField: rows.observe };
  await api.request({ method: "POST", path: runtimeClasses, body: runtimeClass });
  written = await inLanes(writtenObjects(), (object) => replay(object, context));
  derived = await inLanes(derivedObjects(writtenObjects()), (object) => replay(object, context));
  const shipped = ["policy-and-rbac", "config-and-network", "workloads"]
    .flatMap((name) => objectsIn(join(testdata, `declared/${name}.yaml`)))
    .filter((object) => shippedKind(refOf(object)) !== undefined)
    .map(underAnotherName);
  limited = await inLanes(pods(), async (object) =>
    replay(object, { ...context, namespace: await limitedNamespace(), onField: () => {} }),
  );
  heldOut = await inLanes(shipped, (object) => replay(object, { ...context, onField: () => {} }));
}, 300_000);

afterAll(async () => {
  await api.request({ method: "DELETE", path: `${runtimeClasses}/replayed` });
});

describe("the table of server defaults", () => {
  it("is held against at least 400 objects that are written by hand, and as many that are derived from them", () => {
    expect(answered(written).length).toBeGreaterThanOrEqual(400);
    expect(answered(derived).length).toBeGreaterThanOrEqual(400);
  });

  it("makes of each object what the server makes of it, no more and no less", () => {
    const wrong = [...written, ...derived].flatMap(({ object, replayed }) =>
      replayed.type === "Refused"
        ? []
        : replayed.differences.filter((text) => !isGated(text)).map((text) => `${nameOf(object)}: ${text}`),
    );
    expect(wrong).toEqual([]);
  });

  it("leaves nothing for the comparison to find", () => {
    const found = [...written, ...derived].flatMap(({ object, replayed }) =>
      replayed.type === "Refused" || replayed.differences.some(isGated)
        ? []
        : replayed.comparison.changes.map((change) => `${nameOf(object)}: ${formatPath(change.path)}`),
    );
    expect(found).toEqual([]);
  });

  it("leaves nothing to find in Pods to which the LimitRange of their namespace gives resources", () => {
    expect(answered(limited).length).toBeGreaterThanOrEqual(5);
    const found = answered(limited).flatMap(({ comparison }) =>
      comparison.changes.map(({ path }) => formatPath(path)),
    );
    expect(found).toEqual([]);
  });

  it("holds of objects that nobody wrote for it", () => {
    expect(answered(heldOut).length).toBeGreaterThanOrEqual(50);
    const wrong = heldOut.flatMap(({ object, replayed }) =>
      replayed.type === "Refused"
        ? []
        : [...replayed.differences, ...replayed.comparison.changes.map(({ path }) => formatPath(path))].map(
            (text) => `${nameOf(object)}: ${text}`,
          ),
    );
    expect(wrong).toEqual([]);
  });

  it("has no row that was not exercised, and no condition of which both sides were not", () => {
    expect(rows.missing().filter((text) => !beyondReach(text))).toEqual([]);
  });

  it("has no addition that the server never made, but for what a node gives", () => {
    const replayed = answered([...written, ...limited]);
    const excused = new Set(replayed.flatMap(({ comparison }) => comparison.excused.map(({ rule }) => rule)));
    const never = serverRows.filter(({ name }) => !excused.has(name));
    expect(never.map(({ path }) => path)).toEqual([
      'metadata.labels["topology.kubernetes.io/region"]',
      'metadata.labels["topology.kubernetes.io/zone"]',
    ]);
  });

  it("was tried at as many paths of each kind's schema as ever", () => {
    const covered = coverage();
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(coverageFile, dump(covered, { lineWidth: 110 }));
    const parsed = parseKubernetesYaml(existsSync(coverageFile) ? readFileSync(coverageFile, "utf8") : "");
    const [committed] = parsed.type === "Parsed" ? parsed.documents : [];
    const floor = (committed?.value ?? {}) as ReturnType<typeof coverage>; // written above
    process.stderr.write(report(covered));
    const fewer = Object.entries(floor).filter(([kind, { stated }]) => (covered[kind]?.stated ?? 0) < stated);
    expect(fewer).toEqual([]);
    expect(Object.keys(floor)).toEqual(Object.keys(covered));
  });
});

/** Another test may have made them: what is there already is not filled in as something new is. */
function underAnotherName(object: KubernetesObject): KubernetesObject {
  const { name } = object.metadata;
  // The server names these after what they hold.
  if (/^(?:APIService|CustomResourceDefinition|IPAddress)$/.test(object.kind)) return object;
  return { ...object, metadata: { ...object.metadata, name: `replayed-${name}` } };
}

function pods(): readonly KubernetesObject[] {
  return writtenObjects()
    .filter(({ kind, metadata }) => kind === "Pod" && !/^(?:gated|os-signal)/.test(metadata.name ?? ""))
    .slice(0, 10);
}

/** One for all of them. */
async function limitedNamespace(): Promise<string> {
  limitedName ??= (async () => {
    const name = await api.namespace("limited");
    const limits = [
      { type: "Container", default: { cpu: 2, memory: "2Gi" }, defaultRequest: { memory: "1Gi" } },
    ];
    const body = { apiVersion: "v1", kind: "LimitRange", metadata: { name: "limits" }, spec: { limits } };
    const { status } = await api.request({
      method: "POST",
      path: `/api/v1/namespaces/${name}/limitranges`,
      body,
    });
    if (status !== 201) throw new Error(`the LimitRange was refused: ${status}`);
    return name;
  })();
  return limitedName;
}

let limitedName: Promise<string> | undefined;
const runtimeClasses = "/apis/node.k8s.io/v1/runtimeclasses";
const runtimeClass = {
  apiVersion: "node.k8s.io/v1",
  kind: "RuntimeClass",
  metadata: { name: "replayed" },
  handler: "a",
  overhead: { podFixed: { cpu: "10m" } },
};

/** Of every kind that is shipped, how many paths there are and how many of them an accepted object states. */
function coverage(): Readonly<Record<string, { readonly stated: number; readonly of: number }>> {
  const accepted = [...written, ...derived].filter(({ replayed }) => replayed.type === "Answered");
  const stated = Map.groupBy(accepted, ({ object }) => `${object.apiVersion} ${object.kind}`);
  const entries = shippedKinds().map((gvk) => {
    const apiVersion = gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
    const kind = `${apiVersion} ${gvk.kind}`;
    const schema = shippedKind(gvk)?.schema;
    if (schema === undefined) throw new Error(`${kind} is not shipped`);
    const paths = new Set(schemaPaths(schema));
    const seen = new Set((stated.get(kind) ?? []).flatMap(({ object }) => statedPaths(object, schema)));
    return [kind, { stated: [...paths].filter((path) => seen.has(path)).length, of: paths.size }] as const;
  });
  return Object.fromEntries(entries);
}

function report(covered: ReturnType<typeof coverage>): string {
  const lines = Object.entries(covered).map(([kind, { stated, of }]) => `  ${stated} of ${of}  ${kind}\n`);
  return `schema paths that the replay states:\n${lines.join("")}`;
}

function answered(results: readonly Result[]): readonly Extract<Replayed, { type: "Answered" }>[] {
  return results.flatMap(({ replayed }) => (replayed.type === "Answered" ? [replayed] : []));
}

function nameOf(object: KubernetesObject): string {
  return `${parseApiVersion(object.apiVersion).group} ${object.kind} ${object.metadata.name}`.trim();
}

async function inLanes(
  objects: readonly KubernetesObject[],
  run: (object: KubernetesObject) => Promise<Replayed>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = objects.values();
  const lane = async () => {
    for (const object of queue) results.push({ object, replayed: await run(object) });
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
