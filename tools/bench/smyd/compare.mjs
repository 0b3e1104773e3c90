import { median } from "../measure.mjs";

/** Engines round differently; more than this share of the largest output is a different result. */
const MAX_DIFFERENCE = 1e-3;

/** Counted runs per turn. One uncounted run comes first, to wake up threads that slept while the others ran. */
const TURN = 4;

/** The largest magnitude; NaN if there is one. A detector has more outputs than a call takes arguments. */
const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * Measures contenders in turn, so that other work on the machine affects all of them.
 *
 * Each is started `starts` times, for loading and the first inference; the last ones stay and have `rounds` turns.
 *
 * @param contenders `{ name, open, model }`: `open()` gives a side, `model` is what its `load` takes
 * @throws Error when a result differs from the first contender's.
 */
export async function compare(contenders, { starts, rounds }) {
  const found = contenders.map(({ name, model }) => ({
    name,
    threads: model.threads,
    loads: [],
    firsts: [],
    times: [],
    peaks: [],
  }));
  const sides = [];
  let reference;
  function check(name, output) {
    reference ??= output;
    const scale = largest(reference);
    const difference = largest(output.map((value, i) => value - reference[i])) / scale;
    if (!(difference <= MAX_DIFFERENCE))
      throw new Error(`${name} gives a different result: off by ${difference} of ${scale}`);
  }
  async function close(at) {
    const { peakMB, downloaded } = await sides[at].close();
    found[at].peaks.push(peakMB);
    found[at].downloaded = downloaded;
    sides[at] = undefined;
  }
  async function run(at, times) {
    const { ms, output } = await sides[at].run();
    check(found[at].name, output.split(" ").map(Number));
    times.push(ms);
  }

  try {
    for (let start = 1; start <= starts; start++) {
      for (const [at, { open, model }] of contenders.entries()) {
        sides[at] = await open();
        found[at].loads.push(await sides[at].load(model));
        if (rounds > 0) await run(at, found[at].firsts);
        if (start < starts) await close(at);
      }
    }
    for (let round = 0; round < rounds; round++) {
      for (const [at, { times }] of found.entries()) {
        await run(at, []);
        for (let index = 0; index < TURN; index++) await run(at, times);
      }
    }
  } finally {
    for (const [at, side] of sides.entries()) if (side) await close(at);
  }
  return found.map(({ loads, firsts, times, peaks, ...rest }) => ({
    ...rest,
    loadMs: median(loads),
    firstMs: median(firsts),
    runMs: median(times),
    fastestMs: Math.min(...times),
    peakMB: peaks.includes(undefined) ? undefined : Math.max(...peaks),
  }));
}
