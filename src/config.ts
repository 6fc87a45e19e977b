/** Flags and environment → one immutable Config. The only reader of the environment. */

export interface Config {
  /** A file; without it the usual places, then the pod's own ServiceAccount. */
  readonly kubeconfig: string | undefined;
  /** The operator's own namespace: policies in it reach all others. */
  readonly namespace: string;
  /** Namespaces in which Flux and Argo CD keep their own objects, and in which no tenant may write them. */
  readonly delivererNamespaces: readonly string[];
  /** Holds the ledger, the delivered marks and the copies of the repositories. */
  readonly dataDir: string;
  /** At least 32 bytes, the same over restarts: the key of all digests. */
  readonly digestKeyFile: string;
  /** Without it, one that is made in the data directory. */
  readonly ledgerKeyFile: string | undefined;
  readonly metricsHost: string;
  readonly metricsPort: number;
  readonly leaderElect: boolean;
  readonly allowFileUrls: boolean;
  readonly allowPrivateAddresses: boolean;
  /** The command that renders Kustomize overlays, its words separated by spaces; none: overlays are refused. */
  readonly kubectl: readonly string[];
  readonly gitTimeoutMs: number;
  readonly renderTimeoutMs: number;
  readonly maxFetches: number;
  readonly maxRollbacks: number;
  /** Whether the operator's own identity may be used for dry-runs, which write nothing. */
  readonly dryRun: "Never" | "WhereAllowed";
  readonly logLevel: "trace" | "debug" | "info" | "warn" | "error";
  readonly recordsPerPolicy: number;
  readonly recordsPerCluster: number;
}

/** One flag of `holdfast run`; the variable is `HOLDFAST_` and the name in capitals. */
export interface Flag {
  readonly name: string;
  /** Stands for the value in help; none for a switch. */
  readonly placeholder?: string;
  readonly defaultText?: string;
  readonly description: string;
}

/** Where config/default installs the operator. */
export const defaultNamespace = "holdfast-system";
/** Where Argo CD and Flux install themselves. */
export const defaultDelivererNamespaces: readonly string[] = ["argocd", "flux-system"];

export const flags: readonly Flag[] = [
  {
    name: "kubeconfig",
    placeholder: "FILE",
    description: "kubeconfig; default: KUBECONFIG, ~/.kube/config, or the pod's ServiceAccount",
  },
  {
    name: "namespace",
    placeholder: "NAME",
    defaultText: defaultNamespace,
    description: "the operator's own namespace; policies in it reach all others",
  },
  {
    name: "deliverer-namespaces",
    placeholder: "NAMES",
    defaultText: defaultDelivererNamespaces.join(","),
    description:
      "where Flux and Argo CD keep their own objects, and no tenant may write: what they list is not unexpected; separated by commas",
  },
  {
    name: "data-dir",
    placeholder: "DIR",
    defaultText: "/var/lib/holdfast",
    description: "where the ledger, delivered marks and copies of repositories are kept",
  },
  {
    name: "digest-key-file",
    placeholder: "FILE",
    description: "the key of digests that stand for secret values (required)",
  },
  {
    name: "ledger-key-file",
    placeholder: "FILE",
    description: "the Ed25519 key (PEM) that signs the ledger; default: ledger-key.pem in the data directory",
  },
  {
    name: "metrics-address",
    placeholder: "HOST:PORT",
    defaultText: "0.0.0.0:8080",
    description: "where /metrics, /healthz and /readyz are served",
  },
  {
    name: "leader-elect",
    placeholder: "BOOL",
    defaultText: "true",
    description: "act only while holding the Lease, so that one instance acts at a time",
  },
  {
    name: "allow-file-urls",
    placeholder: "BOOL",
    defaultText: "false",
    description: "let policies name repositories on the operator's own disk",
  },
  {
    name: "allow-private-addresses",
    placeholder: "BOOL",
    defaultText: "false",
    description: "let policies name hosts on private networks",
  },
  {
    name: "kubectl",
    placeholder: "COMMAND",
    description: "kubectl for Kustomize overlays; without it they are refused",
  },
  {
    name: "git-timeout",
    placeholder: "DURATION",
    defaultText: "60s",
    description: "the longest time for one Git command",
  },
  {
    name: "render-timeout",
    placeholder: "DURATION",
    defaultText: "60s",
    description: "the longest time for one Kustomize run",
  },
  {
    name: "max-fetches",
    placeholder: "N",
    defaultText: "4",
    description:
      "repositories that are read at once; as many again of hosts that did not answer the last time",
  },
  { name: "max-rollbacks", placeholder: "N", defaultText: "8", description: "rollback writes at once" },
  {
    name: "dry-run",
    placeholder: "WHEN",
    defaultText: "Never",
    description: "have findings confirmed by dry-runs: Never or WhereAllowed (config/components/dry-run)",
  },
  {
    name: "log-level",
    placeholder: "LEVEL",
    defaultText: "info",
    description: "trace, debug, info, warn or error",
  },
  {
    name: "records-per-policy",
    placeholder: "N",
    defaultText: "200",
    description: "resolved DriftRecords that are kept for each policy",
  },
  {
    name: "records-per-cluster",
    placeholder: "N",
    defaultText: "5000",
    description: "resolved DriftRecords that are kept in all",
  },
];

