/** make build: one file, dist/holdfast.mjs, that needs Node and nothing else. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

/** Bundles the command line; answers the bundle's path. */
export async function bundle(outputDirectory = join(root, "dist")): Promise<string> {
  const outfile = join(outputDirectory, "holdfast.mjs");
  rmSync(outfile, { force: true });
  await build({
    entryPoints: [join(root, "src/cli/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: "linked",
    legalComments: "linked",
    logLevel: "warning",
    // Some dependencies are CommonJS and ask for Node's own modules by require.
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  return outfile;
}

if (import.meta.main) process.stdout.write(`${await bundle()}\n`);
