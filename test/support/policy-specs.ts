/** Specs of GitRepoPolicies, right and wrong: the API server and `parsePolicy` are asked about the same ones. */
import type { Json, JsonObject } from "../../src/resource/resource.ts";

const url = "https://git.example.com/platform/shop.git";
const ref = { branch: "main" };
const commit = "0123456789abcdef0123456789abcdef01234567";

/** The least that a policy says. */
export const smallestSpec: JsonObject = { source: { url, ref } };

const source = (fields: JsonObject): JsonObject => ({ source: { url, ref, ...fields } });
const detection = (fields: JsonObject): JsonObject => ({ ...smallestSpec, detection: fields });
const deployments = [{ group: "apps", kinds: ["Deployment"] }];
const ignored: JsonObject = {
  name: "scaled",
  match: deployments,
  paths: ["spec.replicas"],
  reason: "scaled by hand",
};
const ignoring = (fields: JsonObject): JsonObject => detection({ ignore: [{ ...ignored, ...fields }] });
const trusted: JsonObject = { name: "ca", match: deployments, manager: "injector", paths: ["spec.ca"] };
const trusting = (fields: JsonObject): JsonObject => detection({ trust: [{ ...trusted, ...fields }] });
const ignoredPath = "spec.detection.ignore[0].paths[0]";
const tracking = (fields: JsonObject): JsonObject => detection({ tracking: fields });
const rollback = (fields: JsonObject): JsonObject => ({ ...smallestSpec, rollback: fields });

/** What is wrong, a spec, and the field that whoever refuses it has to name. */
export const invalidSpecs: readonly (readonly [
  what: string,
  spec: Json,
  field: string,
  parsedField?: string,
])[] = [
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
  ["an unknown detection mode", detection({ mode: "Loose" }), "spec.detection.mode"],
  [
    "an unknown word for unexpected objects",
    detection({ unexpected: "Delete" }),
    "spec.detection.unexpected",
  ],
  [
    "an unknown word for sensitive kinds",
    detection({ sensitiveKinds: "All" }),
    "spec.detection.sensitiveKinds",
  ],
  ["an ignore rule without a name", ignoring({ name: "" }), "spec.detection.ignore[0].name"],
  ["an ignore rule for no objects", ignoring({ match: [] }), "spec.detection.ignore[0].match"],
  ["an ignore rule for anything at all", ignoring({ match: [{}] }), "spec.detection.ignore[0].match[0]"],
  ["an ignore rule for no fields", ignoring({ paths: [] }), "spec.detection.ignore[0].paths"],
  ["an ignore rule without a reason", ignoring({ reason: "" }), "spec.detection.ignore[0].reason"],
  ["two ignore rules of one name", detection({ ignore: [ignored, ignored] }), "spec.detection.ignore[1]"],
  ["an empty path", ignoring({ paths: [""] }), ignoredPath],
  ["a path that is a star", ignoring({ paths: ["*"] }), ignoredPath],
  ["a path with a lone star", ignoring({ paths: ["spec.*.image"] }), ignoredPath],
  ["a path of the whole object", ignoring({ paths: ["."] }), ignoredPath],
  ["a path that begins with an item", ignoring({ paths: ["[0].spec"] }), ignoredPath],
  ["a path that ends in a dot", ignoring({ paths: ["spec."] }), ignoredPath],
  ["a path with a key without quotes", ignoring({ paths: ["spec.containers[name=app]"] }), ignoredPath],
  ["a path with an open bracket", ignoring({ paths: ['metadata.labels["app"'] }), ignoredPath],
  ["a path as JSON Pointer", ignoring({ paths: ["/spec/replicas"] }), ignoredPath],
  ["a path as JSONPath", ignoring({ paths: ["$.spec[?(@.x)]"] }), ignoredPath],
  ["a path of 1025 characters", ignoring({ paths: ["x".repeat(1_025)] }), ignoredPath],
  [
    "a second path that is none",
    ignoring({ paths: ["spec", "spec.*"] }),
    "spec.detection.ignore[0].paths[1]",
  ],
  [
    "a group with a version",
    ignoring({ match: [{ group: "apps/v1" }] }),
    "spec.detection.ignore[0].match[0].group",
  ],
  [
    "a kind as a plural",
    ignoring({ match: [{ kinds: ["deployments"] }] }),
    "spec.detection.ignore[0].match[0].kinds[0]",
  ],
  [
    "no kinds in a list of kinds",
    ignoring({ match: [{ kinds: [] }] }),
    "spec.detection.ignore[0].match[0].kinds",
  ],
  [
    "a name with a slash",
    ignoring({ match: [{ names: ["shop/web"] }] }),
    "spec.detection.ignore[0].match[0].names[0]",
  ],
  [
    "a namespace in capitals",
    ignoring({ match: [{ namespaces: ["Shop"] }] }),
    "spec.detection.ignore[0].match[0].namespaces[0]",
  ],
  ["trust in nobody", trusting({ manager: "" }), "spec.detection.trust[0].manager"],
  ["trust in everybody", trusting({ manager: "*" }), "spec.detection.trust[0].manager"],
  ["trust with a path that is none", trusting({ paths: ["spec.*"] }), "spec.detection.trust[0].paths[0]"],
  [
    "a tracking label that is none",
    tracking({ label: "a b", value: "shop" }),
    "spec.detection.tracking.label",
  ],
  [
    "a tracking label without a value",
    tracking({ label: "app", value: "" }),
    "spec.detection.tracking.value",
  ],
  [
    "a tracking value that no label can have",
    tracking({ label: "app", value: "a/b" }),
    "spec.detection.tracking.value",
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

const validPaths = [
  "spec.replicas",
  'spec.template.spec.containers[name="app"].env[name="MODE"].value',
  "webhooks[*].clientConfig.caBundle",
  'metadata.annotations["a.b/c"]',
  'metadata.annotations["a.b/*"]',
  '["odd top"].a',
  'spec.ports[port=80,protocol="TCP"]',
  'metadata.finalizers[="x/y"]',
  "spec.args[0]",
  'data["say \\"hi\\""]',
  "spec.$ref.a-b_c",
  'spec.items[enabled=true,"a.b"=null,weight=-1.5]',
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
  [
    "rules for what is no drift",
    detection({
      mode: "Declared",
      unexpected: "Ignore",
      sensitiveKinds: "DeclaredOnly",
      ignore: [ignored],
      trust: [trusted],
    }),
  ],
  [
    "rules of one name in both lists",
    detection({ ignore: [ignored], trust: [{ ...trusted, name: "scaled" }] }),
  ],
  ["every form of a path", ignoring({ paths: validPaths })],
  ["the core group", ignoring({ match: [{ group: "", kinds: ["Service"] }] })],
  ["every object", ignoring({ match: [{ names: ["*"] }] })],
  [
    "an object whose name has colons",
    ignoring({ match: [{ names: ["system:node-*"], namespaces: ["team-?"] }] }),
  ],
  ["a manager with a slash and a glob", trusting({ manager: "externalsecrets.external-secrets.io/*" })],
  ["a tracking label", tracking({ label: "app.kubernetes.io/instance", value: "shop_web.1" })],
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
