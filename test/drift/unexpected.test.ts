/** Who accounts for an object that Git does not declare: what every cluster holds, owners, and owners that are forged. */
import { describe, expect, it } from "@jest/globals";
import type { Listing } from "../../src/drift/inventories.ts";
import { leftAlone, whyLeftAlone } from "../../src/drift/left-alone.ts";
import {
  accountFor,
  type OwnerRef,
  type OwnerSight,
  type UndeclaredObject,
} from "../../src/drift/unexpected.ts";
import type { DelivererMark } from "../../src/resource/deliverer-mark.ts";
import type { OwnerReference } from "../../src/resource/owner.ts";
import { formatRef } from "../../src/resource/resource.ts";

/** `Pod shop/a` or, of a group, `Job.batch shop/a`; cluster-scoped without a namespace. */
function refOf(text: string) {
  const [kindAndGroup = "", place = ""] = text.split(" ");
  const [kind = "", ...group] = kindAndGroup.split(".");
  const [first = "", second] = place.split("/");
  const [namespace, name] = second === undefined ? ["", first] : [first, second];
  return { group: group.join("."), version: "v1", kind, namespace, name };
}

function object(text: string, ...owners: readonly OwnerReference[]): UndeclaredObject {
  return { ref: refOf(text), owners };
}

function owner(text: string, change: Partial<OwnerReference> = {}): OwnerReference {
  const { group, version, kind, name } = refOf(text);
  return { group, version, kind, name, uid: `uid-${name}`, controller: true, ...change };
}

type Known = Readonly<Record<string, Partial<Extract<OwnerSight, { type: "Found" }>> | OwnerSight["type"]>>;

/** Owners by the way they are written for people; each has the uid that `owner` gives it. */
function lookup(known: Known) {
  return {
    delivererNamespaces: ["argocd", "flux-system"],
    look(ref: OwnerRef): OwnerSight {
      const found = known[formatRef(ref)];
      if (found === undefined) return { type: "Absent" };
      if (found === "Unreadable")
        return { type: "Unreadable", reason: "Forbidden", message: "may not get it" };
      if (typeof found === "string") return { type: found } as OwnerSight; // those without fields of their own
      if (ref.uid !== undefined && ref.uid !== `uid-${ref.name}`) return { type: "Absent" };
      return { type: "Found", ref, declared: false, judged: false, owners: [], ...found };
    },
  };
}

const account = (what: UndeclaredObject, known: Known = {}): string => {
  const answer = accountFor(what, lookup(known));
  return answer.type === "Unaccounted" ? answer.why : answer.type;
};

