/** Long loops in turns: they hand the event loop back every few milliseconds. */

/**
 * Returns a function to await at the head of a loop's body. It costs next to nothing, and after each `sliceMs` of
 * uninterrupted work it waits for one turn of the event loop, so that timers and sockets are served.
 */
export function createTurns(sliceMs = 8): () => Promise<void> | undefined {
  let startedAt = performance.now();
  return () => {
    if (performance.now() - startedAt < sliceMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        startedAt = performance.now();
        resolve();
      });
    });
  };
}
