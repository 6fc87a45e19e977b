/** Markdown for docs/spec: every field of a kind, and every word that its status may say. */
import {
  conditionMeanings,
  conditionReasons,
  eventReasons,
  resolutions,
  rollbackResults,
  verdictReasons,
} from "../../src/api/reasons.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/resource/resource.ts";
import { code, page, table } from "./markdown.ts";

/** `sample` is a GitRepoPolicy as YAML. */
export function policySpecPage(crd: JsonObject, sample: string): string {
  return page([
    ...head(crd),
    "A policy in the operator's own namespace reaches every namespace and cluster-scoped objects; one in any other namespace reaches that namespace alone.",
    `\`\`\`yaml\n${sample.trimEnd()}\n\`\`\``,
    ...fieldTables(crd),
    "## Conditions",
    ...Object.entries(conditionReasons).flatMap(([type, reasons]) => [
      `### ${type}`,
      // Both are keyed by the same types.
      conditionMeanings[type as keyof typeof conditionMeanings],
      table(["Reason", "Meaning"], words(reasons)),
    ]),
    "`RollbackHeld` carries the first of its reasons, in this order, that holds for any object; its message has the count of each, and at most three objects.",
    "## Verdicts and their reasons",
    "Only a comparison with a revision that was fetched makes an object `InSync`. What cannot be judged is `Unknown`: never drift, and never written.",
    table(
      ["Verdict", "Reason", "Meaning"],
      Object.entries(verdictReasons).flatMap(([status, reasons]) =>
        words(reasons).map((row) => [code(status), ...row]),
      ),
    ),
    "## Events",
    "Events are on the policy.",
    table(["Reason", "Meaning"], words(eventReasons)),
  ]);
}

export function recordSpecPage(crd: JsonObject): string {
  return page([
    ...head(crd),
    "One DriftRecord tells one drift of one object, beside the policy that found it. Its name follows from policy, object and first sight. It carries the labels `holdfast.dev/policy`, `holdfast.dev/kind` and `holdfast.dev/resolved`:",
    "```sh\nkubectl get drift -l holdfast.dev/policy=shop,holdfast.dev/resolved=false\n```",
    "A record has at most 8 KiB. Of the resolved ones the newest 200 of each policy and 5,000 of the cluster stay (`--records-per-policy`, `--records-per-cluster`); open ones are never removed.",
    ...fieldTables(crd),
    "## Resolutions",
    table(["Resolution", "Meaning"], words(resolutions)),
    "## Results of a rollback",
    table(["Result", "Meaning"], words(rollbackResults)),
  ]);
}

function head(crd: JsonObject): readonly string[] {
  const kind = textAt(crd, ["spec", "names", "kind"]);
  const [shortName] = listAt(crd, ["spec", "names", "shortNames"]);
  const version = textAt(versionOf(crd), ["name"]);
  return [
    `# ${kind}`,
    "<!-- Made by `make generate` from src/api: change it there. -->",
    `\`${textAt(crd, ["spec", "group"])}/${version}\`, namespaced, \`kubectl get ${typeof shortName === "string" ? shortName : ""}\`. ${textAt(versionOf(crd), ["schema", "openAPIV3Schema", "description"])}`,
  ];
}

function fieldTables(crd: JsonObject): readonly string[] {
  return ["spec", "status"].flatMap((part) => {
    const schema = at(versionOf(crd), ["schema", "openAPIV3Schema", "properties", part]);
    const rows = fieldRows(schema, part);
    return [
      `## ${part}`,
      textAt(schema, ["description"]),
      table(["Field", "Type", "Default", "Bounds", "Description"], rows),
    ];
  });
}

function fieldRows(schema: Json | undefined, path: string): readonly (readonly string[])[] {
  const properties = at(schema, ["properties"]);
  const required = listAt(schema, ["required"]);
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, field]) => {
    const items = at(field, ["items"]);
    const fieldPath = `${path}.${name}${items === undefined ? "" : "[]"}`;
    const fallback = required.includes(name) ? "required" : defaultOf(field);
    const row = [
      code(fieldPath),
      typeOf(field),
      fallback,
      bounds(field, fieldPath),
      textAt(field, ["description"]),
    ];
    return [row, ...fieldRows(items ?? field, fieldPath)];
  });
}

function defaultOf(field: Json): string {
  const value = at(field, ["default"]);
  // An object's default is the defaults of its fields.
  return value === undefined || isJsonObject(value) ? "" : code(JSON.stringify(value));
}

function typeOf(field: Json): string {
  const items = at(field, ["items"]);
  if (items !== undefined) return `list of ${typeOf(items)}s`;
  return textAt(field, ["format"]) === "date-time" ? "time" : textAt(field, ["type"]);
}

function bounds(field: Json, path: string): string {
  const said = [
    listAt(field, ["enum"])
      .map((value) => code(typeof value === "string" ? value : JSON.stringify(value)))
      .join(", "),
    limit(field, { name: "maxItems", words: (n) => `at most ${n}` }),
    limit(field, { name: "maxLength", words: (n) => `at most ${n} characters` }),
    limit(field, { name: "minimum", words: (n) => `at least ${n}` }),
    textAt(field, ["pattern"]) === "" ? "" : code(textAt(field, ["pattern"])),
    ...listAt(field, ["x-kubernetes-validations"]).map((rule) => {
      const message = textAt(rule, ["message"]);
      // The row names the field already; a rule of an object may be about one of its fields.
      return message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
    }),
  ];
  return said.filter((text) => text !== "").join("; ");
}

function limit(
  field: Json,
  { name, words }: { readonly name: string; readonly words: (limit: number) => string },
): string {
  const value = at(field, [name]);
  return typeof value === "number" ? words(value) : "";
}

function words(sentences: { readonly [word: string]: string }): readonly (readonly string[])[] {
  return Object.entries(sentences).map(([word, sentence]) => [code(word), sentence]);
}

function versionOf(crd: JsonObject): Json | undefined {
  return listAt(crd, ["spec", "versions"])[0];
}

function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((here, name) => (isJsonObject(here) ? here[name] : undefined), value);
}

function textAt(value: Json | undefined, path: readonly string[]): string {
  const found = at(value, path);
  return typeof found === "string" ? found : "";
}

function listAt(value: Json | undefined, path: readonly string[]): readonly Json[] {
  const found = at(value, path);
  return Array.isArray(found) ? (found as readonly Json[]) : []; // Array.isArray does not narrow a readonly union
}