describe("what every cluster holds is left alone, and nothing beside it", () => {
  it.each([
    ["ConfigMap shop/kube-root-ca.crt", "ConfigMap shop/kube-root-ca.crt2"],
    ["ConfigMap shop/istio-ca-root-cert", "Secret shop/istio-ca-root-cert"],
    ["ConfigMap shop/openshift-service-ca.crt", "ConfigMap shop/openshift"],
    ["ServiceAccount shop/default", "ServiceAccount shop/default-2"],
    ["Event shop/web.17", "ConfigMap shop/web.17"],
    ["Event.events.k8s.io shop/web.17", "Event.example.com shop/web.17"],
    ["Lease.coordination.k8s.io shop/leader", "Lease.example.com shop/leader"],
    ["DriftRecord.holdfast.dev shop/web-1", "DriftRecord.example.com shop/web-1"],
    ["GitRepoPolicy.holdfast.dev shop/main", "Policy.holdfast.dev shop/main"],
    [
      "CustomResourceDefinition.apiextensions.k8s.io driftrecords.holdfast.dev",
      "CustomResourceDefinition.apiextensions.k8s.io evil.holdfast.dev",
    ],
    [
      "ClusterRole.rbac.authorization.k8s.io holdfast-observe",
      "ClusterRole.rbac.authorization.k8s.io holdfast-x",
    ],
    [
      "ClusterRole.rbac.authorization.k8s.io cluster-admin",
      "ClusterRole.rbac.authorization.k8s.io cluster-admin2",
    ],
    [
      "ClusterRole.rbac.authorization.k8s.io system:node",
      "ClusterRole.rbac.authorization.k8s.io system:nodes",
    ],
    [
      "ClusterRoleBinding.rbac.authorization.k8s.io system:controller:job-controller",
      "ClusterRoleBinding.rbac.authorization.k8s.io system:controller:evil",
    ],
    [
      "ClusterRoleBinding.rbac.authorization.k8s.io kubeadm:cluster-admins",
      "ClusterRoleBinding.rbac.authorization.k8s.io admin",
    ],
    ["Namespace kube-system", "Namespace kube-systems"],
    ["Service default/kubernetes", "Service shop/kubernetes"],
    ["EndpointSlice.discovery.k8s.io default/kubernetes", "EndpointSlice.discovery.k8s.io shop/kubernetes"],
    ["ServiceCIDR.networking.k8s.io kubernetes", "ServiceCIDR.networking.k8s.io other"],
    [
      "PriorityClass.scheduling.k8s.io system-node-critical",
      "PriorityClass.scheduling.k8s.io system-critical",
    ],
    ["FlowSchema.flowcontrol.apiserver.k8s.io catch-all", "FlowSchema.flowcontrol.apiserver.k8s.io evil"],
    [
      "PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io exempt",
      "PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io evil",
    ],
    ["Node worker-1", "Node.example.com worker-1"],
    ["Pod kube-system/anything", "Pod kube-systems/anything"],
    [
      "RoleBinding.rbac.authorization.k8s.io kube-public/any",
      "RoleBinding.rbac.authorization.k8s.io shop/any",
    ],
  ])("%s, and not %s", (known, other) => {
    expect(account(object(known))).toBe("LeftAlone");
    expect(account(object(other))).toBe("NoOwner");
  });

  it.each([
    ["Secret shop/sh.helm.release.v1.web.v3", "helm.sh/release.v1", "LeftAlone"],
    ["Secret shop/sh.helm.release.v1.web.v3", "Opaque", "NoOwner"],
    ["Secret shop/backdoor", "helm.sh/release.v1", "NoOwner"],
    ["APIService.apiregistration.k8s.io v1.apps", "Local", "LeftAlone"],
    ["APIService.apiregistration.k8s.io v1.apps", undefined, "NoOwner"],
  ])("%s of type %s: %s", (text, trait, expected) => {
    expect(account({ ...object(text), ...(trait === undefined ? {} : { trait }) })).toBe(expected);
  });

  it("row by row with a reason and a source", () => {
    for (const row of leftAlone) {
      expect(row.reason).not.toBe("");
      expect(row.source).not.toBe("");
      const [kind = ""] = row.kinds;
      const name = row.names?.[0] ?? "sh.helm.release.v1.x.v1";
      const ref = refOf(`${kind} ${row.namespace ?? "shop"}/${name}`);
      expect(whyLeftAlone({ ref, ...(row.trait === undefined ? {} : { trait: row.trait }) })).toBeDefined();
    }
  });
});

describe("what Kubernetes' controllers make is accounted for by its owner", () => {
  it.each([
    ["ReplicaSet.apps shop/web-1", "Deployment.apps shop/web"],
    ["Pod shop/web-1-a", "ReplicaSet.apps shop/web-1"],
    ["Pod shop/old-a", "ReplicationController shop/old"],
    ["Pod shop/db-0", "StatefulSet.apps shop/db"],
    ["ControllerRevision.apps shop/db-1", "StatefulSet.apps shop/db"],
    ["PersistentVolumeClaim shop/data-db-0", "StatefulSet.apps shop/db"],
    ["Pod shop/agent-a", "DaemonSet.apps shop/agent"],
    ["ControllerRevision.apps shop/agent-1", "DaemonSet.apps shop/agent"],
    ["Job.batch shop/nightly-1", "CronJob.batch shop/nightly"],
    ["Pod shop/nightly-1-a", "Job.batch shop/nightly-1"],
    ["EndpointSlice.discovery.k8s.io shop/web-a", "Service shop/web"],
    ["EndpointSlice.discovery.k8s.io shop/web-a", "Endpoints shop/web"],
    ["PersistentVolumeClaim shop/a-scratch", "Pod shop/a"],
  ])("%s by %s, if that is there, with that uid, and says that it manages it", (text, by) => {
    const known = { [by]: { declared: true } };
    expect(account(object(text, owner(by)), known)).toBe("Owned");
    const orphan = text.includes("data-db-0") ? text.replace("data-db-0", "data") : text;
    expect(account(object(orphan, owner(by)), {})).toBe("Dangling");
    expect(account(object(orphan, owner(by, { uid: "forged" })), known)).toBe("Dangling");
    expect(account(object(orphan, owner(by, { controller: false })), known)).toBe("NoOwner");
  });

  it.each([
    ["RoleBinding.rbac.authorization.k8s.io shop/backdoor", "Deployment.apps shop/web"],
    ["Pod shop/backdoor", "Deployment.apps shop/web"],
    ["Pod shop/backdoor", "ConfigMap shop/settings"],
    ["Deployment.apps shop/backdoor", "Namespace shop/shop"],
    ["Deployment.apps shop/backdoor", "ReplicaSet.apps shop/web-1"],
    ["ConfigMap shop/backdoor", "ServiceAccount shop/default"],
  ])("%s not by %s, which makes no such thing", (text, by) => {
    expect(account(object(text, owner(by)), { [by]: { declared: true } })).toBe("NoOwner");
  });

  it("up to a root that is itself judged, which alone is reported", () => {
    const deployment = "Deployment.apps shop/web";
    const set = "ReplicaSet.apps shop/web-1";
    const pod = object("Pod shop/web-1-a", owner(set));
    expect(account(pod, { [set]: { judged: true } })).toBe("Owned");
    expect(account(pod, { [set]: { owners: [owner(deployment)] }, [deployment]: { declared: true } })).toBe(
      "Owned",
    );
    expect(account(pod, { [set]: { owners: [owner(deployment)] }, [deployment]: { judged: true } })).toBe(
      "Owned",
    );
    expect(account(pod, { [set]: { owners: [owner(deployment)] }, [deployment]: {} })).toBe("NoOwner");
    expect(account(pod, { [set]: {} })).toBe("NoOwner");
  });
});

