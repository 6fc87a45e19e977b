/** `holdfast run`: the operator, until SIGTERM or SIGINT. */
import process from "node:process";
import { parseConfig } from "../config.ts";
import { createLogger } from "../telemetry/logger.ts";
import { version } from "../version.ts";

export async function runRun(values: Readonly<Record<string, string | undefined>>): Promise<number> {
  const parsed = parseConfig(values, process.env);
  if (parsed.type === "Invalid") {
    for (const message of parsed.messages) process.stderr.write(`holdfast run: ${message}\n`);
    return 2;
  }
  // It takes a while to load: faults of the flags are told before.
  const { runOperator } = await import("../main.ts");
  const logger = createLogger(parsed.config.logLevel);
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.once(name, () => {
      logger.info({ signal: name }, "stopping");
      stop.abort(new Error(`stopped by ${name}`));
    });
  }
  try {
    await runOperator({ config: parsed.config, version, logger }, stop.signal);
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 0;
    logger.fatal({ error: error instanceof Error ? error.message : String(error) }, "holdfast cannot run");
    return 2;
  }
}
