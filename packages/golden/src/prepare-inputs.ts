import {
  arrayToBytes,
  formatShape,
  MismatchError,
  type PreprocessConfig,
  ShapeError,
  type Tensor,
  throwIfAborted,
} from "@samoyed/core";
import type { CaseImage } from "./case.ts";
import type { Check } from "./check.ts";
import type { LoadedCase } from "./open-case.ts";
import { sha256Hex } from "./sha256.ts";

/** A network's input; `TransformResult` of `@samoyed/preprocess` is one. */
export interface Preprocessed {
  readonly tensor: Tensor;
}

/** Makes the network's input from the bytes of an image file. */
export type Preprocess = (bytes: Uint8Array, config: PreprocessConfig) => Preprocessed | Promise<Preprocessed>;

/** Finds a file by its name in golden/assets.json. */
export type AssetReader = (name: string) => Promise<Uint8Array>;

/** Options of `prepareInputs`. */
export interface PrepareOptions {
  readonly preprocess: Preprocess;
  readonly asset: AssetReader;
  readonly onImage: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Prepares the input tensors of a case, `[3, H, W]` each, all in memory, and checks that they are timm's to the bit.
 *
 * @throws MismatchError when an image is not the file that the case names.
 * @throws ShapeError when preprocessing gives another shape than the case's, or other elements than float32.
 */
export async function prepareInputs(
  loaded: LoadedCase,
  options: PrepareOptions,
): Promise<{ inputs: Tensor<"float32">[]; check: Check }> {
  const { images, preprocess: config, inputSha256 } = loaded.case;
  const inputs: Tensor<"float32">[] = [];
  const different: number[] = [];
  for (const [index, image] of images.entries()) {
    throwIfAborted(options.signal);
    const bytes = await readImage(image, { loaded, asset: options.asset });
    const { tensor: input } = await options.preprocess(bytes, config);
    if (!isFloats(input) || formatShape(input.shape) !== formatShape(config.inputSize)) {
      throw new ShapeError(
        `${nameOf(image)}: preprocessing gave ${input.dtype} ${formatShape(input.shape)}; expected float32 ${formatShape(config.inputSize)}`,
      );
    }
    const hash = await sha256Hex(arrayToBytes(input.data));
    if (hash !== inputSha256[index]) different.push(index);
    inputs.push(input);
    options.onImage(index + 1);
  }
  const [first] = different;
  const check: Check =
    first === undefined
      ? {
          name: "preprocess",
          status: "passed",
          reference: "exact",
          message: `${images.length === 1 ? "the input tensor is" : `all ${images.length} input tensors are`} timm's to the bit`,
        }
      : {
          name: "preprocess",
          status: "failed",
          reference: "exact",
          message: `${different.length} of ${images.length} input tensors differ from timm's; the first is that of ${nameOf(images[first]!)}`,
        };
  return { inputs, check };
}

function isFloats(tensor: Tensor): tensor is Tensor<"float32"> {
  return tensor.dtype === "float32";
}

async function readImage(
  image: CaseImage,
  { loaded, asset }: { readonly loaded: LoadedCase; readonly asset: AssetReader },
): Promise<Uint8Array> {
  const bytes = image.asset === undefined ? await loaded.files.read(image.path!) : await asset(image.asset);
  const sha256 = await sha256Hex(bytes);
  if (sha256 !== image.sha256) {
    throw new MismatchError(`${nameOf(image)}: has SHA-256 ${sha256}; the case was recorded with ${image.sha256}`, {
      hint: "Restore the file: the reference says nothing about another image.",
    });
  }
  return bytes;
}

function nameOf(image: CaseImage): string {
  return image.path ?? image.asset!;
}
