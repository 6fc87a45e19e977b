/** YAML as the cluster's own tools read it: the scalar rules of sigs.k8s.io/yaml, which no npm schema has. */
import {
  defineScalarTag,
  EVENT_DOCUMENT,
  loadAll,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  parseEvents,
  Schema,
  seqTag,
  strTag,
} from "js-yaml";
import type { Json } from "../resource/resource.ts";

/** One document and the line at which it begins, from 1. */
export interface YamlDocument {
  readonly value: Json;
  readonly line: number;
}

export type ParsedYaml =
  | { readonly type: "Parsed"; readonly documents: readonly YamlDocument[] }
  | { readonly type: "Invalid"; readonly line?: number; readonly message: string };

/** Bounds on what one file may unfold to: an alias bomb is a few bytes long. */
const maxAliases = 100;
const maxDepth = 100;

/** Reads every document of a text. A number that JavaScript cannot hold exactly is refused, never rounded. */
export function parseKubernetesYaml(text: string): ParsedYaml {
  try {
    const values = loadAll(text, { schema: kubernetesSchema, maxAliases, maxDepth });
    const bomb = findBomb(values);
    if (bomb !== undefined) return { type: "Invalid", message: bomb };
    const lines = documentLines(text);
    const documents = values.map((value, i) => ({ value: value as Json, line: lines[i] ?? 1 })); // the schema makes JSON alone
    return { type: "Parsed", documents };
  } catch (error) {
    return invalid(error, text);
  }
}

/** Far beyond any manifest: an object of the API server has at most a few megabytes. */
const maxUnfolded = 1_000_000;

/**
 * What aliases unfold to is counted before anybody walks it: each level may repeat the one below, so ninety aliases
 * make billions of values. Values that aliases share are one value in memory, and walked here once. What the text
 * itself spells out is bounded by its length, and may be the list of a whole cluster.
 */
function findBomb(documents: readonly unknown[]): string | undefined {
  const sizes = new Map<object, number>();
  let spelledOut = 0;
  const size = (value: unknown): number => {
    if (typeof value !== "object" || value === null) {
      spelledOut += 1;
      return 1;
    }
    const known = sizes.get(value);
    if (known !== undefined) return known;
    // Infinite until it is known: whoever meets it meanwhile is inside of it.
    sizes.set(value, Number.POSITIVE_INFINITY);
    spelledOut += 1;
    const total = Object.values(value).reduce<number>((sum, item) => sum + size(item), 1);
    sizes.set(value, total);
    return total;
  };
  const total = documents.reduce<number>((sum, document) => sum + size(document), 0);
  if (total === Number.POSITIVE_INFINITY) return "an alias refers to what contains it";
  const unfolded = total - spelledOut;
  return unfolded > maxUnfolded ? `its aliases unfold to more than ${maxUnfolded} values` : undefined;
}

/**
 * A scalar that YAML allows and JSON does not; js-yaml does not say where it stands. Nor is a number
 * shown: it may be a password that nobody has quoted.
 */
class UnrepresentableNumber extends Error {
  readonly scalar: string;

  constructor(scalar: string, fault: string) {
    super(`${fault}; quote it if it is text`);
    this.scalar = scalar;
  }
}

/** 0 if it is written in a way that is not seen here. */
function lineOf(scalar: string, text: string): number {
  const isPart = (line: string) => line.split(/[\s,:[\]{}]+/).includes(scalar);
  return text.split("\n").findIndex(isPart) + 1;
}

function invalid(error: unknown, text: string): ParsedYaml {
  if (error instanceof UnrepresentableNumber) {
    const line = lineOf(error.scalar, text);
    return { type: "Invalid", message: error.message, ...(line === 0 ? {} : { line }) };
  }
  const { reason, mark } = error as { reason?: string; mark?: { line?: number } }; // YAMLException, or ours
  const message = withoutValues(reason ?? (error instanceof Error ? error.message : String(error)));
  return { type: "Invalid", message, ...(mark?.line === undefined ? {} : { line: mark.line + 1 }) };
}

