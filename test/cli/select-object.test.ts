/** `--object`: which of the compared objects is meant. */
import { describe, expect, it } from "@jest/globals";
import { objectText, selectObject } from "../../src/cli/select-object.ts";

const web = { group: "apps", version: "v1", kind: "Deployment", namespace: "shop", name: "web" };
const role = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  namespace: "",
  name: "shop:view",
};

function isMeant(text: string, ref: typeof web): boolean | string {
  const answer = selectObject(text);
  return typeof answer === "string" ? answer : answer(ref);
}

describe("an object", () => {
  it.each(["Deployment/web", "Deployment/shop/web", "Deployment.apps/shop/web", "deployment/shop/web"])(
    "is named by %s",
    (text) => {
      expect(isMeant(text, web)).toBe(true);
    },
  );

  it.each([
    "Deployment/bank/web",
    "Deployment/shop/we",
    "Service/shop/web",
    "Deployment.extensions/shop/web",
  ])("is not named by %s", (text) => {
    expect(isMeant(text, web)).toBe(false);
  });

  it("without a namespace may have a name that holds colons, and a group with dots", () => {
    expect(isMeant("ClusterRole.rbac.authorization.k8s.io/shop:view", role)).toBe(true);
    expect(isMeant("ClusterRole/shop/shop:view", role)).toBe(false);
  });
});

describe("an object's own text", () => {
  it.each([web, role])("names it: %j", (ref) => {
    expect(isMeant(objectText(ref), ref)).toBe(true);
  });
});

describe("a text that names no object", () => {
  it.each(["web", "", "/", "Deployment/", "/shop/web", "Deployment//web", "Deployment/shop/", "a/b/c/d"])(
    "is refused, with the form to write it in: %j",
    (text) => {
      expect(isMeant(text, web)).toBe(
        `--object: write it as Kind/name or Kind/namespace/name, not ${JSON.stringify(text)}`,
      );
    },
  );
});
