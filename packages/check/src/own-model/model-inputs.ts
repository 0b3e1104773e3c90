import {
  elementCount,
  formatShape,
  type PreprocessConfig,
  type Tensor,
  throwIfAborted,
  UsageError,
} from "@samoyed/core";
import { type Check, type Preprocess, standInTensor } from "@samoyed/golden";
import type { PortDescription } from "@samoyed/graph";
import type { Inputs } from "./model-reference.ts";

/** An image file of the user. */
export interface ModelImage {
  readonly name: string;
  readonly read: () => Promise<Uint8Array>;
}

/** What a model is run on. */
export interface ModelInputs {
  readonly runs: readonly Inputs[];
  /** Description in one sentence. */
  readonly statement: string;
  readonly preprocess: Check;
}

/** The seed of inputs where there are no images. */
export const INPUT_SEED = "check-1";

/** The inputs made of images, as the model's contract prepares them; `preprocess` is the contract's. */
export async function imageInputs(
  images: readonly ModelImage[],
  options: {
    /** The name of the model's input. */
    readonly input: string;
    readonly config: PreprocessConfig;
    readonly preprocess: Preprocess;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<ModelInputs> {
  const runs: Inputs[] = [];
  for (const { read } of images) {
    throwIfAborted(options.signal);
    const { tensor } = await options.preprocess(await read(), options.config);
    runs.push({ [options.input]: { ...tensor, shape: [1, ...tensor.shape] } });
  }
  const names = images.map(({ name }) => name).join(", ");
  return {
    runs,
    statement: `the inputs are ${names}, prepared as the model's contract says`,
    preprocess: {
      name: "preprocess",
      status: "not run",
      reference: "exact",
      message: "the images were prepared as the model's contract says; nothing was recorded to compare that with",
    },
  };
}

/**
 * Seeded inputs for every port, normal with deviation 1. A symbolic first axis is a batch of one; symbolic sizes of an
 * image are those of `size`.
 *
 * @throws UsageError for an input that is not float32, or of which a size is not known.
 */
export async function seededInputs(
  ports: readonly PortDescription[],
  size: readonly number[] | undefined,
): Promise<ModelInputs> {
  const inputs: Record<string, Tensor> = {};
  for (const { name, dtype, shape } of ports) {
    if (dtype !== "float32") {
      throw new UsageError(`the input ${JSON.stringify(name)} is ${dtype}: no seeded values make sense for it`, {
        hint: "Give a reference with inputs: --reference FILE.",
      });
    }
    const known = shape.map((dim, axis) => (typeof dim === "number" ? dim : axis === 0 ? 1 : size?.[axis - 1]));
    if (known.includes(undefined)) {
      throw new UsageError(`the input ${JSON.stringify(name)} is ${formatShape(shape)}: its size is not known`, {
        hint: "Fix it when converting, --shape NAME=SIZE, or give a reference with inputs: --reference FILE.",
      });
    }
    const sizes = known as number[];
    const lazy = standInTensor({
      name,
      shape: sizes,
      dtype: "float32",
      fill: { kind: "normal", std: 1 },
      seed: INPUT_SEED,
    });
    const bytes = await lazy.read();
    inputs[name] = {
      dtype: "float32",
      shape: sizes,
      data: new Float32Array(bytes.buffer, bytes.byteOffset, elementCount(sizes)),
    };
  }
  return {
    runs: [inputs],
    statement: `the inputs are ${Object.keys(inputs).length === 1 ? "a tensor" : "tensors"} of noise from the seed ${INPUT_SEED}: no image was given`,
    preprocess: {
      name: "preprocess",
      status: "not run",
      reference: "exact",
      message: "no image was given: the network alone was checked, on noise from a seed",
    },
  };
}
