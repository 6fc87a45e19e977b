/** Which kinds are served, as different servers tell it. */
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { resourcePath } from "../../src/kubernetes/api-resource.ts";
import { createDiscovery, type Discovery } from "../../src/kubernetes/discovery.ts";
import { openApiKey, readOpenApi, readOpenApiIndex } from "../../src/kubernetes/open-api.ts";
import type { Json } from "../../src/resource/resource.ts";
import { refuse, reply, type ScriptedServer, startScriptedServer } from "../support/scripted-server.ts";

const deployments = { group: "apps", version: "v1", kind: "Deployment" };
const widgets = { group: "example.com", version: "v1", kind: "Widget" };

function aggregated(...groups: readonly Json[]): Json {
  return { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", items: groups };
}

function group(
  name: string,
  version: { readonly freshness?: string; readonly resources: readonly Json[] },
): Json {
  return { metadata: { name }, versions: [{ version: "v1", ...version }] };
}

function resource(kind: string, plural: string, scope = "Namespaced"): Json {
  return {
    resource: plural,
    scope,
    verbs: ["get", "list", "watch"],
    responseKind: { group: "", version: "", kind },
    subresources: [{ subresource: "status", responseKind: { kind } }],
  };
}

const core = reply(200, aggregated(group("", { resources: [resource("ConfigMap", "configmaps")] })));
const apps = group("apps", { resources: [resource("Deployment", "deployments")] });
const served = group("example.com", { resources: [resource("Widget", "widgets", "Cluster")] });

describe("discovery", () => {
  const { signal } = new AbortController();
  let server: ScriptedServer;
  let discovery: Discovery;

  beforeEach(async () => {
    server = await startScriptedServer();
    discovery = createDiscovery(server.transport());
  });
  afterEach(async () => {
    await server.close();
  });

  it("takes two requests", async () => {
    server.script("/api", core);
    server.script("/apis", reply(200, aggregated(apps, served)));
    expect(await discovery.refresh(signal)).toBeUndefined();
    expect(discovery.find(deployments)).toEqual({
      ...deployments,
      plural: "deployments",
      namespaced: true,
      verbs: ["get", "list", "watch"],
    });
    expect(discovery.find(widgets)?.namespaced).toBe(false);
    expect(discovery.find({ group: "", version: "v1", kind: "ConfigMap" })?.plural).toBe("configmaps");
    expect(discovery.serviceOf({ ...widgets, version: "v2" })).toBe("NotServed");
    expect(server.requests).toHaveLength(2);
  });

  it("says that something has changed only when something has", async () => {
    server.script("/api", core);
    server.script(
      "/apis",
      reply(200, aggregated(apps)),
      reply(200, aggregated(apps)),
      reply(200, aggregated(apps, served)),
    );
    await discovery.refresh(signal);
    const { version } = discovery;
    await discovery.refresh(signal);
    expect(discovery.version).toBe(version);
    await discovery.refresh(signal);
    expect(discovery.version).toBe(version + 1);
  });

  it("keeps what it knows of a group whose server is away, and calls other kinds of it unavailable", async () => {
    const stale = group("example.com", { freshness: "Stale", resources: [] });
    server.script("/api", core);
    server.script("/apis", reply(200, aggregated(served)), reply(200, aggregated(stale)));
    await discovery.refresh(signal);
    await discovery.refresh(signal);
    expect(discovery.serviceOf(widgets)).toBe("Served");
    expect(discovery.serviceOf({ ...widgets, kind: "Gadget" })).toBe("Unavailable");
  });

  it("forgets a kind that is served no more", async () => {
    server.script("/api", core);
    server.script("/apis", reply(200, aggregated(served)), reply(200, aggregated()));
    await discovery.refresh(signal);
    await discovery.refresh(signal);
    expect(discovery.serviceOf(widgets)).toBe("NotServed");
  });

  it("keeps everything when the API server is away", async () => {
    server.script("/api", core, refuse(503, "ServiceUnavailable"));
    server.script("/apis", reply(200, aggregated(served)));
    await discovery.refresh(signal);
    expect(await discovery.refresh(signal)).toMatchObject({ code: 503 });
    expect(discovery.serviceOf(widgets)).toBe("Served");
  });

  it("asks group by group where the server cannot aggregate", async () => {
    server.script("/api", reply(200, { kind: "APIVersions", versions: ["v1"] }));
    server.script(
      "/api/v1",
      reply(200, { resources: [{ name: "configmaps", kind: "ConfigMap", namespaced: true }] }),
    );
    const versions = (name: string) => ({ name, versions: [{ groupVersion: `${name}/v1`, version: "v1" }] });
    server.script(
      "/apis",
      reply(200, {
        kind: "APIGroupList",
        groups: [versions("example.com"), versions("away.com"), versions("gone.com")],
      }),
    );
    server.script(
      "/apis/example.com/v1",
      reply(200, {
        resources: [
          { name: "widgets", kind: "Widget", namespaced: false, verbs: ["list", "watch"] },
          { name: "widgets/status", kind: "Widget", namespaced: false, verbs: ["get"] },
        ],
      }),
    );
    server.script("/apis/away.com/v1", refuse(503, "ServiceUnavailable"));
    expect(await discovery.refresh(signal)).toBeUndefined();
    expect(discovery.find(widgets)).toEqual({
      ...widgets,
      plural: "widgets",
      namespaced: false,
      verbs: ["list", "watch"],
    });
    expect(discovery.serviceOf({ group: "away.com", version: "v1", kind: "Any" })).toBe("Unavailable");
    expect(discovery.serviceOf({ group: "gone.com", version: "v1", kind: "Any" })).toBe("NotServed");
  });

  it("writes names into paths as they are", () => {
    const roles = {
      group: "rbac.authorization.k8s.io",
      version: "v1",
      kind: "ClusterRole",
      plural: "clusterroles",
      namespaced: false,
      verbs: [],
    };
    expect(resourcePath(roles, "", "MyRole:Admin/x?y")).toBe(
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/MyRole%3AAdmin%2Fx%3Fy",
    );
    const pods = { group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true, verbs: [] };
    expect(resourcePath(pods, "default")).toBe("/api/v1/namespaces/default/pods");
    expect(resourcePath(pods, "")).toBe("/api/v1/pods");
  });

  it("finds the schemas of a group and version by the index", async () => {
    const path = "/openapi/v3/apis/apps/v1";
    server.script(
      "/openapi/v3",
      reply(200, { paths: { "apis/apps/v1": { serverRelativeURL: `${path}?hash=ABC` } } }),
    );
    server.script(path, reply(200, { components: {} }));
    const transport = server.transport();
    const index = await readOpenApiIndex(transport, signal);
    if (index.type === "Failed") throw new Error(index.failure.message);
    const entry = index.value.get(openApiKey(deployments));
    expect(entry).toEqual({ path: `${path}?hash=ABC` });
    if (entry === undefined) return;
    expect(await readOpenApi(transport, entry, signal)).toEqual({ type: "Ok", value: { components: {} } });
    expect(server.requests[1]?.query.get("hash")).toBe("ABC");
  });
});
