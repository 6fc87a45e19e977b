/** Jest runs the TypeScript sources as they are: types are stripped by Node itself, modules stay ES modules. */
export default {
  rootDir: ".",
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  moduleFileExtensions: ["ts", "mjs", "js", "cjs", "json"],
  transform: { "\\.ts$": "<rootDir>/test/support/strip-types.mjs" },
  reporters: ["default", "<rootDir>/test/support/count-reporter.mjs"],
  testTimeout: 30_000,
};
