/** The log: JSON on standard output, one line for each transition. */
import { type Logger, pino, stdTimeFunctions } from "pino";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

export function createLogger(level: LogLevel): Logger {
  return pino({
    level,
    base: null,
    messageKey: "message",
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
