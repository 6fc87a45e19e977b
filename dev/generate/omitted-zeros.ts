/** Which zeros the API server leaves out, read from Kubernetes' Go types by a small Go program. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { buildGoProgram } from "../tools/go-program.ts";
import type { OmittedZeroFields } from "./schemas.ts";

/** Builds the program if need be, and runs it. */
export async function readOmittedZeros(): Promise<OmittedZeroFields> {
  const program = await buildGoProgram({
    name: "omitted-zeros",
    module: join(import.meta.dirname, "omitted-zeros"),
    package: ".",
    ldflags: "-s -w",
    cache: "omitted-zeros",
    coldBuild: "about a minute",
  });
  const { stdout } = await promisify(execFile)(program, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as OmittedZeroFields; // what the program prints, as its own comment says
}
