/**
 * The image, where none can be pulled: the Dockerfile's own RUN lines, executed in a copy of the build context, and its
 * ENTRYPOINT, which sees a real drift with no node_modules near. What apt-get would install is only looked at.
 */
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startOperator } from "../../dev/demo/operator.ts";
import { createRepository } from "../../dev/demo/repository.ts";
import type { Json } from "../../src/resource/resource.ts";
import { eventually, useApiServer } from "../support/api-server.ts";
import { copyContext } from "../support/build-context.ts";
import {
  copyOf,
  environmentOf,
  execForm,
  parseDockerfile,
  type Stage,
  textsOf,
} from "../support/dockerfile.ts";

const buildMs = 600_000;
const api = useApiServer();
const checkout = join(import.meta.dirname, "../..");
let directory: string;
/** What is the root folder in the last stage. */
let root: string;
let final: Stage;
/** ENTRYPOINT and CMD, and with what they run. */
let command: readonly [string, ...string[]];
let env: Readonly<Record<string, string>>;
/** Lines that only a machine of its own could run. */
const installs: string[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-image-test-"));
  const context = join(directory, "context");
  await copyContext(checkout, context, {
    dockerignore: await readFile(join(checkout, ".dockerignore"), "utf8"),
    skipped: [".git", "node_modules"],
  });
  // The image's Node, before any other of this machine.
  await mkdir(join(directory, "bin"));
  await symlink(process.execPath, join(directory, "bin/node"));
  const stages = parseDockerfile(await readFile(join(checkout, "Dockerfile"), "utf8"));
  for (const [i, stage] of stages.entries()) await build(stage, { name: stage.name ?? String(i), context });
  final = stages.at(-1) ?? final;
  root = join(directory, "stages", String(stages.length - 1));
  // Nothing of the build may help what was built.
  await rm(context, { recursive: true });
  await rm(join(directory, "stages/build"), { recursive: true });
  const [program = "", ...args] = [...execForm(final, "ENTRYPOINT"), ...execForm(final, "CMD")].map((word) =>
    word.startsWith("/") ? join(root, word) : word,
  );
  command = [program === "node" ? join(directory, "bin/node") : program, ...args];
  env = environmentOf(final);
}, buildMs);

afterAll(() => rm(directory, { recursive: true, force: true }));

/** Executes a stage's instructions with a folder in the place of its root. */
async function build(stage: Stage, { name, context }: { name: string; context: string }): Promise<void> {
  const stageRoot = join(directory, "stages", name);
  await mkdir(join(stageRoot, "etc"), { recursive: true });
  let workdir = "/";
  for (const { name: instruction, text: rest } of stage.instructions) {
    if (instruction === "WORKDIR") {
      workdir = rest;
      await mkdir(join(stageRoot, workdir), { recursive: true });
    }
    if (instruction === "RUN") await runLine(rest, { stageRoot, workdir });
    if (instruction !== "COPY") continue;
    const { from, sources, target } = copyOf(rest);
    // Another image's file; this machine has its own kubectl.
    if (from === "kubectl") continue;
    const origin = from === undefined ? context : join(directory, "stages", from);
    const to = target.startsWith("/") ? join(stageRoot, target) : join(stageRoot, workdir, target);
    for (const source of sources)
      await copy(join(origin, source), to, target.endsWith("/") && source !== ".");
  }
}

async function copy(from: string, to: string, isInto: boolean): Promise<void> {
  const target = isInto ? join(to, from.slice(dirname(from).length + 1)) : to;
  await mkdir(dirname(target), { recursive: true });
  await cp(from, target, { recursive: true });
}

async function runLine(
  line: string,
  { stageRoot, workdir }: { stageRoot: string; workdir: string },
): Promise<void> {
  if (line.startsWith("apt-get ")) {
    installs.push(line);
    return;
  }
  const { NODE_OPTIONS: _, ...ours } = process.env;
  const PATH = [join(directory, "bin"), ...(ours["PATH"] ?? "").split(":")]
    .filter((folder) => !folder.includes("node_modules"))
    .join(":");
  const script = line.replaceAll(">> /etc/", `>> ${stageRoot}/etc/`);
  const { code, output } = await run(["/bin/sh", "-ec", script], {
    cwd: join(stageRoot, workdir),
    env: { ...ours, PATH },
  });
  if (code !== 0) throw new Error(`RUN ${line} ended with ${code}:\n${output.slice(-3_000)}`);
}

