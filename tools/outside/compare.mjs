// Compares an engine's outputs with recorded ones: what passes is a multiple of the reference's own noise.
import { formatShape, sameShape } from "@samoyed/core";
import { measureNoise, TOLERANCES } from "@samoyed/golden";

const { max: MAX, rms: RMS } = TOLERANCES.float32;

/** Takes the elements of a range of a tensor's second axis. */
function part({ shape: [batch, channels, ...rest], data }, [start, stop]) {
  const inner = rest.reduce((product, size) => product * size, 1);
  const length = ((stop ?? channels) - start) * inner;
  const taken = new data.constructor(batch * length);
  for (let image = 0; image < batch; image++) {
    const from = (image * channels + start) * inner;
    taken.set(data.subarray(from, from + length), image * length);
  }
  return taken;
}

/** Summation in another order; JSON stores doubles exactly. */
const NOISE_AGREEMENT = 1e-6;

/** Whether recorded values have the noise that the oracle measured: a changed one would be its own excuse. */
function isTheirs(measured, stated) {
  const near = (key) => Math.abs(measured[key] - stated[key]) <= stated[key] * NOISE_AGREEMENT;
  return stated.max > 0 && near("max") && near("rms");
}

const failed = (reason) => ({ inNoise: undefined, reasons: [reason] });

/**
 * Compares a range of an output's second axis, `[start, stop or null]`, with the values recorded in float64 and float32.
 *
 * Returns the largest difference in multiples of F, where there is one to measure, and the reasons against it: none when it
 * passes.
 */
export function compareOutput(actual, { name, range, noise, values64, values32 }) {
  if (actual === undefined) return failed(`${name}: there is no such output`);
  if (actual.dtype !== "float32" || !sameShape(actual.shape, values64.shape)) {
    const got = `${actual.dtype} ${formatShape(actual.shape)}`;
    return failed(`${name}: is ${got}; expected float32 ${formatShape(values64.shape)}`);
  }
  const reference = part(values64, range);
  if (!isTheirs(measureNoise(part(values32, range), reference), noise)) {
    return failed(`${name}: the recorded values have another noise than the recorded one`);
  }
  const difference = measureNoise(part(actual, range), reference);
  const inNoise = difference.max / noise.max;
  const inRms = difference.rms / noise.rms;
  const reasons = [];
  // Written so that NaN fails.
  if (!(inNoise <= MAX.fail)) reasons.push(`${name}: is ${inNoise.toFixed(1)} F off; at most ${MAX.fail} F`);
  if (!(inRms <= RMS.fail)) reasons.push(`${name}: the mean square is ${inRms.toFixed(1)} F_rms; at most ${RMS.fail}`);
  return { inNoise, reasons };
}
