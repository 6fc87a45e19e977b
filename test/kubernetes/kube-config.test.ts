/** Where a kubeconfig is looked for, and what is said of one that is of no use. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { loadKubeConfig } from "../../src/kubernetes/kube-config.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-kubeconfig-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { HOME, KUBECONFIG } = process.env;
beforeEach(() => {
  process.env["HOME"] = folder;
  delete process.env["KUBECONFIG"];
});
afterEach(() => {
  process.env["HOME"] = HOME;
  if (KUBECONFIG === undefined) delete process.env["KUBECONFIG"];
  else process.env["KUBECONFIG"] = KUBECONFIG;
});

function kubeconfig(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const usable = (server: string) => `
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "${server}"}}]
users: [{name: u, user: {}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`;

describe("a kubeconfig", () => {
  it("that is named is the one", () => {
    const path = kubeconfig("named", usable("https://cluster.example.com"));
    expect(loadKubeConfig(path).getCurrentCluster()?.server).toBe("https://cluster.example.com");
  });

  it("may say localhost:8080 itself: only what nobody has said is refused", () => {
    process.env["KUBECONFIG"] = kubeconfig("local", usable("http://localhost:8080"));
    expect(loadKubeConfig(undefined).getCurrentCluster()?.server).toBe("http://localhost:8080");
  });

  it("that is nowhere is asked for, in place of a server that nobody has named", () => {
    expect(() => loadKubeConfig(undefined)).toThrow(
      "no kubeconfig was found: name one with --kubeconfig or KUBECONFIG, or make ~/.kube/config",
    );
  });

  it("that is not there is said to be, by its name or by where the name came from", () => {
    expect(() => loadKubeConfig(join(folder, "none"))).toThrow(
      /the kubeconfig .*none cannot be read: .*ENOENT/,
    );
    process.env["KUBECONFIG"] = join(folder, "none");
    expect(() => loadKubeConfig(undefined)).toThrow(
      /the kubeconfig in KUBECONFIG or .* cannot be read: .*ENOENT/,
    );
  });

  it("that does not parse is not quoted: it holds a token", () => {
    const path = kubeconfig("broken", "users:\n- user: {token: hunter2\n");
    process.env["KUBECONFIG"] = path;
    for (const name of [path, undefined]) {
      const message = messageOf(() => loadKubeConfig(name));
      expect(message).toMatch(/^the kubeconfig .* cannot be read: ./);
      expect(message).not.toContain("hunter2");
    }
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return String(error instanceof Error ? error.message : error);
  }
  return "it did not throw";
}
