/** What the Dockerfile says, without running it: test/cluster/image.test.ts does that. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { load } from "js-yaml";
import { imageEnv, nodeFlags } from "../../dev/demo/operator.ts";
import { createFilter } from "../support/build-context.ts";
import { environmentOf, execForm, parseDockerfile, textsOf } from "../support/dockerfile.ts";

const root = join(import.meta.dirname, "../..");
const stages = parseDockerfile(readFileSync(join(root, "Dockerfile"), "utf8"));
const final = stages.at(-1) ?? { from: "", name: undefined, instructions: [] };

describe("the image", () => {
  it("runs as a user that is no root, by number, as the Deployment has it", () => {
    const [user = ""] = textsOf(final, "USER");
    const deployment = readFileSync(join(root, "config/manager/deployment.yaml"), "utf8");
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(load(deployment)).toMatchObject({
      spec: {
        template: {
          spec: {
            securityContext: {
              runAsUser: Number(user.split(":")[0]),
              runAsGroup: Number(user.split(":")[1]),
            },
          },
        },
      },
    });
  });

  it("starts its program itself, so that signals reach it, and lets the Deployment's args take CMD's place", () => {
    expect(execForm(final, "ENTRYPOINT")[0]).toBe("node");
    expect(execForm(final, "CMD")).toEqual(["run"]);
    const deployment = readFileSync(join(root, "config/manager/deployment.yaml"), "utf8");
    expect(deployment).not.toContain("command:");
    expect(deployment).toMatch(/args:\n\s+- run\n/);
  });

  it("has the Node that package.json asks for, in the build as in the end", () => {
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      engines: { node: string }; // our own file
    };
    const major = /\d+/.exec(engines.node)?.[0];
    for (const { from } of [stages[0], final].filter((stage) => stage !== undefined))
      expect(from).toMatch(new RegExp(`^node:${major}-`));
  });

  it("has the memory settings with which the demo and the benchmarks run", () => {
    expect(environmentOf(final)).toMatchObject(imageEnv);
    expect(execForm(final, "ENTRYPOINT").slice(0, -1)).toEqual(["node", ...nodeFlags]);
  });
});

describe("the build gets", () => {
  const isSent = createFilter(readFileSync(join(root, ".dockerignore"), "utf8"));

  it.each(["package.json", "package-lock.json", ".npmrc", "dev/build.ts", "src/cli/main.ts"])(
    "%s",
    (path) => {
      expect(isSent(path)).toBe(true);
    },
  );

  it.each([
    ".git/config",
    ".git/objects/ab/cdef",
    "node_modules/pino/package.json",
    "dist/holdfast.mjs",
    ".env",
    ".env.local",
    "src/.env",
    "digest.key",
    "src/git/identity.key",
    "src/kubernetes/client.pem",
    "kubeconfig",
    "admin.kubeconfig",
    "src/kubeconfig",
    "test/cluster/image.test.ts",
    "dev/control-plane/identities.yaml",
  ])("not %s", (path) => {
    expect(isSent(path)).toBe(false);
  });
});
