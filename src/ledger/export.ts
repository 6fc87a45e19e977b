/** The lines of an export: all that it takes to verify a ledger, and nothing that needs Holdfast to be read. */
import { isJsonList, isJsonObject, type Json, type JsonObject } from "../resource/resource.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { Opening } from "./sealing.ts";

/** One line each, as canonical JSON, so that there is one way to write it. */
export type ExportLine =
  /** The first. */
  | { readonly type: "Header"; readonly origin: string; readonly size: number }
  | {
      readonly type: "Entry";
      readonly text: string;
      readonly leaf: string;
      readonly openings: readonly Opening[];
    }
  /** Behind the last entry that it covers; the last line is one. */
  | { readonly type: "Checkpoint"; readonly note: string };

export const exportFormat = "holdfast.dev/ledger/v1";

/** With the line feed. */
export function exportLine(line: ExportLine): string {
  return `${canonicalJson(asJson(line))}\n`;
}

/** A line without its line feed; or, as text, what is wrong with it. */
export function parseExportLine(text: string): ExportLine | string {
  const json = parse(text);
  if (!isJsonObject(json)) return "it is no JSON object";
  const line = lineOf(json);
  if (line === undefined) return "it is none of the lines that an export has";
  return exportLine(line) === `${text}\n` ? line : "it is not written as an export is";
}

function lineOf(json: JsonObject): ExportLine | undefined {
  const { format, origin, size, entry, leaf, openings, checkpoint } = json;
  if (format === exportFormat && typeof origin === "string" && typeof size === "number")
    return { type: "Header", origin, size };
  if (typeof checkpoint === "string") return { type: "Checkpoint", note: checkpoint };
  if (typeof entry !== "string" || typeof leaf !== "string" || !isJsonList(openings)) return undefined;
  const opened = openings.map(openingOf);
  if (opened.includes(undefined)) return undefined;
  return { type: "Entry", text: entry, leaf, openings: opened.filter((one) => one !== undefined) };
}

function openingOf(json: Json): Opening | undefined {
  if (!isJsonObject(json)) return undefined;
  const { sealed, salt, value } = json;
  return typeof sealed === "string" && typeof salt === "string" && value !== undefined
    ? { sealed, salt, value }
    : undefined;
}

function asJson(line: ExportLine): JsonObject {
  switch (line.type) {
    case "Header":
      return { format: exportFormat, origin: line.origin, size: line.size };
    case "Entry":
      return { entry: line.text, leaf: line.leaf, openings: line.openings.map((one) => ({ ...one })) };
    case "Checkpoint":
      return { checkpoint: line.note };
  }
}

/** Undefined for what is no JSON, or nested beyond what can be read. */
function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json; // JSON.parse answers JSON
  } catch {
    return undefined;
  }
}
