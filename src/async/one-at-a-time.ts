/** Work on one thing that must not overlap; work on different things may. */

/** Returns a function that runs `work` when all earlier work under the same key has ended, however it ended. */
export function createOneAtATime(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  /** The end of the last work under each key; never rejects. */
  const ends = new Map<string, Promise<void>>();
  return async (key, work) => {
    const before = ends.get(key);
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    ends.set(key, ended);
    try {
      await before;
      return await work();
    } finally {
      if (ends.get(key) === ended) ends.delete(key);
      end();
    }
  };
}
