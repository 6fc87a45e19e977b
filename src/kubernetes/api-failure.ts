/** Why the API server did not do what was asked: a value to decide on, not an exception. */
import { isJsonList, isJsonObject, type Json } from "../resource/resource.ts";

export interface ApiFailure {
  readonly reason:
    | "Unreachable"
    | "Unauthorized"
    | "Forbidden"
    | "NotFound"
    | "AlreadyExists"
    | "Conflict"
    | "Expired"
    | "Invalid"
    | "TooManyRequests"
    | "Other";
  /** The HTTP status; 0 if there was no answer. */
  readonly code: number;
  /** The server's own words, cut to a bound. */
  readonly message: string;
  readonly retryAfterMs?: number;
  /** For `Invalid`: the fields that the server names, e.g. `spec.clusterIP`; at most ten. */
  readonly fields?: readonly string[];
}

const longestMessage = 1_024;
const mostFields = 10;
/** Nobody is made to wait longer than this; a timer could not hold much more anyway. */
const longestRetryAfterMs = 600_000;

/** Reads a `Status`, or whatever stands in its place. */
export function failureOf(code: number, body: Json, retryAfter?: string | string[]): ApiFailure {
  const status = isJsonObject(body) ? body : {};
  const text =
    typeof status["message"] === "string" ? status["message"] : typeof body === "string" ? body : "";
  const retryAfterMs = retryAfterOf(retryAfter, status["details"]);
  const fields = fieldsOf(status["details"]);
  return {
    reason: reasonOf(code, status["reason"]),
    code,
    message: (text === "" ? `HTTP status ${code}` : text).slice(0, longestMessage),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(fields.length === 0 ? {} : { fields }),
  };
}

/** No answer, or none that can be used. */
export function unreachable(message: string): ApiFailure {
  return { reason: "Unreachable", code: 0, message: message.slice(0, longestMessage) };
}

function reasonOf(code: number, reason: Json | undefined): ApiFailure["reason"] {
  switch (code) {
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 409:
      return reason === "AlreadyExists" ? "AlreadyExists" : "Conflict";
    case 410:
      return "Expired";
    case 400:
    case 422:
      return "Invalid";
    case 429:
      return "TooManyRequests";
    default:
      return "Other";
  }
}

/** The header counts before the body; a date in its place is not understood, and left to our own backoff. */
function retryAfterOf(header: string | string[] | undefined, details: Json | undefined): number | undefined {
  const fromBody = isJsonObject(details) ? details["retryAfterSeconds"] : undefined;
  const seconds = Number(Array.isArray(header) ? header[0] : (header ?? fromBody ?? Number.NaN));
  return Number.isFinite(seconds) && seconds >= 0
    ? Math.min(seconds * 1_000, longestRetryAfterMs)
    : undefined;
}

function fieldsOf(details: Json | undefined): readonly string[] {
  const causes = isJsonObject(details) ? details["causes"] : undefined;
  if (!isJsonList(causes)) return [];
  const fields = causes.map((cause) => (isJsonObject(cause) ? cause["field"] : undefined));
  return fields.filter((field) => typeof field === "string").slice(0, mostFields);
}
