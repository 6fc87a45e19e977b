/** `holdfast diff -o unified`: exactly what a rollback would change, and nothing that is excused or the server's own. */
import { describe, expect, it } from "@jest/globals";
import { holdfast, useFolder } from "../support/holdfast-diff.ts";

const folder = useFolder();

async function unified(desired: string, live: string): Promise<string> {
  const pair = {
    desired: await folder.write("desired.yaml", desired),
    live: await folder.write("live.yaml", live),
  };
  const { stdout, stderr } = await holdfast([
    "diff",
    "--desired",
    pair.desired,
    "--live",
    pair.live,
    "-o",
    "unified",
  ]);
  // The live object of most cases says nothing of owners, which is worth a word, and none of a difference.
  expect(stderr.replace(/^holdfast diff: \S+ does not say who owns what.*\n/, "")).toBe("");
  return stdout.replaceAll(`${folder.path}/`, "");
}

/** What is shown as gone from Git, and as new in live. */
async function changed(desired: string, live: string): Promise<readonly string[]> {
  return (await unified(desired, live)).split("\n").filter((line) => /^[-+](?![-+]{2} )/.test(line));
}

const deployment = (containers: string, more = "") => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}${more}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:${containers}
`;
const app = '\n      - {name: app, image: "web:1", resources: {limits: {memory: 1Gi}}}';
const liveApp = `
      - {name: app, image: "web:2", imagePullPolicy: IfNotPresent, resources: {limits: {memory: 1024Mi}}}`;

describe("a unified diff", () => {
  it("shows what drifted and nothing else: neither defaults, nor other spellings, nor what is excused", async () => {
    const live = deployment(
      `${liveApp}\n      - {name: proxy, image: "proxy:1"}`,
      "\n  revisionHistoryLimit: 10",
    )
      .replace(
        "namespace: shop}",
        'namespace: shop, annotations: {deployment.kubernetes.io/revision: "3"}, uid: u}',
      )
      .replace("replicas: 3", "replicas: 5");
    expect(await changed(deployment(app), live)).toEqual([
      "-  replicas: 3",
      "+  replicas: 5",
      "-          image: web:1",
      "+          image: web:2",
      "+        - name: proxy",
      "+          image: proxy:1",
    ]);
  });

  it("heads each object with what it is and where Git states it", async () => {
    const text = await unified(deployment(app), deployment(liveApp));
    expect(text).toMatch(
      /^# Deployment\.apps shop\/web: Modified {2}\(desired\.yaml:2\)\n--- Git\/.*\n\+\+\+ live\/.*\n@@ /,
    );
  });

  it("says nothing of objects that are in sync", async () => {
    expect(await unified(deployment(app), deployment(app))).toBe("");
  });

  it("names an object that is missing", async () => {
    expect(
      await unified(
        deployment(app),
        "{apiVersion: v1, kind: Pod, metadata: {name: other, namespace: office}}\n",
      ),
    ).toBe("# Deployment.apps shop/web: Missing  (desired.yaml:2)\n");
  });

  it("never shows a Secret's value, not even beside what is changed", async () => {
    const secret = (value: string, label: string) =>
      `{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shop, labels: {tier: ${label}}}, stringData: {password: ${value}}}\n`;
    const text = await unified(secret("hunter2", "web"), secret("hunter3", "database"));
    expect(text).toContain("+    tier: database");
    expect(text).not.toMatch(/hunter|aHVudGVy/);
    expect(text).toMatch(/^-\s+password: .*hmac/m);
  });

  it("stays on its lines whatever a value holds", async () => {
    const map = (value: string) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: shop}\ndata: {text: ${JSON.stringify(value)}}\n`;
    const text = await unified(map("a"), map("\u001b[2J\u202eb\r\nc"));
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
