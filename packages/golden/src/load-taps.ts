import { elementCount, FormatError, formatShape, parseNpy } from "@samoyed/core";
import type { CaseTaps, Noise } from "./case.ts";
import { measureNoise } from "./noise.ts";
import type { CaseFiles } from "./case-files.ts";

/** The positions at which a case samples the network. */
export interface LoadedTaps extends Pick<CaseTaps, "layers"> {
  /** Number of positions in each layer. */
  readonly samples: number;
  /** `[layers, samples]`: positions in each layer's tensor, in row-major order. */
  readonly positions: Int32Array;
}

/**
 * Reads the positions that a case names.
 *
 * @throws FormatError when they are not int32 `[layers, samples]`, or one is outside its layer.
 */
export async function loadTaps({ positions: file, layers }: CaseTaps, files: CaseFiles): Promise<LoadedTaps> {
  const label = `${files.label}/${file}`;
  const { dtype, shape, data } = parseNpy(await files.read(file));
  const [rows, samples] = shape;
  if (!(data instanceof Int32Array) || shape.length !== 2 || rows !== layers.length || !samples) {
    throw new FormatError(`${label}: is ${dtype} ${formatShape(shape)}; expected int32 [${layers.length}, samples]`);
  }
  for (const [row, layer] of layers.entries()) {
    const size = elementCount(layer.shape);
    const outside = data.subarray(row * samples, (row + 1) * samples).find((place) => place < 0 || place >= size);
    if (outside !== undefined) {
      throw new FormatError(`${label}: names position ${outside} of ${layer.name}, which has ${size} elements`);
    }
  }
  return { layers, samples, positions: data };
}

/**
 * Measures the noise of PyTorch's float32 in each layer.
 *
 * @throws FormatError when a layer's noise is 0 or NaN: it cannot serve as a unit.
 */
export function noiseOfTaps(
  values32: Float32Array,
  options: { readonly values64: Float64Array; readonly taps: LoadedTaps; readonly label: string },
): Noise[] {
  const { values64, taps, label } = options;
  return taps.layers.map(({ name }, row) => {
    const range = [row * taps.samples, (row + 1) * taps.samples] as const;
    const noise = measureNoise(values32.subarray(...range), values64.subarray(...range));
    if (!(noise.max > 0 && noise.rms < Infinity)) {
      throw new FormatError(`${label}: the noise of ${name} is ${noise.max}; expected a number above 0`);
    }
    return noise;
  });
}
