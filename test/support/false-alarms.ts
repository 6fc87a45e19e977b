/** What the comparison says of objects that nobody touched, for people who have to find out why. */
import type { ClusterAccess } from "../../dev/control-plane/access.ts";
import { compare } from "../../src/diff/compare.ts";
import type { DetectionMode, FieldChange } from "../../src/diff/field-change.ts";
import { type ScalerClaim, scalerClaims, withoutScaled } from "../../src/drift/scalers.ts";
import { formatPath } from "../../src/fieldpath/format-path.ts";
import {
  formatRef,
  type KubernetesObject,
  type ResourceKey,
  refOf,
  resourceKey,
} from "../../src/resource/resource.ts";
import { omittedZeros } from "../../src/schema/omitted-zeros.ts";
import { compileOpenApi, kindKey } from "../../src/schema/open-api.ts";
import type { SchemaNode } from "../../src/schema/schema-node.ts";
import { shippedKind } from "../../src/schema/shipped.ts";

export interface Judge {
  /** The definite changes, scaled ones not counted. */
  changes(desired: KubernetesObject, live: KubernetesObject): Promise<readonly FieldChange[]>;
  /** The same as sentences, and the fields of the manifest that its schema does not know. */
  alarms(desired: KubernetesObject, live: KubernetesObject): Promise<readonly string[]>;
}

/** `all` is what Git states: scalers among it may scale others. */
export function createJudge(
  access: ClusterAccess,
  mode: DetectionMode,
  all: readonly KubernetesObject[],
): Judge {
  const schemaOf = createSchemas(access);
  const claims = claimsByTarget(all);
  return {
    changes: async (desired, live) => (await judge(desired, live)).changes,
    async alarms(desired, live) {
      const { changes, unknownFields } = await judge(desired, live);
      const name = formatRef(refOf(live));
      return [
        ...changes.map((change) => `${name}: ${described(change)}`),
        ...unknownFields.map((path) => `${name}: unknown field ${formatPath(path)}`),
      ];
    },
  };

  async function judge(desired: KubernetesObject, live: KubernetesObject) {
    const result = compare({ desired, live, schema: await schemaOf(desired), mode });
    const own = claims.get(resourceKey(refOf(desired))) ?? [];
    return { ...result, changes: withoutScaled(result.changes, own).changes };
  }
}

function claimsByTarget(all: readonly KubernetesObject[]): ReadonlyMap<ResourceKey, readonly ScalerClaim[]> {
  return Map.groupBy(all.flatMap(scalerClaims), ({ target }) => target);
}

/** Those that are shipped, and of custom resources those that this server publishes. */
function createSchemas({ request }: ClusterAccess): (object: KubernetesObject) => Promise<SchemaNode> {
  const published = new Map<string, Promise<ReadonlyMap<string, SchemaNode>>>();
  return async (object) => {
    const shipped = shippedKind(refOf(object))?.schema;
    if (shipped !== undefined) return shipped;
    const path = `/openapi/v3/apis/${object.apiVersion}`;
    const schemas = published.get(path) ?? read(path);
    published.set(path, schemas);
    const schema = (await schemas).get(kindKey(refOf(object)));
    if (schema === undefined) throw new Error(`no schema for ${object.kind}`);
    return schema;
  };

  async function read(path: string): Promise<ReadonlyMap<string, SchemaNode>> {
    return compileOpenApi((await request({ path })).body, omittedZeros);
  }
}

function described(change: FieldChange): string {
  const { type, path, ...rest } = change;
  return `${type} ${formatPath(path)} ${JSON.stringify(rest)}`;
}
