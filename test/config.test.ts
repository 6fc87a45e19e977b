import { describe, expect, it } from "@jest/globals";
import { flags, parseConfig } from "../src/config.ts";

const needed = { "digest-key-file": "/key" };

function messages(values: Record<string, string>): string {
  const parsed = parseConfig({ ...needed, ...values }, {});
  return parsed.type === "Invalid" ? parsed.messages.join("\n") : "valid";
}

describe("the configuration", () => {
  it("has defaults for everything but the digest key", () => {
    const parsed = parseConfig(needed, {});
    expect(parsed).toMatchObject({
      config: {
        namespace: "holdfast-system",
        delivererNamespaces: ["argocd", "flux-system"],
        dataDir: "/var/lib/holdfast",
        metricsHost: "0.0.0.0",
        metricsPort: 8080,
        leaderElect: true,
        allowFileUrls: false,
        allowPrivateAddresses: false,
        kubectl: [],
        dryRun: "Never",
        gitTimeoutMs: 60_000,
        recordsPerPolicy: 200,
        recordsPerCluster: 5_000,
      },
    });
  });

  it("takes several namespaces of deliverers", () => {
    expect(parseConfig({ ...needed, "deliverer-namespaces": "flux, argo," }, {})).toMatchObject({
      config: { delivererNamespaces: ["flux", "argo"] },
    });
  });

  it("takes a flag before the environment, and the environment before the default", () => {
    const environment = { HOLDFAST_NAMESPACE: "from-env", HOLDFAST_LOG_LEVEL: "debug" };
    expect(parseConfig({ ...needed, namespace: "from-flag" }, environment)).toMatchObject({
      config: { namespace: "from-flag", logLevel: "debug" },
    });
  });

  it.each([
    [{ "metrics-address": "[::1]:9090" }, "valid"],
    [{ "metrics-address": "nowhere" }, "--metrics-address"],
    [{ "git-timeout": "5" }, '--git-timeout: "5" is no duration; write it as 30s, 5m or 1h'],
    [{ "git-timeout": "0s" }, "--git-timeout"],
    [{ "log-level": "loud" }, '--log-level: "loud" is none of trace, debug, info, warn, error'],
    [{ "dry-run": "WhereAllowed" }, "valid"],
    [{ "dry-run": "true" }, '--dry-run: "true" is none of Never, WhereAllowed'],
    [{ "allow-file-urls": "yes" }, '--allow-file-urls: "yes" is none of true, false'],
    [{ "max-fetches": "0" }, '--max-fetches: "0" is no whole number from 1 to 64'],
    [{ "max-fetches": "1.5" }, "--max-fetches"],
  ])("of %j is %s", (values, expected) => {
    expect(messages(values)).toContain(expected);
  });

  it("says everything that is wrong at once", () => {
    const parsed = parseConfig({ "log-level": "loud" }, {});
    expect(parsed).toMatchObject({
      type: "Invalid",
      messages: [
        expect.stringContaining("--digest-key-file is missing"),
        expect.stringContaining("--log-level"),
      ],
    });
  });

  it("describes each flag", () => {
    for (const { name, description } of flags) expect([name, description.length > 10]).toEqual([name, true]);
  });
});
