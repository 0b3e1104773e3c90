import type { Check } from "./check.ts";
import { gateCheck } from "./gate-check.ts";
import type { RecordedTaps } from "./load-recording.ts";
import type { LoadedTaps } from "./load-taps.ts";
import type { TolerancePolicy } from "./tolerance.ts";

/** One layer's values compared with PyTorch's in float64, at the positions that the case names. */
export interface TapComparison {
  readonly name: string;
  /** Absolute, and in multiples of F: the noise of PyTorch's float32 at the same positions. */
  readonly maxAbs: number;
  readonly maxInNoise: number;
  readonly rms: number;
  readonly rmsInNoise: number;
  /** Root mean square of PyTorch's values over that of the difference, in dB. */
  readonly sqnr: number;
  /** The same ratio relative to the original network's values, where the weights are stored in fewer bits. */
  readonly driftSqnr?: number;
}

/** Comparisons of a backend's layers, and the layer where the error grows most. */
export interface TapsResult {
  /** In order of computation. */
  readonly layers: readonly TapComparison[];
  /** Layer where the error grows most beyond the growth of PyTorch's own noise, in dB. */
  readonly largestStep: { readonly name: string; readonly decibels: number };
}

/** An error below a tenth of PyTorch's own noise counts as a tenth: growth from less is meaningless. */
const QUIET = 0.1;

/** Options of `compareTaps`: the recordings to compare with. */
export interface CompareTapsOptions {
  readonly taps: LoadedTaps;
  /** PyTorch on the weights in use. */
  readonly recorded: RecordedTaps;
  /** PyTorch on the weights before they were stored in fewer bits. */
  readonly original: RecordedTaps | undefined;
}

/** Compares a backend's taps, `[layers, samples]`, with recorded ones. */
export function compareTaps(values: Float32Array, { taps, recorded, original }: CompareTapsOptions): TapsResult {
  const { samples } = taps;
  const layers = taps.layers.map(({ name }, row): TapComparison => {
    const range = [row * samples, (row + 1) * samples] as const;
    const own = values.subarray(...range);
    const noise = recorded.noise[row]!;
    const { max, rms, sqnr } = difference(own, recorded.values64.subarray(...range));
    return {
      name,
      maxAbs: max,
      maxInNoise: max / noise.max,
      rms,
      rmsInNoise: rms / noise.rms,
      sqnr,
      ...(original ? { driftSqnr: difference(own, original.values64.subarray(...range)).sqnr } : {}),
    };
  });
  return { layers, largestStep: largestStep(layers) };
}

/** Checks every layer against the gate of the output. */
export function tapsCheck({ layers, largestStep }: TapsResult, policy: TolerancePolicy): Check {
  const worst = worstLayer(layers);
  const value = worst.maxInNoise;
  const step = `the largest step is ${largestStep.decibels.toFixed(1)} dB, at ${largestStep.name}`;
  return gateCheck("taps", {
    gate: policy.max,
    value,
    message: (limit) =>
      `of ${layers.length} layers ${worst.name} is farthest off: ${worst.maxAbs.toExponential(1)} = ${value.toFixed(1)} F; the limit is ${limit} F; ${step}`,
  });
}

/** The layer with the largest error in units of noise; the first NaN, if there is one. */
export function worstLayer(layers: readonly TapComparison[]): TapComparison {
  const open = layers.find(({ maxInNoise }) => Number.isNaN(maxInNoise));
  return open ?? layers.reduce((most, layer) => (layer.maxInNoise > most.maxInNoise ? layer : most));
}

function difference(values: Float32Array, reference: Float64Array): { max: number; rms: number; sqnr: number } {
  let [max, squares, signal] = [0, 0, 0];
  for (let index = 0; index < reference.length; index++) {
    const distance = Math.abs(values[index]! - reference[index]!);
    // Math.max keeps a NaN.
    max = Math.max(max, distance);
    squares += distance * distance;
    signal += reference[index]! ** 2;
  }
  return { max, rms: Math.sqrt(squares / reference.length), sqnr: 10 * Math.log10(signal / squares) };
}

/**
 * The layer at which the error, in units of PyTorch's own noise, grows most. A network amplifies noise from layer to
 * layer, PyTorch's as well; only a mistake makes the error grow more than the noise.
 */
function largestStep(layers: readonly TapComparison[]): TapsResult["largestStep"] {
  let before = 1;
  let largest = { name: layers[0]!.name, decibels: -Infinity };
  for (const { name, rmsInNoise } of layers) {
    const level = Math.max(rmsInNoise, QUIET);
    const decibels = 20 * Math.log10(level / before);
    // A NaN ends the search: all later layers inherit it.
    if (Number.isNaN(decibels)) return { name, decibels };
    if (decibels > largest.decibels) largest = { name, decibels };
    before = level;
  }
  return largest;
}
