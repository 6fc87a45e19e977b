/** Jest runs the TypeScript sources as they are: types are stripped by Node itself, modules stay ES modules. */
const common = {
  rootDir: import.meta.dirname,
  testEnvironment: "node",
  extensionsToTreatAsEsm: [".ts"],
  moduleFileExtensions: ["ts", "mjs", "js", "cjs", "json"],
  transform: { "\\.ts$": "<rootDir>/test/support/strip-types.mjs" },
};

const inProcess = "<rootDir>/test/scenario";
const onCluster = "<rootDir>/test/cluster";
/** Cluster tests in which no other operator may act: they run beside the others, on a cluster of their own. */
const differential = ["compare-differential", "custom-defaults", "defaults-replay", "fuzz", "quiet"].map(
  (name) => `${onCluster}/${name}.test.ts`,
);
/** Run only when a test of the project is. */
const withCluster = {
  globalSetup: "<rootDir>/test/support/cluster-setup.ts",
  globalTeardown: "<rootDir>/test/support/cluster-teardown.ts",
};

export default {
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: [inProcess, onCluster],
    },
    {
      ...common,
      displayName: "scenario",
      testMatch: [`${inProcess}/**/*.test.ts`],
    },
    {
      ...common,
      displayName: "cluster",
      testMatch: [`${onCluster}/**/*.test.ts`],
      testPathIgnorePatterns: differential,
      ...withCluster,
    },
    {
      ...common,
      displayName: "differential",
      testMatch: differential,
      ...withCluster,
    },
  ],
  // The operators of two cluster files at once would act for each other's policies: they share one API server.
  maxWorkers: 1,
  // Of the whole run; useApiServer gives the tests of its file more.
  testTimeout: 30_000,
  reporters: ["default", "<rootDir>/test/support/count-reporter.ts"],
};
