/** Time that this process itself has taken: what bounds a piece of work on a machine that others use too. */

/** In ms, of all threads, since the process began. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
