/** Ports that are free now. Another process may take one before it is used: whoever asks retries then. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** All of 127.0.0.1, and different ones: all are held until the last is found. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  // A listening TCP server has an address with a port.
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
