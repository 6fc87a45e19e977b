/** Time that this thread itself has taken: what bounds a piece of work on a machine that others use too. */
import process from "node:process";

/** In ms, since the thread began. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
