import { describe, expect, it } from "@jest/globals";
import { parsePath } from "../../src/fieldpath/format-path.ts";
import { locateField } from "../../src/render/locate.ts";

const yaml = `# the shop
apiVersion: v1
kind: ConfigMap
metadata: {name: first}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web,
    tier: front}
spec:
  # so many
  replicas: 2
  template:
    spec:
      containers:
        - name: app
          image: i:1
          ports:
            - containerPort: 80
            - containerPort: 53
              protocol: UDP
          args: [serve,
            --verbose]
        - image: proxy:1
          name: proxy
          env:
            - name: "A"
              value: a
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: third}
    data:
      mode: fast
  - apiVersion: v1
    kind: Secret
    metadata: {name: third}
    stringData:
      mode: slow
`;
const web = { line: 6, kind: "Deployment", name: "web" };
const lineOf = (path: string, place = web) => locateField(yaml, place, parsePath(path));

describe("the line of a field", () => {
  it.each([
    ["spec.replicas", 14],
    ["metadata.labels.tier", 11],
    ['spec.template.spec.containers[name="app"].image', 19],
    ['spec.template.spec.containers[name="proxy"]', 26],
    ['spec.template.spec.containers[name="proxy"].env[name="A"].value', 30],
    ['spec.template.spec.containers[name="app"].args[1]', 25],
  ])("is that of its key, or where its item begins: %s", (path, line) => {
    expect(lineOf(path)).toBe(line);
  });

  it("is found by the keys that an item states, where it leaves others to their defaults", () => {
    const ports = (key: string) => `spec.template.spec.containers[name="app"].ports[${key}]`;
    expect(lineOf(ports('containerPort=80,protocol="TCP"'))).toBe(21);
    expect(lineOf(ports('containerPort=53,protocol="UDP"'))).toBe(22);
    expect(lineOf(ports('containerPort=53,protocol="TCP"'))).toBe(20);
  });

  it("is that of the nearest field above, where the field itself is not there", () => {
    expect(lineOf('spec.template.spec.containers[name="app"].securityContext.privileged')).toBe(18);
    expect(lineOf("spec.strategy.type")).toBe(12);
    expect(lineOf("data.mode")).toBe(6);
  });

  it("is looked for in the right item of a list", () => {
    expect(lineOf("data.mode", { line: 32, kind: "ConfigMap", name: "third" })).toBe(39);
    expect(lineOf("stringData.mode", { line: 32, kind: "Secret", name: "third" })).toBe(44);
  });

  it("is not known in a document that is not there, nor in a text that is no YAML", () => {
    expect(lineOf("spec", { line: 7, kind: "Deployment", name: "web" })).toBeUndefined();
    expect(locateField("a: [", { line: 1, kind: "A", name: "a" }, parsePath("a"))).toBeUndefined();
  });

  it("is found in JSON, which is YAML", () => {
    const json = '{\n  "kind": "A",\n  "spec": {\n    "size": 3\n  }\n}\n';
    expect(locateField(json, { line: 1, kind: "A", name: "a" }, parsePath("spec.size"))).toBe(4);
  });
});