describe("what names no owner where controllers leave none", () => {
  it.each([
    ["Endpoints shop/web", "Service shop/web", undefined],
    ["PersistentVolumeClaim shop/data-db-0", "StatefulSet.apps shop/db", undefined],
    ["PersistentVolumeClaim shop/data-my-db-12", "StatefulSet.apps shop/my-db", undefined],
    ["Secret shop/robot-token-x7k2p", "ServiceAccount shop/robot", "kubernetes.io/service-account-token"],
  ])("%s is accounted for by %s, if that is there", (text, by, trait) => {
    const what = { ...object(text), ...(trait === undefined ? {} : { trait }) };
    expect(account(what, { [by]: { declared: true } })).toBe("Owned");
    expect(account(what, {})).toBe("NoOwner");
  });

  it.each([
    ["PersistentVolumeClaim shop/db-0", "StatefulSet.apps shop/db"],
    ["PersistentVolumeClaim shop/data-db", "StatefulSet.apps shop/db"],
    ["Secret shop/robot-token-x7k2p", "ServiceAccount shop/robot"],
  ])("%s is not accounted for by %s", (text, by) => {
    expect(account(object(text), { [by]: { declared: true } })).toBe("NoOwner");
  });
});

describe("a deliverer", () => {
  const apps = "Kustomization.kustomize.toolkit.fluxcd.io flux-system/apps";
  const release = "HelmRelease.helm.toolkit.fluxcd.io shop/web";
  const byApps = { kind: "Kustomization", namespace: "flux-system", name: "apps" } as const;
  const byRelease = { kind: "HelmRelease", namespace: "shop", name: "web" } as const;
  const binding = "RoleBinding.rbac.authorization.k8s.io shop/web";
  const marked = (...marks: readonly DelivererMark[]) => ({ ...object(binding), marks });

  it("accounts for what its inventory lists, if it is at home or declared", () => {
    expect(account(marked(byApps), { [apps]: { atHome: true, listing: "Listed" } })).toBe("Owned");
    expect(account(marked(byRelease), { [release]: { declared: true, listing: "Listed" } })).toBe("Owned");
  });

  it("does not account for what it does not list, nor for anything if it is not there", () => {
    expect(account(marked(byApps), { [apps]: { atHome: true, listing: "Unlisted" } })).toBe("Unlisted");
    expect(account(marked(byApps), { [apps]: { atHome: true, listing: "Delivering" } })).toBe("Delivering");
    expect(account(marked(byApps))).toBe("NoOwner");
  });

  it("is asked about this very object", () => {
    const asked: (string | undefined)[] = [];
    const { look, ...rest } = lookup({});
    accountFor(marked(byApps), { ...rest, look: (ref) => (asked.push(ref.lists), look(ref)) });
    expect(asked).toEqual(["rbac.authorization.k8s.io/RoleBinding/shop/web"]);
  });

  it("for which nobody answers accounts for nothing, and is given no time: anybody may write its status", () => {
    for (const listing of ["Listed", "Unlisted", "Delivering", "Unclear"] as const)
      expect(account(marked(byRelease), { [release]: { listing } })).toBe("NoOwner");
  });

  it("that is reported itself accounts for what it lists", () => {
    expect(account(marked(byRelease), { [release]: { judged: true, listing: "Listed" } })).toBe("Owned");
  });

  it("that another one delivers is answered for by that one, if that one lists it", () => {
    const chain = (listing: Listing) => ({
      [release]: { listing: "Listed", marks: [byApps] } as const,
      [apps]: { atHome: true, listing },
    });
    expect(account(marked(byRelease), chain("Listed"))).toBe("Owned");
    expect(account(marked(byRelease), chain("Unlisted"))).toBe("Unlisted");
    // It may have been made a moment ago, and have delivered something already.
    expect(account(marked(byRelease), chain("Delivering"))).toBe("Delivering");
  });

  it("that lists itself is not answered for by that", () => {
    const known = { [release]: { listing: "Listed", marks: [byRelease] } as const };
    expect(account(marked(byRelease), known)).toBe("Tangled");
  });

  it("of which nothing can be said leaves it open", () => {
    expect(account(marked(byApps), { [apps]: "Unread" })).toBe("Read");
    expect(account(marked(byApps), { [apps]: "Unreadable" })).toBe("Unknown");
    expect(account(marked(byApps), { [apps]: { atHome: true, listing: "Unclear" } })).toBe("Unknown");
    expect(account(marked(byApps, byRelease), { [apps]: "Unreadable" })).toBe("Unknown");
  });

  it("is looked for in all the deliverers' namespaces, if it is an application without one", () => {
    const app = "Application.argoproj.io flux-system/web";
    const known = { [app]: { atHome: true, listing: "Listed" } as const };
    expect(account(marked({ kind: "Application", name: "web" }), known)).toBe("Owned");
    expect(account(marked({ kind: "Application", namespace: "shop", name: "web" }), known)).toBe("NoOwner");
  });

  it("is no owner: what names it as one is forged, whatever its inventory lists", () => {
    const known = { [release]: { declared: true, listing: "Listed" } as const };
    expect(account(object("Deployment.apps shop/web", owner(release)), known)).toBe("NoOwner");
  });
});

