/** Jest reporter: the last line of a run is "N passed, N failed", with Jest's own counts. */
import { appendFileSync } from "node:fs";
import process from "node:process";

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What Jest tells of a run, as far as it is counted. */
interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

export default class CountReporter {
  onRunComplete(_contexts: unknown, results: Results): void {
    const counts: Counts = {
      passed: results.numPassedTests,
      // A suite that could not start has no tests of its own, yet it is a failure and must be counted as one.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
    };
    // Where several runs go on side by side, who started them adds up.
    const file = process.env["TEST_COUNTS_FILE"] ?? "";
    if (file !== "") appendFileSync(file, `${JSON.stringify(counts)}\n`);
    // Said when all else has been: Jest itself still writes after this call.
    else process.on("exit", () => process.stdout.write(`${countLine(counts)}\n`));
  }
}

export function countLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
