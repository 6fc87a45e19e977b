/** Makes the constant server defaults out of what a real API server answers to objects that state next to nothing. */

import { apiVersionOf, type Json, type KubernetesObject, refOf } from "../../src/resource/resource.ts";
import { handWrittenRows } from "../../src/schema/fills/hand-written.ts";
import { createCompiler, kindKey, type OmittedZeros } from "../../src/schema/open-api.ts";
import type { ApiAnswer, ApiRequest } from "../control-plane/api-request.ts";
import { FilledFields } from "./filled-fields.ts";
import type { ShippedData } from "./schemas.ts";

/** The content of src/schema/data/defaults-<minor>.json: by `<group>.<Type>.<field>` what the server puts in. */
export type DefaultsData = {
  readonly kubernetes: string;
  readonly constants: { readonly [field: string]: Json };
};

export type Request = (request: ApiRequest) => Promise<ApiAnswer>;

/**
 * Sends every probe as a dry-run.
 * @throws Error if the server refuses one, fills a field now so and now otherwise though no row by hand says when, or
 * knows no field of which a row by hand speaks.
 */
export async function generateDefaults(
  probes: readonly KubernetesObject[],
  { request, schemas }: { readonly request: Request; readonly schemas: ShippedData },
): Promise<DefaultsData> {
  const kinds = new Map(schemas.kinds.map((kind) => [kindKey(kind), kind]));
  const compiler = createCompiler(schemas, zerosOf(schemas));
  const filled = new FilledFields(handWrittenRows.map(({ field }) => field));
  for (const probe of probes) {
    const kind = kinds.get(kindKey(refOf(probe)));
    if (kind === undefined) throw new Error(`${probe.apiVersion} ${probe.kind} is not served`);
    const group = kind.group === "" ? "/api" : "/apis";
    const namespace = kind.namespaced ? "/namespaces/default" : "";
    const answer = await dryRun(`${group}/${apiVersionOf(kind)}${namespace}/${kind.resource}`, {
      probe,
      request,
    });
    filled.observe(probe, answer, compiler.compileKind(kind.type));
  }
  checkFields(schemas);
  return { kubernetes: schemas.kubernetes, constants: filled.constants() };
}

/** One line per constant, so that a new release can be reviewed. */
export function formatDefaults({ kubernetes, constants }: DefaultsData): string {
  const lines = Object.entries(constants).map(
    ([field, value]) => `${JSON.stringify(field)}:${JSON.stringify(value)}`,
  );
  return `{"kubernetes":${JSON.stringify(kubernetes)},\n"constants":{\n${lines.join(",\n")}}}\n`;
}

/** An object that every cluster has is replaced, as a dry-run as well. */
async function dryRun(
  path: string,
  { probe, request }: { readonly probe: KubernetesObject; readonly request: Request },
): Promise<KubernetesObject> {
  const query = "dryRun=All&fieldValidation=Strict";
  let answer = await request({ method: "POST", path: `${path}?${query}`, body: probe });
  if (answer.status === 409)
    answer = await request({ method: "PUT", path: `${path}/${probe.metadata.name}?${query}`, body: probe });
  if (answer.status >= 300)
    throw new Error(`${probe.kind} ${probe.metadata.name}: ${JSON.stringify(answer.body)}`);
  return answer.body as KubernetesObject; // the API server answers with the object
}

function zerosOf({ omittedZeros }: ShippedData): OmittedZeros {
  return { omits: (type, field) => omittedZeros[type]?.split(" ").includes(field) ?? false };
}

function checkFields({ components }: ShippedData): void {
  const types = Object.entries(components.schemas);
  for (const { field } of handWrittenRows) {
    const [group, type, name = ""] = field.split(/[./]/);
    const isKnown = types.some(
      ([typeName, schema]) =>
        new RegExp(`\\.${group}\\.v[^.]+\\.${type}$`).test(typeName) &&
        JSON.stringify(schema).includes(JSON.stringify(name)),
    );
    if (!isKnown) throw new Error(`a row speaks of ${field}, which the server does not know`);
  }
}
