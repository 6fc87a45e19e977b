/** `holdfast run` where it cannot start: it ends with 2 and says what to do. */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { type Ended, holdfast, useFolder } from "../support/holdfast-diff.ts";

const folder = useFolder();

describe("holdfast run", () => {
  it("lists every fault of its flags at once", async () => {
    const args = ["run", "--log-level", "loud", "--metrics-address", "nowhere"];
    const { exitCode, stdout, stderr } = await holdfast(args, { env: { HOLDFAST_MAX_FETCHES: "0" } });
    expect(stderr.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^holdfast run: --digest-key-file is missing: .*head -c 32/),
      expect.stringMatching(/^holdfast run: --metrics-address/),
      'holdfast run: --max-fetches: "0" is no whole number from 1 to 64',
      'holdfast run: --log-level: "loud" is none of trace, debug, info, warn, error',
    ]);
    expect([exitCode, stdout]).toEqual([2, ""]);
  });

  it("says where it looked for a kubeconfig, where there is none", async () => {
    expectFault(await start([]), /no kubeconfig was found: name one with --kubeconfig or KUBECONFIG/);
  });

  it("says that a kubeconfig has no current context", async () => {
    const text = "apiVersion: v1\nkind: Config\nclusters: []\nusers: []\ncontexts: []\n";
    const kubeconfig = await folder.write("config", text);
    const ended = await start(["--kubeconfig", kubeconfig]);
    expectFault(ended, /no current context; set one with kubectl config use-context/);
  });
});

async function start(args: readonly string[]): Promise<Ended> {
  const key = await folder.write("digest.key", randomBytes(32));
  const needed = ["--digest-key-file", key, "--data-dir", folder.path, "--metrics-address", "127.0.0.1:0"];
  return await holdfast(["run", ...needed, ...args]);
}

/** The operator's words are log lines. */
function expectFault({ exitCode, stdout, stderr }: Ended, message: RegExp): void {
  const lines = stdout.trimEnd().split("\n");
  const fault = { level: "fatal", message: "holdfast cannot run", error: expect.stringMatching(message) };
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([expect.objectContaining(fault)]);
  expect([exitCode, stderr]).toEqual([2, ""]);
}
