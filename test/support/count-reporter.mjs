/** Jest reporter: the last line of a run is "N passed, N failed", with Jest's own counts. */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    // A suite that could not start has no tests of its own, yet it is a failure and must be counted as one.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const line = `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
    // Said when all else has been: Jest itself still writes after this call.
    const failedChecks = process.env.FAILED_CHECKS ?? "";
    const checks = failedChecks === "" ? "" : `FAILED besides the tests: ${failedChecks} (see the top)\n`;
    process.on("exit", () => process.stdout.write(`${checks}${line}\n`));
  }
}
