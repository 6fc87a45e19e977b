/** promtool, Prometheus' own checker of rules: built once into the user's cache folder. */
import { buildGoProgram, type Log } from "./go-program.ts";

/**
 * The path of promtool; go.mod pins its version.
 * @throws Error that says what to do, where Go is missing or too old or the build fails.
 */
export function promtool(log?: Log): Promise<string> {
  return buildGoProgram(
    {
      name: "promtool",
      module: import.meta.dirname,
      package: "github.com/prometheus/prometheus/cmd/promtool",
      ldflags: "-s -w",
      cache: "tools",
      coldBuild: "about 4 minutes",
    },
    log,
  );
}

if (import.meta.main) process.stdout.write(`${await promtool()}\n`);
