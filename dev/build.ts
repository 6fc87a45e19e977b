/** `make build`: the operator and the command line as one file that needs nothing but Node, dist/holdfast.mjs. */
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const outfile = "dist/holdfast.mjs";

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["src/cli/main.ts"],
  outfile,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node24",
  sourcemap: true,
  metafile: true,
  logLevel: "warning",
  // Some packages are CommonJS and call require for Node's own modules.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
});
const bytes = metafile.outputs[outfile]?.bytes ?? 0;
console.log(`${outfile}: ${(bytes / 1024 / 1024).toFixed(1)} MiB`);
