/** Why a field of which the comparison has nothing to say is no drift. */
import { metadataFields, systemAnnotations } from "../diff/metadata.ts";
import { isEmpty, isOmitted } from "../diff/omission.ts";
import { nodeAt } from "../diff/parts.ts";
import { sameJson } from "../diff/same-json.ts";
import { isWithin } from "../fieldpath/compare-paths.ts";
import type { FieldPath } from "../fieldpath/field-path.ts";
import { formatPath } from "../fieldpath/format-path.ts";
import type { Json, KubernetesObject } from "../resource/resource.ts";
import { fieldAt } from "../schema/field-at.ts";
import type { FillRow } from "../schema/fills/fill-row.ts";
import type { Roots, ScalarFormat, SchemaNode, ServerFill } from "../schema/schema-node.ts";
import type { ExplainedStatus, Explanation } from "./explain.ts";
import { conditionWords, fillRowAt } from "./fill-row-at.ts";
import type { DriftInput } from "./input.ts";
import { valueAt } from "./path-walk.ts";
import { unknownFieldsOf } from "./source-faults.ts";

/** Both objects as they were compared. */
export interface Sides {
  readonly desired: KubernetesObject;
  readonly live: KubernetesObject;
}

/** Of a path at, above and below which nothing was found. */
export function explainQuiet(input: DriftInput, path: FieldPath, sides: Sides): Explanation {
  const desired = valueAt(sides.desired, path) ?? undefined;
  const live = valueAt(sides.live, path) ?? undefined;
  const answer = (status: ExplainedStatus, ...because: readonly string[]): Explanation => ({
    status,
    path,
    because,
    ...(desired === undefined ? {} : { desired }),
    ...(live === undefined ? {} : { live }),
    managers: [],
  });
  const outside = notCompared(path, desired);
  if (outside !== undefined) return answer("NotCompared", outside);
  if (unknownFieldsOf(sides.desired, input.schema).some((one) => isWithin(path, one)))
    return answer("UnknownField", "the API server does not know this field and drops it: correct it in Git");
  if (desired !== undefined) return answer("InSync", whyEqual(input.schema, path, { desired, live }));
  if (live === undefined) return answer("Absent", "neither Git nor the live object has it");
  if (input.policy.mode === "Declared")
    return answer("NotCompared", "Git does not state it, and mode Declared looks at nothing else");
  return answer("InSync", whyUnstated(path, live, { schema: input.schema, roots: sides }));
}

function whyEqual(
  schema: SchemaNode,
  path: FieldPath,
  { desired, live }: { readonly desired: Json; readonly live: Json | undefined },
): string {
  const field = fieldAt(schema, path);
  if (live === undefined)
    return field?.fills?.drops === undefined
      ? "Git states it; the server cannot tell this value from none, and leaves it out"
      : "Git states it; the server leaves it out in an object like this one";
  if (sameJson(desired, live)) return "Git states it, and live is the same";
  if (field?.fills !== undefined && isOmitted(desired, field))
    return "Git states a zero, which the server cannot tell from none; live is what it puts there by itself";
  if (field?.fills?.overrides === true)
    return "Git states it; whatever that is, the server puts its own value there";
  const node = nodeAt(schema, path);
  return node.type === "scalar" && node.format !== "plain"
    ? `Git states it, and live is the same ${formatWords[node.format]} in another spelling`
    : "Git states it; live is the same but for what the server puts in, leaves out or spells otherwise";
}

const formatWords = {
  quantity: "quantity",
  bytes: "bytes",
  time: "time",
  microTime: "time",
} as const satisfies Readonly<Record<Exclude<ScalarFormat, "plain">, string>>;

interface Surroundings {
  readonly schema: SchemaNode;
  readonly roots: Roots;
}

interface OwnAt extends Surroundings {
  /** The path that the user asked about: the field itself, or one below it. */
  readonly asked: FieldPath;
}

/** The field itself, or the nearest one above it, is the server's. */
function whyUnstated(path: FieldPath, live: Json, at: Surroundings): string {
  for (let depth = path.length; depth > 0; depth--) {
    const above = path.slice(0, depth);
    const field = fieldAt(at.schema, above);
    if (field?.fills !== undefined) return serversOwn(field.fills, above, { ...at, asked: path });
    if (field !== undefined && depth === path.length && isOmitted(live, field))
      return "Git does not state it, and a zero is the same as none here";
  }
  return isEmpty(live)
    ? "Git does not state it, and empty is the same as none here"
    : "Git does not state it; it is part of what the server makes of what Git states";
}

function serversOwn(fills: ServerFill, path: FieldPath, { asked, schema, roots }: OwnAt): string {
  const row = fillRowAt(schema, path, roots);
  const what = asked.length === path.length ? "" : ` for ${formatPath(path)}`;
  const source = row === undefined ? "" : ` (${rowWords(row)})`;
  if (fills.value === undefined)
    return `Git does not state it; the server chooses the value${what}, so that there is one says nothing${source}`;
  const whose = row === undefined ? "the default of the kind's schema" : "the server's default";
  return `Git does not state it; live is ${whose}${what}${source}`;
}

/** `core.Container.imagePullPolicy where image has no fixed tag: why`. */
function rowWords(row: FillRow): string {
  const condition = conditionWords(row);
  return `${row.field}${condition === "" ? "" : ` ${condition}`}: ${row.reason}`;
}

/** What is never compared, and why. */
function notCompared(path: FieldPath, desired: Json | undefined): string | undefined {
  const [first, second, third] = path;
  if (first?.type !== "field") return "the object as a whole: give a path below it";
  if (first.name === "status") return "status is what controllers report; it is not configuration";
  if (first.name === "apiVersion" || first.name === "kind") return "it is part of the object's identity";
  if (first.name !== "metadata" || second?.type !== "field") return undefined;
  if (second.name === "name" || second.name === "namespace") return "it is part of the object's identity";
  if (second.name === "annotations" && third?.type === "field" && systemAnnotations.has(third.name))
    return desired === undefined ? undefined : "a program writes this annotation over whatever Git says";
  const isCompared = metadataFields.some(([name]) => name === second.name);
  return isCompared ? undefined : "the system's own metadata: only the server sets it";
}
