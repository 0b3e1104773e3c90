import { elementCount, FormatError, formatShape, parseNpy } from "@samoyed/core";
import type { CaseTaps, Noise } from "./case.ts";
import { measureNoise } from "./noise.ts";
import type { CaseFiles } from "./case-files.ts";

/** The places at which a case looks into the network. */
export interface LoadedTaps extends Pick<CaseTaps, "layers"> {
  /** How many places of each layer. */
  readonly samples: number;
  /** `[layers, samples]`: places in each layer's tensor, in row-major order. */
  readonly positions: Int32Array;
}

/**
 * Reads the places that a case names.
 *
 * @throws FormatError when they are not int32 `[layers, samples]`, or one is outside of its layer.
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
      throw new FormatError(`${label}: names place ${outside} of ${layer.name}, which has ${size} elements`);
    }
  }
  return { layers, samples, positions: data };
}

/**
 * The noise of PyTorch's float32 in each layer.
 *
 * @throws FormatError when a layer has none, or one that is no number: nothing could be measured by it.
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