describe("a custom resource", () => {
  const resource = "Database.db.example.com shop/main";
  const workload = object("Deployment.apps shop/main", owner(resource, { controller: false }));

  it("that is declared, or accounted for, accounts for whatever its operator makes", () => {
    expect(account(workload, { [resource]: { declared: true } })).toBe("Owned");
    const claim = "Claim.db.example.com shop/main";
    const chain = { [resource]: { owners: [owner(claim)] }, [claim]: { declared: true } };
    expect(account(workload, chain)).toBe("Owned");
  });

  it("that nobody declares, and nobody would report, accounts for nothing", () => {
    expect(account(workload, { [resource]: {} })).toBe("NoOwner");
  });

  it("that cannot be looked at leaves it open, unless another owner accounts for it", () => {
    expect(account(workload, { [resource]: "Unreadable" })).toBe("Unknown");
    const other = "Stack.example.com shop/all";
    const two = object("Deployment.apps shop/main", owner(resource), owner(other));
    expect(account(two, { [resource]: "Unreadable", [other]: { declared: true } })).toBe("Owned");
    expect(account(two, { [resource]: "Unreadable" })).toBe("Unknown");
  });

  it("of which nothing is known yet is waited for, or read", () => {
    expect(account(workload, { [resource]: "Unsynced" })).toBe("Wait");
    expect(account(workload, { [resource]: "Unread" })).toBe("Read");
  });

  it("cannot be owned by what it owns: a circle excuses nobody in it", () => {
    const a = "A.example.com shop/a";
    const b = "B.example.com shop/b";
    const known = { [a]: { judged: true, owners: [owner(b)] }, [b]: { judged: true, owners: [owner(a)] } };
    expect(account(object(a, owner(b)), known)).toBe("Tangled");
    expect(account(object(b, owner(a)), known)).toBe("Tangled");
    expect(account(object(a, owner(a)), { [a]: { judged: true, owners: [owner(a)] } })).toBe("Tangled");
    expect(account(object("Pod shop/x", owner(a)), known)).toBe("Tangled");
  });

  it("with owners that are all one another's owners costs no more than there are owners", () => {
    const names = Array.from({ length: 200 }, (_, i) => `Node.example.com shop/n${i}`);
    const owners = names.map((name) => owner(name));
    const known = Object.fromEntries(names.map((name) => [name, { owners }]));
    let looks = 0;
    const { look, ...rest } = lookup(known);
    const counting = { ...rest, look: (ref: OwnerRef) => ((looks += 1), look(ref)) };
    expect(accountFor(object("Pod shop/x", ...owners), counting)).toEqual({
      type: "Unaccounted",
      why: "Tangled",
    });
    expect(looks).toBeLessThan(2_000);
  });
});
