/** Specs of GitRepoPolicies, right and wrong: the API server and `parsePolicy` are asked about the same ones. */
import type { Json, JsonObject } from "../../src/resource/resource.ts";

const url = "https://git.example.com/platform/shop.git";
const ref = { branch: "main" };
const commit = "0123456789abcdef0123456789abcdef01234567";

/** The least that a policy says. */
export const smallestSpec: JsonObject = { source: { url, ref } };

const source = (fields: JsonObject): JsonObject => ({ source: { url, ref, ...fields } });
const rollback = (fields: JsonObject): JsonObject => ({ ...smallestSpec, rollback: fields });

/** What is wrong, a spec, and the field that whoever refuses it has to name. */
export const invalidSpecs: readonly (readonly [what: string, spec: Json, field: string])[] = [
  ["no source", {}, "spec.source"],
  ["a source that is a text", { source: url }, "spec.source"],
  ["no url", { source: { ref } }, "spec.source.url"],
  ["an empty url", source({ url: "" }), "spec.source.url"],
  [
    "a url of a scheme that nobody serves securely",
    source({ url: "ftp://example.com/x" }),
    "spec.source.url",
  ],
  ["an http url", source({ url: "http://git.example.com/x.git" }), "spec.source.url"],
  ["a url that runs a program", source({ url: "ext::sh -c whoami" }), "spec.source.url"],
  ["a url with a space", source({ url: "https://git.example.com/a b" }), "spec.source.url"],
  ["a url with a control character", source({ url: "https://git.example.com/a\u0000b" }), "spec.source.url"],
  ["a host that reads as an option", source({ url: "ssh://-oProxyCommand=x/y" }), "spec.source.url"],
  ["a user that reads as an option", source({ url: "-oProxyCommand@host:x" }), "spec.source.url"],
  ["a password in the url", source({ url: "https://user:secret@example.com/x" }), "spec.source.url"],
  ["a token in the url", source({ url: "https://secret@example.com/x" }), "spec.source.url"],
  ["a password in an ssh url", source({ url: "ssh://git:secret@example.com/x" }), "spec.source.url"],
  ["a url of 2049 characters", source({ url: `https://h/${"x".repeat(2_039)}` }), "spec.source.url"],
  ["no ref", { source: { url } }, "spec.source.ref"],
  ["none of ref's four", source({ ref: {} }), "spec.source.ref"],
  ["two of ref's four", source({ ref: { branch: "main", tag: "v1" } }), "spec.source.ref"],
  ["all of ref's four", source({ ref: { ...ref, tag: "v1", semver: "1", commit } }), "spec.source.ref"],
  ["an empty branch", source({ ref: { branch: "" } }), "spec.source.ref.branch"],
  [
    "a branch that reads as an option",
    source({ ref: { branch: "--upload-pack=x" } }),
    "spec.source.ref.branch",
  ],
  ["a branch with a space", source({ ref: { branch: "my branch" } }), "spec.source.ref.branch"],
  ["a branch with a line break", source({ ref: { branch: "main\nx" } }), "spec.source.ref.branch"],
  ["a branch that climbs", source({ ref: { branch: "../main" } }), "spec.source.ref.branch"],
  ["a branch with its full name", source({ ref: { branch: "refs/heads/main" } }), "spec.source.ref.branch"],
  ["a branch of 256 characters", source({ ref: { branch: "x".repeat(256) } }), "spec.source.ref.branch"],
  ["a tag with a revision's suffix", source({ ref: { tag: "v1^{}" } }), "spec.source.ref.tag"],
  ["a tag with its full name", source({ ref: { tag: "refs/tags/v1" } }), "spec.source.ref.tag"],
  ["an empty range", source({ ref: { semver: "" } }), "spec.source.ref.semver"],
  ["a range with a line break", source({ ref: { semver: ">=1\n<2" } }), "spec.source.ref.semver"],
  ["a short commit", source({ ref: { commit: "0123456" } }), "spec.source.ref.commit"],
  ["a commit in capitals", source({ ref: { commit: commit.toUpperCase() } }), "spec.source.ref.commit"],
  ["an absolute path", source({ path: "/deploy" }), "spec.source.path"],
  ["a path that climbs", source({ path: "deploy/../../etc" }), "spec.source.path"],
  ["a path with a line break", source({ path: "deploy\nx" }), "spec.source.path"],
  ["an unknown render type", source({ render: { type: "Helm" } }), "spec.source.render.type"],
  ["an interval of one second", source({ interval: "1s" }), "spec.source.interval"],
  ["an interval of 25 hours", source({ interval: "25h" }), "spec.source.interval"],
  ["an interval that is a word", source({ interval: "abc" }), "spec.source.interval"],
  ["an interval that is a number", source({ interval: 60 }), "spec.source.interval"],
  ["an empty interval", source({ interval: "" }), "spec.source.interval"],
  ["an interval with a fraction", source({ interval: "1.5h" }), "spec.source.interval"],
  ["an interval beyond counting", source({ interval: "999999999999h" }), "spec.source.interval"],
  ["a secretRef without a name", source({ secretRef: {} }), "spec.source.secretRef.name"],
  [
    "a Secret in another namespace",
    source({ secretRef: { name: "other/git" } }),
    "spec.source.secretRef.name",
  ],
  [
    "a namespace that is no DNS label",
    { ...smallestSpec, targetNamespace: "My_Shop" },
    "spec.targetNamespace",
  ],
  ["an unknown rollback mode", rollback({ mode: "Sometimes" }), "spec.rollback.mode"],
  ["rollback as nobody", rollback({ mode: "Always" }), "spec.rollback.serviceAccountName"],
  [
    "a user for an account",
    rollback({ serviceAccountName: "system:admin" }),
    "spec.rollback.serviceAccountName",
  ],
  ["a suspend that is a word", { ...smallestSpec, suspend: "yes" }, "spec.suspend"],
];

