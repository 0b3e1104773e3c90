/**
 * Runs asynchronous work one piece after another, in the order of the calls; a failure rejects only its own call.
 *
 * @returns a function that takes work and returns its result.
 */
export function serialQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return async <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work, work);
    last = result;
    return result;
  };
}