export type ParsedConfig =
  | { readonly type: "Config"; readonly config: Config }
  /** One line for each fault: the flag, what is wrong, what to do. */
  | { readonly type: "Invalid"; readonly messages: readonly string[] };

/** `values` are the flags as given, by name; what is not given comes from the environment, then from the default. */
export function parseConfig(
  values: Readonly<Record<string, string | undefined>>,
  environment: Readonly<Record<string, string | undefined>>,
): ParsedConfig {
  const reader = new FlagReader(values, environment);
  const address = reader.text("metrics-address");
  const separator = address.lastIndexOf(":");
  const config: Config = {
    kubeconfig: reader.optional("kubeconfig"),
    namespace: reader.text("namespace"),
    delivererNamespaces: reader.list("deliverer-namespaces"),
    dataDir: reader.text("data-dir"),
    digestKeyFile: reader.required(
      "digest-key-file",
      "name a file of at least 32 random bytes, made for instance by: head -c 32 /dev/urandom > digest.key",
    ),
    ledgerKeyFile: reader.optional("ledger-key-file"),
    metricsHost: address.slice(0, separator).replace(/^\[|\]$/g, ""),
    metricsPort: reader.integer("metrics-address", address.slice(separator + 1), 0, 65_535),
    leaderElect: reader.boolean("leader-elect"),
    allowFileUrls: reader.boolean("allow-file-urls"),
    allowPrivateAddresses: reader.boolean("allow-private-addresses"),
    kubectl: (reader.optional("kubectl") ?? "").split(" ").filter((word) => word !== ""),
    gitTimeoutMs: reader.duration("git-timeout"),
    renderTimeoutMs: reader.duration("render-timeout"),
    maxFetches: reader.integer("max-fetches", reader.text("max-fetches"), 1, 64),
    maxRollbacks: reader.integer("max-rollbacks", reader.text("max-rollbacks"), 1, 64),
    dryRun: reader.choice("dry-run", ["Never", "WhereAllowed"]),
    logLevel: reader.choice("log-level", ["trace", "debug", "info", "warn", "error"]),
    recordsPerPolicy: reader.integer("records-per-policy", reader.text("records-per-policy"), 1, 100_000),
    recordsPerCluster: reader.integer("records-per-cluster", reader.text("records-per-cluster"), 1, 100_000),
  };
  return reader.messages.length === 0
    ? { type: "Config", config }
    : { type: "Invalid", messages: reader.messages };
}

/** Reads flag by flag and gathers what is wrong, so that the user sees all of it at once. */
class FlagReader {
  readonly messages: string[] = [];
  readonly #values: Readonly<Record<string, string | undefined>>;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(
    values: Readonly<Record<string, string | undefined>>,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#values = values;
    this.#environment = environment;
  }

  optional(name: string): string | undefined {
    const variable = `HOLDFAST_${name.toUpperCase().replaceAll("-", "_")}`;
    const value = this.#values[name] ?? this.#environment[variable];
    return value === "" ? undefined : value;
  }

  text(name: string): string {
    return this.optional(name) ?? flags.find((flag) => flag.name === name)?.defaultText ?? "";
  }

  /** Without the blanks that may stand after its commas. */
  list(name: string): readonly string[] {
    const items = this.text(name).split(",");
    return items.map((item) => item.trim()).filter((item) => item !== "");
  }

  required(name: string, advice: string): string {
    const value = this.optional(name);
    if (value === undefined) this.messages.push(`--${name} is missing: ${advice}`);
    return value ?? "";
  }

  boolean(name: string): boolean {
    return this.choice(name, ["true", "false"]) === "true";
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.text(name);
    const found = choices.find((choice) => choice === value);
    if (found === undefined)
      this.messages.push(`--${name}: ${JSON.stringify(value)} is none of ${choices.join(", ")}`);
    // A fault was noted, so this value is never used.
    return found ?? (choices[0] as T);
  }

  integer(name: string, value: string, least: number, most: number): number {
    const number = Number(value);
    if (value === "" || !Number.isInteger(number) || number < least || number > most) {
      this.messages.push(`--${name}: ${JSON.stringify(value)} is no whole number from ${least} to ${most}`);
    }
    return number;
  }

  /** In ms. */
  duration(name: string): number {
    const value = this.text(name);
    const [, amount, unit] = /^([1-9][0-9]*)(s|m|h)$/.exec(value) ?? [];
    if (amount === undefined)
      this.messages.push(`--${name}: ${JSON.stringify(value)} is no duration; write it as 30s, 5m or 1h`);
    return Number(amount ?? 1) * (unit === "h" ? 3_600_000 : unit === "m" ? 60_000 : 1_000);
  }
}