/** What is unusual about it, and a spec that is right all the same. */
export const validSpecs: readonly (readonly [what: string, spec: JsonObject])[] = [
  ["nothing", smallestSpec],
  ["ssh with a user and a port", source({ url: "ssh://git@git.example.com:2222/shop.git" })],
  ["ssh as people write it", source({ url: "git@git.example.com:platform/shop.git" })],
  ["a file url, which only the operator may refuse", source({ url: "file:///srv/git/shop.git" })],
  ["an IPv6 address", source({ url: "https://[2001:db8::1]:8443/shop.git" })],
  ["an @ in the path", source({ url: "https://git.example.com/@platform/shop.git" })],
  ["a url of 2048 characters", source({ url: `https://h/${"x".repeat(2_038)}` })],
  ["a branch with slashes, dots and signs", source({ ref: { branch: "release/1.2_x-y+z#3" } })],
  ["a tag", source({ ref: { tag: "v1.2.3" } })],
  ["a range of versions", source({ ref: { semver: ">=1.2.0 <2 || ^3.1.0-rc.1 || ~4.x" } })],
  ["a commit", source({ ref: { commit } })],
  ["the root, said by a dot", source({ path: "." })],
  ["a path with dots and spaces inside", source({ path: ".config/..data/my app" })],
  ["the shortest interval", source({ interval: "5s" })],
  ["the longest interval", source({ interval: "23h59m60s" })],
  ["an interval in one small unit", source({ interval: "86400s" })],
  ["an account while nothing is rolled back", rollback({ serviceAccountName: "shop" })],
  ["rollback", rollback({ mode: "Always", serviceAccountName: "shop.rollback-1" })],
  [
    "everything",
    {
      source: {
        url,
        ref,
        path: "app",
        render: { type: "Kustomize" },
        interval: "1h",
        secretRef: { name: "git" },
      },
      targetNamespace: "shop",
      rollback: { mode: "Never" },
      suspend: true,
    },
  ],
];
