/** The flags of each part: the smallest set that makes a whole control plane on one machine. */
import type { Material } from "./material.ts";

export interface Ports {
  readonly etcd: number;
  readonly etcdPeer: number;
  readonly apiServer: number;
}

export interface AuditFlags {
  readonly policy: string | undefined;
  readonly log: string;
}

const local = "127.0.0.1";
/** A /16: a benchmark makes more Services than the usual /24 has addresses. */
const serviceRange = "10.0.0.0/16";

export function etcdUrl(ports: Ports): string {
  return `http://${local}:${ports.etcd}`;
}

/** Nothing here outlives the run, so nothing is forced onto the disk. */
export function etcdFlags(directory: string, ports: Ports): readonly string[] {
  const peer = `http://${local}:${ports.etcdPeer}`;
  return [
    "--name=dev",
    `--data-dir=${directory}`,
    `--listen-client-urls=${etcdUrl(ports)}`,
    `--advertise-client-urls=${etcdUrl(ports)}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=dev=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

export function apiServerFlags(material: Material, ports: Ports, audit: AuditFlags): readonly string[] {
  return [
    `--etcd-servers=${etcdUrl(ports)}`,
    `--bind-address=${local}`,
    `--advertise-address=${local}`,
    `--secure-port=${ports.apiServer}`,
    `--tls-cert-file=${material.serverCertificate}`,
    `--tls-private-key-file=${material.serverKey}`,
    `--client-ca-file=${material.authority}`,
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${material.tokenPublicKey}`,
    `--service-account-signing-key-file=${material.tokenKey}`,
    `--service-cluster-ip-range=${serviceRange}`,
    // A Service may not point at the loopback address, and nothing in this cluster needs to find the API server.
    "--endpoint-reconciler-type=none",
    ...auditFlags(audit),
  ];
}

export function controllerManagerFlags(
  material: Material,
  controllers: readonly string[],
): readonly string[] {
  return [
    `--kubeconfig=${material.managerKubeconfig}`,
    `--controllers=${controllers.join(",")}`,
    `--root-ca-file=${material.authority}`,
    `--service-account-private-key-file=${material.tokenKey}`,
    "--use-service-account-credentials=true",
    "--leader-elect=false",
    // Its usual 20 requests a second would spend five seconds on making the controllers' ServiceAccounts.
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
    "--secure-port=0",
  ];
}

function auditFlags({ policy, log }: AuditFlags): readonly string[] {
  if (policy === undefined) return [];
  // Blocking: an event is in the file before the request is answered, so that a test can read it at once.
  return [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, "--audit-log-mode=blocking"];
}