async function run(
  [program, ...args]: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, output: `${out}${errors}` };
}

describe("the image", () => {
  it("installs what Holdfast calls: Git, ssh, and the authorities that sign certificates", () => {
    expect(installs).toHaveLength(1);
    const installed = /apt-get install --yes --no-install-recommends ([a-z0-9 -]+?) &&/.exec(
      installs[0] ?? "",
    )?.[1];
    expect(installed?.split(" ")).toEqual(["ca-certificates", "git", "openssh-client"]);
  });

  it("has a name for its user, without which ssh says `No user exists for uid`", async () => {
    const [user = "", group = ""] = (textsOf(final, "USER")[0] ?? "").split(":");
    expect(await readFile(join(root, "etc/passwd"), "utf8")).toMatch(new RegExp(`^\\w+:x:${user}:${group}:`));
    expect(await readFile(join(root, "etc/group"), "utf8")).toMatch(new RegExp(`^\\w+:x:${group}:`));
  });

  it("holds the bundle and its licences, and no node_modules is near", async () => {
    expect((await readdir(join(root, "opt/holdfast"))).sort()).toEqual([
      "holdfast.mjs",
      "holdfast.mjs.LEGAL.txt",
    ]);
    for (let folder = join(root, "opt/holdfast"); folder !== dirname(folder); folder = dirname(folder))
      expect(await readdir(folder)).not.toContain("node_modules");
    expect(env["NODE_PATH"]).toBeUndefined();
  });

  it("compares files with no cluster: the schemas are in the bundle", async () => {
    const deployment = (containers: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template: {spec: {containers: [${containers}]}}
`;
    await writeFile(
      join(directory, "desired.yaml"),
      deployment("{name: a, image: a:1}, {name: b, image: b:1}"),
    );
    await writeFile(join(directory, "live.yaml"), deployment("{name: b, image: b:2}, {name: a, image: a:1}"));
    const [program, ...args] = command;
    // What CMD says gives way to another command, as with `docker run`.
    const entrypoint = [program, ...args.slice(0, -1)] as const;
    const { code, output } = await run(
      [...entrypoint, "diff", "--desired", "desired.yaml", "--live", "live.yaml", "-o", "json"],
      { cwd: directory, env },
    );
    expect(code).toBe(1);
    expect(JSON.parse(output)).toMatchObject({
      // Only who knows the list's key finds b again, and no change in a.
      objects: [{ changes: [{ type: "Modified", path: 'spec.template.spec.containers[name="b"].image' }] }],
    });
  });

  it("records a real drift", async () => {
    const kubeconfig = await api.operator();
    const namespace = await api.namespace("image");
    const repository = await createRepository(join(directory, "repository"));
    const manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {mode: fast}\n";
    await repository.commit({ "app/settings.yaml": manifest });
    const operator = await startOperator({
      kubeconfig,
      directory: join(directory, "operator"),
      command,
      env,
    });
    try {
      const policy = {
        apiVersion: "holdfast.dev/v1alpha1",
        kind: "GitRepoPolicy",
        metadata: { name: "image", namespace },
        spec: { source: { url: repository.url, ref: { branch: "main" }, path: "app" } },
      };
      await api.kubectl(["apply", "-f", "-"], { input: JSON.stringify(policy) });
      await api.kubectl(["apply", "-n", namespace, "-f", join(repository.directory, "app")]);
      await api.kubectl(["wait", "--for=condition=InSync", "grp/image", "-n", namespace, "--timeout=60s"]);
      const patch = '--patch={"data":{"mode":"slow"}}';
      await api.kubectl(["patch", "configmap", "settings", "-n", namespace, patch], { identity: "editor" });
      const changes = await eventually("a DriftRecord with what was changed", async () => {
        const jsonpath = "jsonpath={.items[*].status.changes}";
        const printed = await api.kubectl(["get", "drift", "-n", namespace, "-o", jsonpath]);
        return printed === "" ? undefined : (JSON.parse(printed) as Json);
      });
      expect(changes).toMatchObject([
        { type: "Modified", path: "data.mode", desired: '"fast"', live: '"slow"' },
      ]);
      expect(await operator.stop()).toBe(0);
    } finally {
      await operator.stop();
    }
  });
});
