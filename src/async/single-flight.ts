/** One piece of work at a time, shared by all who ask for it meanwhile. */

/** Returns a function that runs `work`, or joins the run that is under way. A failure is shared as well, and not kept. */
export function singleFlight<T>(work: () => Promise<T>): () => Promise<T> {
  let flight: Promise<T> | undefined;
  return () => {
    flight ??= work().finally(() => {
      flight = undefined;
    });
    return flight;
  };
}
