#!/usr/bin/env node
/** The `holdfast` command. Checks Node's version before anything that needs a newer one is loaded. */
import process from "node:process";
import { outliveReaders } from "./print.ts";

const oldestNode = 24;

outliveReaders();

const [major = 0] = process.versions.node.split(".").map(Number);
if (major < oldestNode) {
  process.stderr.write(
    `holdfast: Node ${oldestNode} or later is needed, this is ${process.version}; ` +
      "in a checkout, start it with: npm run --silent holdfast --\n",
  );
  process.exitCode = 2;
} else {
  const { runCommandLine } = await import("./program.ts");
  process.exitCode = await runCommandLine(process.argv.slice(2));
}
