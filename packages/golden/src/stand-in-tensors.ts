import { type DType, type LazyTensor, type Shape, ShapeError, type StandInFill } from "@samoyed/core";
import { standInTensor } from "./stand-in.ts";

/** Definition of a stand-in's values, given its network. */
export interface StandInValues {
  /** Such as `samoyed-2`. */
  readonly seed: string;
  /** The classifier's bias that the oracle solved, one value per class. */
  readonly head: Float32Array;
  /**
   * Signs that the oracle solved, so that every ReLU fires: a bit for each channel of each batch norm, in order, least
   * significant first. Where it is set, the norm's weight and bias have the other sign. None when absent.
   */
  readonly signs?: Uint8Array | undefined;
}

/** A tensor of a network's state dict; `Parameter` of `@samoyed/models` is one. */
export interface StandInParameter {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly fill: StandInFill;
}

const STATISTIC = ".running_mean";
const SIGNED = /\.(?:weight|bias)$/u;

/**
 * The tensors of a stand-in checkpoint: a network's own names and shapes in PyTorch's order, seeded values.
 *
 * They are not a trained network, and every place that shows their result says so.
 *
 * @throws ShapeError when there are not as many signs as channels of batch norms, or the head has the wrong size.
 */
export function standInTensors(
  parameters: ReadonlyMap<string, StandInParameter>,
  { seed, head, signs }: StandInValues,
): LazyTensor[] {
  const starts = signs && signStarts(parameters, signs);
  return [...parameters].map(([name, { shape, dtype, fill }]) => {
    const start = SIGNED.test(name) ? starts?.get(name.replace(SIGNED, "")) : undefined;
    return standInTensor({
      name,
      shape,
      dtype: dtype === "int64" ? "int64" : "float32",
      fill,
      seed,
      head,
      ...(start === undefined ? {} : { negative: (index) => bit(signs!, start + index) }),
    });
  });
}

/** The position of each batch norm's first sign, by its path. */
function signStarts(parameters: ReadonlyMap<string, StandInParameter>, signs: Uint8Array): Map<string, number> {
  const starts = new Map<string, number>();
  let channels = 0;
  for (const [name, { shape }] of parameters) {
    if (!name.endsWith(STATISTIC)) continue;
    starts.set(name.slice(0, -STATISTIC.length), channels);
    channels += shape[0]!;
  }
  if (signs.length !== Math.ceil(channels / 8)) {
    throw new ShapeError(`signs of a stand-in: ${signs.length} bytes; expected ${channels} bits`, {
      hint: "Take signs.bin of the same case.",
    });
  }
  return starts;
}

function bit(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3]! >> (index & 7)) & 1) === 1;
}
