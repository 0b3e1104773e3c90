import { formatShape, SamoyedError, sameShape, type Tensor } from "@samoyed/core";
import type { LoadedTaps } from "./load-taps.ts";

/**
 * Samples each tapped layer at the positions that the case names: `[layers, samples]`.
 *
 * A value that is not finite, wherever it is in a layer, makes all samples of that layer NaN: it must not hide
 * between the positions.
 *
 * @throws SamoyedError when a layer is missing, or is not float32 of the recorded shape.
 */
export function sampleTaps(outputs: ReadonlyMap<string, Tensor>, taps: LoadedTaps): Float32Array {
  const { layers, samples, positions } = taps;
  const values = new Float32Array(layers.length * samples);
  for (const [row, { name, shape }] of layers.entries()) {
    const tensor = outputs.get(name);
    const expected = [1, ...shape];
    if (!tensor) throw new SamoyedError("mismatch", `the backend did not return ${name}, which was requested by name`);
    if (!(tensor.data instanceof Float32Array) || !sameShape(tensor.shape, expected)) {
      const got = `${tensor.dtype} ${formatShape(tensor.shape)}`;
      throw new SamoyedError("shape", `${name} is ${got}; expected float32 ${formatShape(expected)}`);
    }
    const { data } = tensor;
    const sampled = values.subarray(row * samples, (row + 1) * samples);
    if (data.some((value) => !Number.isFinite(value))) sampled.fill(Number.NaN);
    else for (let index = 0; index < samples; index++) sampled[index] = data[positions[row * samples + index]!]!;
  }
  return values;
}
