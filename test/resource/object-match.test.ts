/** Which objects a rule is about. */
import { describe, expect, it } from "@jest/globals";
import { matchesObject, type ObjectMatch } from "../../src/resource/object-match.ts";

const web = { group: "apps", kind: "Deployment", namespace: "shop", name: "web-1" };
const role = { group: "rbac.authorization.k8s.io", kind: "ClusterRole", namespace: "", name: "admin" };

describe("a match", () => {
  it.each<[string, ObjectMatch]>([
    ["a group", { group: "apps" }],
    ["a kind", { kinds: ["DaemonSet", "Deployment"] }],
    ["a name", { names: ["web-1"] }],
    ["a glob of names", { names: ["api-*", "web-?"] }],
    ["a namespace", { namespaces: ["sho*"] }],
    ["all of them", { group: "apps", kinds: ["Deployment"], names: ["*"], namespaces: ["shop"] }],
  ])("by %s is about the object", (_, match) => {
    expect(matchesObject([match], web)).toBe(true);
  });

  it.each<[string, ObjectMatch]>([
    ["another group", { group: "" }],
    ["another kind", { kinds: ["deployment", "Service"] }],
    ["another name", { names: ["web", "api-*"] }],
    ["another namespace", { namespaces: ["payments"] }],
    ["one thing right and one wrong", { kinds: ["Deployment"], namespaces: ["payments"] }],
  ])("by %s is not", (_, match) => {
    expect(matchesObject([match], web)).toBe(false);
  });

  it("that names namespaces is about no cluster-scoped object", () => {
    expect(matchesObject([{ namespaces: ["*"] }], role)).toBe(false);
    expect(matchesObject([{ names: ["*"] }], role)).toBe(true);
  });

  it("tells the core group from another group with a kind of the same name", () => {
    const service = { ...web, kind: "Service" };
    const core: ObjectMatch = { group: "", kinds: ["Service"] };
    expect(matchesObject([core], { ...service, group: "" })).toBe(true);
    expect(matchesObject([core], { ...service, group: "serving.knative.dev" })).toBe(false);
  });

  it("among others is enough, and none is not", () => {
    expect(matchesObject([{ kinds: ["Service"] }, { group: "apps" }], web)).toBe(true);
    expect(matchesObject([], web)).toBe(false);
  });
});
