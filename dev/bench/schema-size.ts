/** Measures what the schemas and server defaults of all shipped kinds cost in memory; prints one line of JSON (MiB). */
import v8 from "node:v8";
import vm from "node:vm";

v8.setFlagsFromString("--expose-gc");
/** Not there without the flag, and therefore without a type. */
const collect = vm.runInNewContext("gc") as () => void;

const before = measure();
const { shippedKind, shippedKinds } = await import("../../src/schema/shipped.ts");
const loaded = measure();
const kinds = shippedKinds().map(shippedKind);
const compiled = measure();
process.stdout.write(
  `${JSON.stringify({
    kinds: kinds.length,
    dataHeapMiB: mebibytes(loaded.heap - before.heap),
    compiledHeapMiB: mebibytes(compiled.heap - loaded.heap),
    heapMiB: mebibytes(compiled.heap - before.heap),
    residentMiB: mebibytes(compiled.resident - before.resident),
  })}\n`,
);

function measure(): { readonly heap: number; readonly resident: number } {
  for (let i = 0; i < 4; i++) collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

function mebibytes(bytes: number): number {
  return Math.round((bytes / 2 ** 20) * 10) / 10;
}
