import { FormatError, formatShape, MismatchError, parseNpy, sameShape, type Tensor } from "@samoyed/core";
import type { Noise, RecordedReference } from "./case.ts";
import { type LoadedTaps, noiseOfTaps } from "./load-taps.ts";
import { measureNoise } from "./noise.ts";
import type { CaseFiles } from "./case-files.ts";

/** Recorded values of each layer that the case taps. */
export interface RecordedTaps {
  /** `[layers, samples]`. */
  readonly values64: Float64Array;
  /** Noise of each layer, over its samples. */
  readonly noise: readonly Noise[];
}

/** A recorded reference with its arrays. */
export interface LoadedRecording extends RecordedReference {
  /** `[images, classes]` of a classifier. */
  readonly values64: Tensor<"float64">;
  readonly values32: Tensor<"float32">;
  readonly noise: Noise;
  readonly taps?: RecordedTaps;
}

/** JSON stores doubles exactly; only the order of summation may differ between two programs. */
const NOISE_AGREEMENT = 1e-6;

/**
 * Largest noise, divided by the largest logit: a thousand roundings of float32 (2^-24). The worst of a hundred networks
 * has 840; larger noise would make gates that let wrong answers pass.
 */
const MAX_RELATIVE_NOISE = 2 ** -14;

/** Options of `loadRecording`: the case that a recording belongs to. */
export interface LoadRecordingOptions {
  readonly files: CaseFiles;
  readonly images: number;
  readonly taps: LoadedTaps | undefined;
  /** Name of the output's second axis, for messages: `classes`. */
  readonly axis: string;
}

/**
 * Reads the arrays that a recorded reference names.
 *
 * @throws FormatError when an array has the wrong shape or dtype.
 * @throws MismatchError when the stated noise is not that of the arrays, or more than rounding gives.
 */
export async function loadRecording(
  reference: RecordedReference,
  { files, images, taps, axis }: LoadRecordingOptions,
): Promise<LoadedRecording> {
  const [values64, values32] = await readPair(files, {
    names: [reference.logits64, reference.logits32],
    shape: [images, undefined],
    expected: `[${images}, ${axis}]`,
  });
  const measured = measureNoise(values32.data, values64.data);
  for (const key of ["max", "rms"] as const) {
    const stated = reference.noise[key];
    if (!(Math.abs(stated - measured[key]) <= measured[key] * NOISE_AGREEMENT)) {
      throw new MismatchError(
        `${files.label}/case.json: noise.${key} is ${stated}; the recorded logits have ${measured[key]}`,
        {
          hint: "Record the case again with tools/oracle: nothing else may write a reference.",
        },
      );
    }
  }
  const largest = values64.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!(measured.max <= MAX_RELATIVE_NOISE * largest)) {
    throw new MismatchError(
      `${files.label}/${reference.logits32}: differs from float64 by ${measured.max} where the largest logit is ${largest}; expected at most ${MAX_RELATIVE_NOISE} of that, as float32 gives`,
      { hint: "Record the case again with tools/oracle: this is no rounding." },
    );
  }
  const { taps64, taps32 } = reference;
  const recordedTaps =
    taps && taps64 !== undefined && taps32 !== undefined
      ? await loadRecordedTaps([taps64, taps32], { files, taps })
      : undefined;
  const loaded = { ...reference, values64, values32, noise: measured };
  return recordedTaps ? { ...loaded, taps: recordedTaps } : loaded;
}

async function loadRecordedTaps(
  names: readonly [string, string],
  { files, taps }: { readonly files: CaseFiles; readonly taps: LoadedTaps },
): Promise<RecordedTaps> {
  const shape = [taps.layers.length, taps.samples] as const;
  const [values64, values32] = await readPair(files, { names, shape, expected: formatShape(shape) });
  const noise = noiseOfTaps(values32.data, { values64: values64.data, taps, label: `${files.label}/${names[1]}` });
  return { values64: values64.data, noise };
}

/** Reads one array in float64 and the same in float32. */
async function readPair(
  files: CaseFiles,
  options: {
    readonly names: readonly [string, string];
    readonly shape: readonly [number, number | undefined];
    readonly expected: string;
  },
): Promise<[Tensor<"float64">, Tensor<"float32">]> {
  const { names, shape, expected } = options;
  const values64 = parseNpy(await files.read(names[0]));
  const values32 = parseNpy(await files.read(names[1]));
  const fits =
    values64.shape.length === 2 && shape.every((size, axis) => (size ?? values64.shape[axis]) === values64.shape[axis]);
  if (!isDoubles(values64) || !fits) {
    throw wrong(values64, { label: `${files.label}/${names[0]}`, expected: `float64 ${expected}` });
  }
  if (!isFloats(values32) || !sameShape(values32.shape, values64.shape)) {
    const shown = formatShape(values64.shape);
    throw wrong(values32, { label: `${files.label}/${names[1]}`, expected: `float32 ${shown}` });
  }
  return [values64, values32];
}

function wrong(
  { dtype, shape }: Tensor,
  { label, expected }: { readonly label: string; readonly expected: string },
): FormatError {
  return new FormatError(`${label}: is ${dtype} ${formatShape(shape)}; expected ${expected}`);
}

function isDoubles(tensor: Tensor): tensor is Tensor<"float64"> {
  return tensor.dtype === "float64";
}

function isFloats(tensor: Tensor): tensor is Tensor<"float32"> {
  return tensor.dtype === "float32";
}
