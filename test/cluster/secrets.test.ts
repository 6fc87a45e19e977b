/** Secrets, where the administrator lets Holdfast watch them: what is in them stays in the cluster and in Git. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { fieldAt } from "../../dev/control-plane/access.ts";
import { type Operator, startOperator } from "../../dev/demo/operator.ts";
import type { Json } from "../../src/resource/resource.ts";
import { eventually, useApiServer } from "../support/api-server.ts";
import { type ClusterPolicy, createClusterPolicy, listAt } from "../support/cluster-policy.ts";

const api = useApiServer();
const component = join(import.meta.dirname, "../../config/components/secrets/observe-secrets.yaml");
const base64 = (text: string) => Buffer.from(text).toString("base64");

/** None of them is part of another word, or as short as a digit of a digest. */
const values = {
  declared: "s3cr3t-in-git-data",
  declaredText: "s3cr3t-in-git-text",
  edited: "s3cr3t-by-hand",
  editedAgain: "s3cr3t-by-hand-again",
  annotated: "s3cr3t-in-annotation",
};
const login = `apiVersion: v1
kind: Secret
metadata: {name: login}
data: {token: ${base64(values.declared)}}
stringData: {password: ${values.declaredText}}
`;
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

let directory: string;
let kubeconfig: string;
let operator: Operator | undefined;
let policy: ClusterPolicy;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-secrets-test-"));
  kubeconfig = await api.operator();
  await api.kubectl(["apply", "-f", component]);
  await eventually("the right to watch Secrets", async () => {
    const asked = ["auth", "can-i", "watch", "secrets", "--all-namespaces"];
    return (await api.tryKubectl(asked, { kubeconfig })).stdout.trim() === "yes" ? true : undefined;
  });
  await start();
  policy = await createClusterPolicy(api, {
    namespace: await api.namespace("secrets"),
    directory,
    files: { "app/login.yaml": login },
  });
});

afterAll(async () => {
  await operator?.stop();
  await api.tryKubectl(["delete", "-f", component, "--ignore-not-found"]);
  await rm(directory, { recursive: true, force: true });
});

async function start(): Promise<void> {
  operator = await startOperator({ kubeconfig, directory, flags: ["--log-level=trace"] });
}

/** As the editor, a key of the Secret. */
async function edit(key: string, value: string): Promise<void> {
  await policy.edit(
    "patch",
    "secret",
    "login",
    "--patch",
    JSON.stringify({ data: { [key]: base64(value) } }),
  );
}

async function valueOf(key: string): Promise<string> {
  const text = await policy.kubectl("get", "secret", "login", "-o", `jsonpath={.data.${key}}`);
  return Buffer.from(text, "base64").toString();
}

async function records(): Promise<readonly Json[]> {
  return await eventually("every record resolved", async () => {
    const found = await policy.records();
    const open = found.filter((one) => fieldAt(one, ["status", "resolution"]) === undefined);
    return found.length > 0 && open.length === 0 ? found : undefined;
  });
}

/** What the changes at this path say was live, in no particular order. */
async function liveDigests(path: string): Promise<readonly Json[]> {
  return (await records()).flatMap((record) =>
    listAt(record, ["status", "changes"])
      .filter((change) => fieldAt(change, ["path"]) === path)
      .map((change) => fieldAt(change, ["live"]) ?? ""),
  );
}

it("a Secret that is edited by hand gets Git's values back, and its record has digests in their place", async () => {
  await policy.apply();
  await policy.deliver();
  await policy.condition("InSync", "True");

  await edit("token", values.edited);
  await eventually("the declared token back", async () =>
    (await valueOf("token")) === values.declared ? true : undefined,
  );
  await edit("password", values.edited);
  await eventually("the declared password back", async () =>
    (await valueOf("password")) === values.declaredText ? true : undefined,
  );
  await policy.condition("InSync", "True");
  const [token] = await liveDigests("data.token");
  const [password] = await liveDigests("data.password");
  expect(token).toMatch(/^"hmac-sha256:[0-9a-f]{64}"$/);
  // One value, one digest, wherever it stands: that is how an auditor sees what was copied where.
  expect(password).toBe(token);
});

it("the last-applied annotation is redacted like the Secret itself, and no edit of it is drift in Declared mode", async () => {
  const forged = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "login" },
    stringData: { password: values.annotated },
  };
  await policy.edit("annotate", "secret", "login", "--overwrite", `${lastApplied}=${JSON.stringify(forged)}`);
  await policy.edit(
    "annotate",
    "secret",
    "login",
    "--overwrite",
    `${lastApplied}=not JSON: ${values.annotated}`,
  );
  await edit("token", values.editedAgain);
  await eventually("the declared token back", async () =>
    (await valueOf("token")) === values.declared ? true : undefined,
  );
  await policy.condition("InSync", "True");
});

it("a digest is the same after a restart", async () => {
  const before = await liveDigests("data.token");
  expect(new Set(before).size).toBe(2);
  expect(await operator?.stop()).toBe(0);
  await start();
  await edit("token", values.edited);
  await eventually("a third record of the token", async () =>
    (await liveDigests("data.token")).length === 3 ? true : undefined,
  );
  // The value was seen before: it adds no digest to those that are known.
  expect(new Set(await liveDigests("data.token"))).toEqual(new Set(before));
});

it("no value, plain or in base64, is anywhere but in the Secret and in Git", async () => {
  const told: Record<string, string> = {
    "the records": await policy.kubectl("get", "drift", "-o", "json", "--show-managed-fields"),
    "the policy": await policy.kubectl("get", "grp", "-o", "json", "--show-managed-fields"),
    "the Events": await policy.kubectl("get", "events", "-o", "json"),
    "the metrics": await (await fetch(`${operator?.url}/metrics`)).text(),
    "the log": operator?.log() ?? "",
  };
  expect(operator?.log()).toContain("drift detected");
  expect(told["the Events"]).toContain("DriftDetected");
  const data = join(directory, "data");
  const files = await readdir(data);
  expect(files).toContain("history.sqlite");
  for (const file of files.filter((name) => name.startsWith("history.sqlite")))
    told[file] = await readFile(join(data, file), "latin1");
  for (const [place, text] of Object.entries(told)) {
    expect(text).not.toBe("");
    const found = Object.values(values).filter((value) => holds(text, value));
    expect({ place, found }).toEqual({ place, found: [] });
  }
});

/** Also as a part of a longer text in base64, whatever stands before it. */
function holds(text: string, value: string): boolean {
  const aligned = ["", "x", "xx"].map((before) => {
    const whole = base64(`${before}${value}`);
    // The digits that depend on what stands before and behind are left out.
    return whole.slice(before.length === 0 ? 0 : 4, whole.length - 4);
  });
  return [value, ...aligned].some((form) => text.includes(form));
}
