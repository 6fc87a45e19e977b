/** Long loops in turns: together they hand the event loop back every few milliseconds. */

/** The state of the one event loop that there is: what waits for a turn of it, and when the last was given. */
const waiting: (() => void)[] = [];
let turnStartedAt = 0;

/**
 * Returns a function to await at the head of a loop's body. It costs next to nothing, and after each `sliceMs` of
 * work it waits for a turn of the event loop, so that timers and sockets are served. Of several long loops each turn
 * lets one go on: ten of them hold the event loop no longer than one.
 */
export function createTurns(sliceMs = 8): () => Promise<void> | undefined {
  return () => (performance.now() - turnStartedAt < sliceMs ? undefined : nextTurn());
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(giveTurn);
  });
}

function giveTurn(): void {
  turnStartedAt = performance.now();
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(giveTurn);
}