/** A password that begins with `*` or `!` is taken for an alias or a tag, and its name must not be shown. */
function withoutValues(reason: string): string {
  const what = reason.replaceAll(/\s*("[^"]*"|!<.*>|: .*)/gs, "");
  return what === reason ? reason : `${what}; quote it if it is text`;
}

const trueWords = new Set(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
const falseWords = new Set(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);
const nullWords = new Set(["", "~", "null", "Null", "NULL"]);

const boolTag = defineScalarTag("tag:yaml.org,2002:bool", {
  implicit: true,
  implicitFirstChars: [..."yYtToOnNfF"],
  resolve: (text: string) => (trueWords.has(text) ? true : falseWords.has(text) ? false : NOT_RESOLVED),
  identify: (value: unknown) => typeof value === "boolean",
});

const nullTag = defineScalarTag("tag:yaml.org,2002:null", {
  implicit: true,
  implicitFirstChars: ["~", "n", "N", ""],
  resolve: (text: string) => (nullWords.has(text) ? null : NOT_RESOLVED),
  identify: (value: unknown) => value === null,
});

/** YAML 1.1: `0644` is octal, `0b11` binary, `1_000` a thousand; `1:30` and dates stay text. */
const integers: readonly { readonly pattern: RegExp; readonly radix: number }[] = [
  { pattern: /^([-+]?)(0|[1-9][0-9]*)$/, radix: 10 },
  { pattern: /^([-+]?)0[xX]([0-9a-fA-F]+)$/, radix: 16 },
  { pattern: /^([-+]?)0[bB]([01]+)$/, radix: 2 },
  { pattern: /^([-+]?)0[oO]?([0-7]+)$/, radix: 8 },
];

const intTag = defineScalarTag("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: [..."-+0123456789"],
  resolve: (text: string) => {
    const plain = text.replaceAll("_", "");
    for (const { pattern, radix } of integers) {
      const [, sign, digits] = pattern.exec(plain) ?? [];
      if (digits !== undefined) return exact(Number.parseInt(digits, radix) * (sign === "-" ? -1 : 1), text);
    }
    return NOT_RESOLVED;
  },
  identify: (value: unknown) => Number.isInteger(value),
});

const floatPattern = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

const floatTag = defineScalarTag("tag:yaml.org,2002:float", {
  implicit: true,
  implicitFirstChars: [..."-+.0123456789"],
  resolve: (text: string) => {
    if (/^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$/.test(text))
      throw new UnrepresentableNumber(text, `${text} has no place in JSON`);
    const plain = text.replaceAll("_", "");
    return floatPattern.test(plain) ? exact(Number(plain), text) : NOT_RESOLVED;
  },
  identify: (value: unknown) => typeof value === "number",
});

/** `!!binary` is handed on as the text that it encodes, as kubectl does. */
const binaryTag = defineScalarTag("tag:yaml.org,2002:binary", {
  implicit: false,
  resolve: (text: string) => Buffer.from(text.replaceAll(/\s/g, ""), "base64").toString("utf8"),
  identify: () => false,
});

const kubernetesSchema = new Schema([
  strTag,
  seqTag,
  mapTag,
  nullTag,
  boolTag,
  intTag,
  floatTag,
  mergeTag,
  binaryTag,
]);

/** Integers beyond 2^53 and `1e400` would silently become other numbers. */
function exact(value: number, text: string): number {
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw new UnrepresentableNumber(text, "a number that cannot be held exactly");
  }
  return value;
}

/** The line of each document's first node, from 1. */
function documentLines(text: string): readonly number[] {
  const events = parseEvents(text, { maxDepth });
  const lines: number[] = [];
  let line = 1;
  let counted = 0;
  events.forEach((event, i) => {
    if (event.type !== EVENT_DOCUMENT) return;
    const first = events[i + 1];
    const start =
      first === undefined
        ? -1
        : "start" in first
          ? first.start
          : "valueStart" in first
            ? first.valueStart
            : -1;
    for (; counted < start; counted++) if (text[counted] === "\n") line += 1;
    lines.push(line);
  });
  return lines;
}
